/**
 * Who is told of alerts: receivers as they stand in the policy, under `stop_loss`. Pure.
 * No secret stands in the file: it names the environment variable that holds one.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TIERS } from '../warehouse/vocabulary';

export const RECEIVER_FORMATS = ['plimsoll', 'slack', 'pagerduty-events-v2'] as const;
export type ReceiverFormat = (typeof RECEIVER_FORMATS)[number];

export const variable = z
	.string()
	.regex(/^[A-Z_][A-Z0-9_]*$/, 'Write the name of an environment variable, such as PLIMSOLL_OPS_SECRET');

export const receiverSchema = z.strictObject({
	name: z.string().min(1).max(60),
	format: z.enum(RECEIVER_FORMATS).default('plimsoll').describe('What the receiver understands.'),
	url: z
		.string()
		.optional()
		.describe(
			'Where messages are posted to. Private and loopback addresses are allowed; redirects are not followed.'
		),
	url_env: variable
		.optional()
		.describe('Environment variable that holds the URL, where the URL itself is a secret (Slack).'),
	secret_env: variable
		.optional()
		.describe('Environment variable that holds the signing secret; for PagerDuty the routing key.'),
	tiers: z
		.array(z.enum(TIERS))
		.min(1)
		.optional()
		.describe('Tiers it hears of; missing means all. What has no tier is told to everybody.')
});
export type Receiver = z.infer<typeof receiverSchema>;

const PAGERDUTY = 'https://events.pagerduty.com/v2/enqueue';

/** Where in a list of the policy something is wrong, and what to do. */
export interface PlacedProblem {
	at: (string | number)[];
	message: string;
	remedy: string;
}

export function receiverProblems(receivers: readonly Receiver[]): PlacedProblem[] {
	const problems: PlacedProblem[] = [];
	const names = new Set<string>();
	receivers.forEach(({ name, url, url_env, secret_env, format }, index) => {
		const add = (key: string, message: string, remedy: string) =>
			problems.push({ at: key ? [index, key] : [index], message, remedy });
		if (names.has(name))
			add(
				'name',
				`Two receivers are named ${name}`,
				'Give each receiver its own name: deliveries are kept by it.'
			);
		names.add(name);
		if (url !== undefined && url_env !== undefined)
			add('url_env', `Receiver ${name} has url and url_env`, 'Keep one of the two.');
		if (url === undefined && url_env === undefined && format !== 'pagerduty-events-v2')
			add('', `Receiver ${name} has no url`, 'Add url, or url_env where the URL is a secret.');
		if (url !== undefined) {
			const problem = addressProblem(url);
			if (problem) add('url', `The url of receiver ${name} ${problem.message}`, problem.remedy);
		}
		if (secret_env === undefined && format !== 'slack')
			add(
				'',
				`Receiver ${name} has no secret_env`,
				format === 'plimsoll'
					? 'Name the environment variable that holds its signing secret: without one it can not tell us from others.'
					: 'Name the environment variable that holds its routing key.'
			);
	});
	return problems;
}

function addressProblem(url: string): { message: string; remedy: string } | null {
	const parsed = URL.canParse(url) ? new URL(url) : null;
	if (!parsed || !['http:', 'https:'].includes(parsed.protocol))
		return {
			message: 'is no web address',
			remedy: 'Write it whole, such as https://ops.example/hooks/plimsoll.'
		};
	if (parsed.username || parsed.password)
		return {
			message: 'holds a password',
			remedy:
				'Take it out: the receiver is to check the signature. Or put the URL into a variable and use url_env.'
		};
	return null;
}

/** A receiver with what the environment holds; `problem` where it can't be used as it stands. */
export interface Addressed extends Receiver {
	address: string;
	secret: string;
	/** Hash of the address, as attempts are kept by it. */
	addressHash: string;
	problem: string | null;
}

export function addressOf(
	receiver: Receiver,
	environment: Readonly<Record<string, string | undefined>>
): Addressed {
	const { name, url, url_env, secret_env, format } = receiver;
	const given =
		url ?? (url_env ? environment[url_env] : format === 'pagerduty-events-v2' ? PAGERDUTY : undefined);
	const secret = secret_env ? environment[secret_env] : '';
	const wrong = given === undefined ? null : addressProblem(given);
	const problem =
		given === undefined || given === ''
			? `Receiver ${name}: the environment variable ${url_env} is not set. Set it and restart the server.`
			: wrong
				? `Receiver ${name}: its address ${wrong.message}. ${wrong.remedy}`
				: secret === undefined || (secret === '' && secret_env)
					? `Receiver ${name}: the environment variable ${secret_env} is not set. Set it and restart the server.`
					: null;
	return {
		...receiver,
		address: given ?? '',
		secret: secret ?? '',
		addressHash: createHash('sha256')
			.update(given ?? '')
			.digest('hex')
			.slice(0, 16),
		problem
	};
}
