/**
 * The policy: tiers, intents and stop-loss rules as data, read from YAML. Pure.
 * Every problem names its line and a remedy. Refuses a policy with any problem: half a policy is none.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Limits } from '../queries/measurement';
import { DERIVED_SIGNALS, METRICS, REDACTED, type MetricName } from '../warehouse/vocabulary';
import { readDocument, type Problem } from '../warehouse/yaml';
import { confidenceFor, DEFAULT_CONFIDENCE, type Confidence } from './budget';
import { probationSchema, routingSchema } from './rollback-policy';
import { receiverProblems, receiverSchema } from './receivers';
import { levelProblems, ruleSchema, ruleTestSchema, titleOf, type Rule } from './rule';
import { UNWATCHABLE } from './rule-metrics';
import { webhookProblems, webhookSchema } from './webhooks';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'Write a time of day as "09:00"');

const businessHoursSchema = z.strictObject({
	open: z.array(
		z
			.strictObject({ days: z.array(z.enum(WEEKDAYS)).min(1), from: clockTime, to: clockTime })
			.refine(({ from, to }) => from < to, 'from must be before to; write hours past midnight as two entries')
	),
	holidays: z.array(z.iso.date()).default([])
});

const intentList = z.array(z.string().min(1)).default([]);

/** RE2, which looks at nothing around a match; JavaScript reads the rest of it alike. */
function isPattern(text: string): boolean {
	if (/\(\?[=!<]|\\[1-9]/.test(text)) return false;
	try {
		return !new RegExp(text, 'u').test('');
	} catch {
		return false;
	}
}

const privacySchema = z
	.strictObject({
		redact: z
			.array(z.enum(REDACTED))
			.default([...REDACTED])
			.describe('Taken out of texts before they are stored; [] for nothing.'),
		patterns: z
			.array(
				z.strictObject({
					name: z
						.string()
						.regex(/^[a-z][a-z0-9_]{0,39}$/, 'Write a name as order_number')
						.describe('Stands in the text in square brackets.'),
					pattern: z
						.string()
						.max(1000)
						.refine(
							isPattern,
							'This is no pattern that can be used: RE2 syntax, without look-around and back-references, and it must not match an empty text'
						)
				})
			)
			.default([])
			.describe('Patterns of your own, in RE2 syntax.'),
		customer_ids: z
			.enum(['plain', 'hashed'])
			.default('plain')
			.describe('hashed: kept only as HMAC-SHA-256 under the key in PLIMSOLL_ID_KEY.'),
		retention_days: z
			.int()
			.min(30)
			.optional()
			.describe('Texts are deleted this many days after a conversation closed; what was counted stays.')
	})
	.prefault({});

const signalsSchema = z
	.strictObject({
		person_request: z.boolean().default(true).describe('The customer asks for a person, in eight languages.'),
		dispute_language: z
			.boolean()
			.default(true)
			.describe('The customer speaks of lawyers, fraud or disputes.'),
		rephrasing: z
			.boolean()
			.default(false)
			.describe('The customer says the same again in other words; doubles the time that facts take.'),
		negative_sentiment: z
			.boolean()
			.default(false)
			.describe("The customer's last words are unhappy; English only, by the AFINN list."),
		re_ask: z
			.boolean()
			.default(false)
			.describe('A person asks for what the customer had given already, in eight languages.')
	})
	.describe('What is read from the words of customers where the log itself says nothing.')
	.prefault({});

export const policySchema = z.strictObject({
	version: z.literal(1),
	account: z.strictObject({
		name: z.string().min(1),
		time_zone: z.string(),
		week_start: z.enum(['monday', 'sunday']).default('monday'),
		business_hours: businessHoursSchema.optional()
	}),
	tiers: z.strictObject({ A: intentList, B: intentList, C: intentList }),
	intent_families: z.record(z.string(), z.array(z.string())).default({}),
	intent_map: z
		.array(
			z.strictObject({
				intent: z.string(),
				tools: z.array(z.string()).default([]),
				words: z.array(z.string()).default([])
			})
		)
		.default([]),
	limits: z.strictObject({
		escalation_minutes: z.number().positive(),
		currency: z
			.string()
			.regex(/^[A-Z]{3}$/, 'Write a currency as EUR')
			.optional()
			.describe('Of the amounts below; what is in another currency is not judged against them.'),
		refund_approval_minor: z.int().nonnegative(),
		human_minute_cost: z
			.number()
			.nonnegative()
			.optional()
			.describe('Cost of a minute of a person, in units of the currency of the log.')
	}),
	privacy: privacySchema,
	signals: signalsSchema,
	webhooks: z.array(webhookSchema).default([]).describe('Who may send conversations by webhook.'),
	minimum_evidence: z.int().min(10).default(50),
	routing: routingSchema.optional(),
	stop_loss: z.strictObject({
		/** False stop-losses a year that the lead accepts from the whole book. */
		false_alarm_budget: z.number().positive().max(50).optional(),
		rules: z.array(ruleSchema),
		probation: probationSchema.optional(),
		receivers: z.array(receiverSchema).default([]).describe('Who is told of alerts.'),
		tests: z.array(ruleTestSchema).default([])
	})
});

export type Policy = z.infer<typeof policySchema>;

export type PolicyProblem = Problem;

type Path = PropertyKey[];

export function parsePolicy(text: string): { policy: Policy | null; problems: PolicyProblem[] } {
	const { document, problems: unreadable } = readDocument(text);
	if (document === null) return { policy: null, problems: unreadable };
	const problems: PolicyProblem[] = [];
	const add = (path: Path, message: string, remedy: string) =>
		problems.push({ ...document.place(path), path: path.map(String).join('.'), message, remedy });
	const parsed = policySchema.safeParse(document.value);
	if (!parsed.success) {
		for (const issue of parsed.error.issues) {
			if (issue.code === 'unrecognized_keys') {
				for (const key of issue.keys)
					add([...issue.path, key], `Unknown key ${key}`, `Remove ${key}, or correct its spelling.`);
			} else if (issue.code === 'invalid_value') {
				const given = String(document.get(issue.path) ?? 'nothing');
				const words = issue.values.map(String);
				if (issue.path.at(-1) === 'metric' && (METRICS as readonly string[]).includes(given))
					add(
						issue.path,
						`No rule can watch ${given}: ${UNWATCHABLE[given as MetricName] ?? 'it is no proportion'}`,
						`Watch one of ${words.join(', ')}.`
					);
				else
					add(
						issue.path,
						`${given} is not a known ${String(issue.path.at(-1))}`,
						`Did you mean ${nearest(given, words)}? Known: ${words.join(', ')}.`
					);
			} else
				add(
					issue.path,
					issue.message,
					`Give ${issue.path.map(String).join('.') || 'the policy'} a valid value.`
				);
		}
		return { policy: null, problems };
	}
	const policy = parsed.data;
	try {
		new Intl.DateTimeFormat('en', { timeZone: policy.account.time_zone });
	} catch {
		add(
			['account', 'time_zone'],
			`Unknown time zone ${policy.account.time_zone}`,
			'Use an IANA name, such as Europe/Stockholm.'
		);
	}
	if (policy.account.business_hours?.open.length === 0)
		add(
			['account', 'business_hours', 'open'],
			'Business hours without any hour: every wait would last 0 minutes',
			'Name the days and hours, or remove business_hours.'
		);
	const tierOf = new Map<string, string>();
	for (const tier of ['A', 'B', 'C'] as const) {
		policy.tiers[tier].forEach((intent, index) => {
			const earlier = tierOf.get(intent);
			if (earlier)
				add(
					['tiers', tier, index],
					`${intent} stands in tier ${earlier} and in tier ${tier}`,
					`Keep ${intent} in one tier only.`
				);
			tierOf.set(intent, tier);
		});
	}
	const known = [...tierOf.keys()];
	policy.intent_map.forEach(({ intent }, index) => {
		if (!tierOf.has(intent))
			add(
				['intent_map', index, 'intent'],
				`No tier names the intent ${intent}`,
				`Did you mean ${nearest(intent, known)}? Otherwise add ${intent} to a tier.`
			);
	});
	const names = new Set<string>();
	const titles = new Set<string>();
	policy.stop_loss.rules.forEach((rule, index) => {
		const path = ['stop_loss', 'rules', index];
		if (names.has(rule.name))
			add([...path, 'name'], `Two rules are named ${rule.name}`, 'Give each rule its own name.');
		names.add(rule.name);
		if (rule.title && titles.has(rule.title))
			add([...path, 'title'], `Two rules are titled ${rule.title}`, 'Give each rule its own title.');
		if (rule.title) titles.add(rule.title);
		const { intent, intents } = rule.slice;
		if (intent && intents)
			add(
				[...path, 'slice', 'intents'],
				`Rule ${rule.name} names intent and intents`,
				'Keep one of the two.'
			);
		for (const one of intents ?? (intent ? [intent] : []))
			if (!tierOf.has(one))
				add(
					[...path, 'slice', intents ? 'intents' : 'intent'],
					`No tier names the intent ${one}`,
					`Did you mean ${nearest(one, known)}?`
				);
			else if (rule.slice.tier && tierOf.get(one) !== rule.slice.tier)
				add(
					[...path, 'slice'],
					`The slice matches nothing: ${one} stands in tier ${tierOf.get(one)}, not ${rule.slice.tier}`,
					'Drop tier from the slice, or name intents of that tier.'
				);
		for (const problem of levelProblems(rule)) add([...path, ...problem.at], problem.message, problem.remedy);
	});
	for (const problem of receiverProblems(policy.stop_loss.receivers))
		add(['stop_loss', 'receivers', ...problem.at], problem.message, problem.remedy);
	for (const problem of webhookProblems(policy.webhooks))
		add(['webhooks', ...problem.at], problem.message, problem.remedy);
	const testNames = new Set<string>();
	policy.stop_loss.tests.forEach((one, index) => {
		const path = ['stop_loss', 'tests', index];
		if (testNames.has(one.name))
			add([...path, 'name'], `Two tests are named ${one.name}`, 'Give each test its own name.');
		testNames.add(one.name);
		if (!names.has(one.rule))
			add(
				[...path, 'rule'],
				`No rule is named ${one.rule}`,
				`Did you mean ${nearest(one.rule, [...names])}?`
			);
	});
	return problems.length > 0 ? { policy: null, problems } : { policy, problems };
}

export function hashOf(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

/** What the facts need of the policy. */
export function intentPolicyOf(policy: Policy) {
	const familyOf = new Map(
		Object.entries(policy.intent_families).flatMap(([family, list]) =>
			list.map((intent) => [intent, family] as const)
		)
	);
	const intents = (['A', 'B', 'C'] as const).flatMap((tier) =>
		policy.tiers[tier].map((intent) => ({ intent, family: familyOf.get(intent) ?? intent, tier }))
	);
	const rules = policy.intent_map;
	const signals = DERIVED_SIGNALS.filter((name) => policy.signals[name]);
	return { hash: hashOf({ intents, rules, signals }), intents, rules, signals };
}

/** The limits that metrics are counted against. */
export function limitsOf({ account, limits }: Policy): Limits {
	const hours = account.business_hours;
	return {
		escalationMinutes: limits.escalation_minutes,
		currency: limits.currency,
		refundApprovalMinor: limits.refund_approval_minor,
		humanMinuteCost: limits.human_minute_cost,
		businessHours: hours && {
			spans: hours.open.flatMap(({ days, from, to }) =>
				days.map((day) => ({ weekday: WEEKDAYS.indexOf(day) + 1, opens: from, closes: to }))
			),
			holidays: hours.holidays
		}
	};
}

/** Changes whenever the rule would judge otherwise; what it is called, and who may act on it, do not count. */
export function ruleVersion({ title: _, auto_rollback: __, ...rule }: Rule): string {
	return hashOf(rule);
}

/** What people call each rule, by name. */
export function ruleTitles(policy: Policy): Record<string, string> {
	return Object.fromEntries(policy.stop_loss.rules.map((rule) => [rule.name, titleOf(rule)]));
}

/** The lines that a rule must cross: its part of the budget, or the shipped ones where none is set. */
export function confidenceOf(policy: Policy, rule: Rule): Confidence {
	const { false_alarm_budget: budget, rules } = policy.stop_loss;
	if (budget === undefined) return DEFAULT_CONFIDENCE[rule.kind];
	return confidenceFor(rule.kind, budget, rules.filter(({ kind }) => kind === rule.kind).length);
}

export function policyJsonSchema() {
	return z.toJSONSchema(policySchema, { io: 'input' });
}

function nearest(word: string, words: readonly string[]): string {
	let best = words[0] ?? '';
	let least = Infinity;
	for (const candidate of words) {
		let row = Array.from({ length: candidate.length + 1 }, (_, j) => j);
		for (let i = 1; i <= word.length; i++) {
			const next = [i];
			for (let j = 1; j <= candidate.length; j++)
				next.push(
					Math.min(
						(row[j] ?? 0) + 1,
						(next[j - 1] ?? 0) + 1,
						(row[j - 1] ?? 0) + (word[i - 1] === candidate[j - 1] ? 0 : 1)
					)
				);
			row = next;
		}
		const distance = row.at(-1) ?? Infinity;
		if (distance < least) [least, best] = [distance, candidate];
	}
	return best;
}
