/**
 * Who may send conversations by webhook: as it stands in the policy, under `webhooks`. Pure.
 * No secret stands in the file: it names the environment variable that holds one.
 */
import { z } from 'zod';
import {
	WEBHOOK_SCHEMES,
	WEBHOOK_SOURCES,
	type WebhookScheme,
	type WebhookSource
} from '../warehouse/vocabulary';
import { variable, type PlacedProblem } from './receivers';

export const webhookSchema = z.strictObject({
	name: z
		.string()
		.regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'Write a name as shop-chat: it stands in the address')
		.describe('Last part of its address, /api/webhooks/NAME.'),
	source: z.enum(WEBHOOK_SOURCES).describe('Format of what comes.'),
	scheme: z
		.enum(WEBHOOK_SCHEMES)
		.optional()
		.describe('How it is signed; missing means as the product of the source does, standard for canonical.'),
	secret_env: variable.describe('Environment variable that holds the signing secret.'),
	old_secret_env: variable
		.optional()
		.describe('Environment variable that holds the secret before, while the sender changes over.'),
	tolerance_minutes: z
		.number()
		.positive()
		.max(60)
		.default(5)
		.describe('How far the signed time may be from now.')
});
export type Webhook = z.infer<typeof webhookSchema>;

const SCHEME_OF: Record<WebhookSource, WebhookScheme> = {
	canonical: 'standard',
	chatwoot: 'chatwoot',
	intercom: 'intercom',
	zendesk: 'zendesk'
};
export const schemeOf = ({ scheme, source }: Webhook): WebhookScheme => scheme ?? SCHEME_OF[source];

export function webhookProblems(webhooks: readonly Webhook[]): PlacedProblem[] {
	const names = new Set<string>();
	return webhooks.flatMap(({ name, secret_env, old_secret_env }, index) => {
		const problems: PlacedProblem[] = [];
		if (names.has(name))
			problems.push({
				at: [index, 'name'],
				message: `Two webhooks are named ${name}`,
				remedy: 'Give each webhook its own name: it is its address.'
			});
		names.add(name);
		if (secret_env === old_secret_env)
			problems.push({
				at: [index, 'old_secret_env'],
				message: `Webhook ${name} has one variable for its secret and for the one before`,
				remedy: 'Name another variable, or leave old_secret_env out.'
			});
		return problems;
	});
}

/** The secrets that the environment holds, the one in force first; `problem` where nothing can be checked by them. */
export interface Keyed {
	secrets: string[];
	problem: string | null;
}

export function secretsOf(
	webhook: Webhook,
	environment: Readonly<Record<string, string | undefined>>
): Keyed {
	const { name, secret_env, old_secret_env } = webhook;
	const variables = old_secret_env ? [secret_env, old_secret_env] : [secret_env];
	const held = variables.flatMap((one) => (environment[one] ? [{ one, secret: environment[one] }] : []));
	const secrets = held.map(({ secret }) => secret);
	if (!environment[secret_env])
		return {
			secrets: [],
			problem: `Webhook ${name}: the environment variable ${secret_env} is not set. Set it and restart the server.`
		};
	const wrong =
		schemeOf(webhook) === 'standard' &&
		held.find(({ secret }) => !/^whsec_[A-Za-z0-9+/]{8,}={0,2}$/.test(secret));
	if (wrong)
		return {
			secrets: [],
			problem: `Webhook ${name}: what ${wrong.one} holds is no secret of Standard Webhooks. It begins with whsec_, and base64 follows.`
		};
	return { secrets, problem: null };
}
