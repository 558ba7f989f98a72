/** The routes of recommendations, decisions and the policy in effect, as data: what each takes and answers. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { ACTIONS } from '#stoploss/recommendation';
import {
	ALERT_STATES,
	BAD_CONTAINMENT_SIGNALS,
	DECISION_KINDS,
	METRICS,
	ROLLBACK_STATES,
	ROUTES
} from '#warehouse/vocabulary';
import { FAILED, FOREIGN, json, refused } from './routes';

const maybe = () => z.string().nullable();
const whole = () => z.int().nonnegative();
const by = z.string().trim().min(1, 'Say who.').max(100).describe('Who decides.');
const reason = z.string().trim().max(2000).optional();

const change = z
	.object({
		version: whole(),
		intent: z.string(),
		state: z.enum(ROLLBACK_STATES),
		fromRoute: z.enum(ROUTES),
		toRoute: z.enum(ROUTES),
		decidedBy: z.string().describe('A person, or `policy` where the policy opted in.'),
		decidedAt: z.string(),
		asOf: z.string().describe('How far the data reached; what is measured after it counts as after.'),
		alertKey: z.string(),
		episode: whole(),
		rule: z.string(),
		worsening: z.number().nullable(),
		referenceSince: z.number().nullable(),
		canaryPercent: z.number(),
		reviewOn: maybe(),
		reason: maybe()
	})
	.openapi('RoutingChange');

const policyInEffect = z
	.object({
		version: whole().describe('Of the routing; 0 before anything was decided.'),
		policyVersion: z.string().describe('Of the policy file.'),
		routes: z.array(
			z.object({
				intent: z.string(),
				tier: z.enum(['A', 'B', 'C']),
				route: z
					.enum(ROUTES)
					.describe('The most that the bot may do; a conversation may need more of a person.'),
				canaryPercent: z
					.number()
					.describe('Share of conversations to contain all the same, drawn at random for each.'),
				change: change.nullable().describe('The rollback or probation that stands; null where there is none.')
			})
		)
	})
	.openapi('EffectivePolicy');

const etag = { ETag: z.string().openapi({ description: 'Changes whenever a route does.' }) };

export const policyRoute = createRoute({
	operationId: 'effectivePolicy',
	method: 'get',
	path: '/policy',
	summary: 'The route of every intent as it stands; made for a bot that polls it with If-None-Match.',
	responses: {
		200: {
			...json(policyInEffect, 'The routes.'),
			headers: z.object(etag)
		},
		304: { description: 'Nothing has changed since the version of If-None-Match.' },
		500: FAILED
	}
});

const range = z.object({ value: z.number(), low: z.number(), high: z.number() });
const figure = z
	.object({
		value: z.number().nullable().describe('null where it is not known; never 0 for missing.'),
		low: z.number().nullable(),
		high: z.number().nullable(),
		n: z.number(),
		unknown: maybe().describe('Why it is not known.')
	})
	.openapi('Figure');
const figures = Object.fromEntries(
	[
		'aiOnlyPerWeek',
		'minutesPerAssisted',
		'extraMinutesPerWeek',
		'savedReworkMinutesPerWeek',
		'badAvoidedPerWeek',
		'customersPerWeek',
		'moneyPerWeek',
		'durableGain'
	].map((name) => [name, figure])
);

const recommendation = z
	.object({
		scope: z.enum(['intents', 'tier', 'review_mix', 'nothing']),
		reason: z.string(),
		intents: z.array(
			z.object({
				intent: z.string(),
				action: z.enum(ACTIONS),
				reason: z.string(),
				worsening: range,
				contribution: range,
				share: z.number(),
				n: z.number()
			})
		),
		verdict: z.object({
			rule: z.string(),
			asOf: z.string(),
			window: z.object({ days: whole(), since: z.string(), until: z.string() }),
			worsening: z.number()
		}),
		consequences: z.object({ weeks: whole(), currency: maybe(), harmed: z.number(), ...figures }).nullable(),
		telling: z.array(
			z.object({
				source: z.string(),
				id: z.string(),
				intent: z.string(),
				closedAt: z.string(),
				channel: z.string(),
				ratingShare: z.number().nullable(),
				bad: z.boolean(),
				signals: z.array(z.enum(BAD_CONTAINMENT_SIGNALS)),
				durable: z.boolean().nullable(),
				why: z.string()
			})
		),
		reviewOn: z.string()
	})
	.openapi('Recommendation');

const decisionFields = {
	alertKey: z.string(),
	episode: whole(),
	seq: whole(),
	kind: z.enum(DECISION_KINDS),
	decidedBy: z.string(),
	decidedAt: z.string(),
	asOf: z.string(),
	rule: z.string(),
	reason: maybe(),
	intents: z.array(z.string()).describe('Moved to assist.'),
	reviewOn: maybe(),
	policyVersion: z.number().nullable()
};
const decision = z.object({ ...decisionFields, recommendation }).openapi('Decision');

const brief = {
	key: z.string(),
	rule: z.string(),
	about: z
		.enum(['metric', 'blindness', 'watchdog', 'orphan'])
		.describe('Only a metric has a rollback to decide.'),
	title: z.string(),
	sentence: z.string(),
	episode: whole(),
	firedAt: maybe()
};
const key = z
	.string()
	.min(4)
	.max(64)
	.openapi({ param: { name: 'key', in: 'path' }, description: 'Key of an alert, or its beginning.' });
const NONE = refused('There is no such alert.');

export const recommendationRoute = createRoute({
	operationId: 'recommendation',
	method: 'get',
	path: '/alerts/{key}/recommendation',
	summary: 'What to do about an alert, intent by intent, what it costs and saves, and what was decided.',
	request: { params: z.object({ key }) },
	responses: {
		200: json(
			z.object({
				alert: z.object({ ...brief, state: z.enum(ALERT_STATES) }),
				recommendation: recommendation.nullable(),
				reason: z.string(),
				decisions: z.array(decision),
				open: z.boolean().describe('Whether a decision can be taken now.'),
				probation: z.object({ canary_percent: z.number(), minimum_days: whole(), weeks: whole() })
			}),
			'The recommendation.'
		),
		400: refused('The key is too short.'),
		404: NONE,
		500: FAILED
	}
});

const post = <Body extends z.ZodType, Answer extends z.ZodType>(body: Body, answer: Answer) => ({
	body: { required: true, content: { 'application/json': { schema: body } } },
	responses: {
		200: json(answer, 'It is decided.'),
		400: refused('Something is missing or wrong.'),
		403: FOREIGN,
		404: refused('There is no such alert or rollback.'),
		409: refused('Somebody else was faster, or there is nothing to decide.'),
		500: FAILED
	}
});

const deciding = post(
	z.strictObject({
		decision: z.enum(['approve', 'decline']),
		intents: z.array(z.string()).optional().describe('Missing: those that are recommended.'),
		by,
		reason,
		reviewOn: z.iso.date().optional(),
		seen: whole().describe('Decisions on this firing that you have seen; one more, and you are refused.')
	}),
	decision
);
export const decideRoute = createRoute({
	operationId: 'decideAlert',
	method: 'post',
	path: '/alerts/{key}/decision',
	summary: 'Approves a rollback, adjusts it by naming other intents, or declines it with a reason.',
	request: { params: z.object({ key }), body: deciding.body },
	responses: deciding.responses
});

const usefulness = z
	.object({
		alertKey: z.string(),
		episode: whole(),
		seq: whole(),
		useful: z.boolean(),
		why: maybe(),
		saidBy: z.string(),
		saidAt: z.string()
	})
	.openapi('Usefulness');
const judging = post(
	z.strictObject({ episode: z.int().positive(), useful: z.boolean(), why: reason, by }),
	usefulness
);
export const usefulnessRoute = createRoute({
	operationId: 'sayUseful',
	method: 'post',
	path: '/alerts/{key}/usefulness',
	summary: 'Says whether a firing was useful; the newest word counts.',
	request: { params: z.object({ key }), body: judging.body },
	responses: judging.responses
});

const test = z
	.object({
		finding: z.enum(['recovered', 'worse', 'undecided']),
		until: z.string(),
		n: whole(),
		window: z.object({ days: whole(), since: z.string(), until: z.string() }).nullable(),
		observed: z.number().nullable(),
		expected: z.number().nullable(),
		worsening: z.number().nullable(),
		upper90: z.number().nullable().describe('Nine in ten sure that it is not worse than this.'),
		allowed: z.number().nullable(),
		limit: z.number().nullable(),
		missing: z.array(z.string()).describe('What is missing for a decision.')
	})
	.openapi('RecoveryTest');

export const rollbacksRoute = createRoute({
	operationId: 'rollbacks',
	method: 'get',
	path: '/rollbacks',
	summary: 'Intents that are rolled back or on probation, and whether the evidence lets them move on.',
	responses: {
		200: json(
			z.array(
				z.object({
					change,
					title: z.string(),
					test,
					proposal: z.enum(['promote', 'end_probation', 'back_to_assist']).nullable()
				})
			),
			'The rollbacks.'
		),
		500: FAILED
	}
});

const moving = post(
	z.strictObject({
		to: z
			.enum(['probation', 'assist'])
			.describe('probation needs evidence of recovery; assist needs a probation.'),
		by,
		reason,
		seen: whole().describe("Version of the intent's change that you have seen.")
	}),
	change
);
export const moveRoute = createRoute({
	operationId: 'moveRollback',
	method: 'post',
	path: '/rollbacks/{intent}',
	summary: 'Promotes an intent to probation on contain, or takes it back to assist.',
	request: {
		params: z.object({ intent: z.string().openapi({ param: { name: 'intent', in: 'path' } }) }),
		body: moving.body
	},
	responses: moving.responses
});

const counts = z.object({ x: whole(), n: whole() });
const outcome = z.discriminatedUnion('status', [
	z.object({ status: z.literal('immature'), days: whole(), known: z.string() }),
	z.object({ status: z.literal('thin'), days: whole(), metric: z.enum(METRICS), reason: z.string() }),
	z.object({
		status: z.literal('measured'),
		days: whole(),
		metric: z.enum(METRICS),
		before: counts,
		after: counts,
		improvement: z.number().describe('Positive is better.'),
		low: z.number(),
		high: z.number()
	})
]);

export const decisionsRoute = createRoute({
	operationId: 'decisions',
	method: 'get',
	path: '/decisions',
	summary:
		'Every firing, what was decided, what came of it, whether it was useful; and what each rule was worth.',
	request: { query: z.object({ format: z.enum(['json', 'csv']).default('json') }) },
	responses: {
		200: {
			description: 'The log.',
			content: {
				'application/json': {
					schema: z.object({
						entries: z.array(
							z.object({
								alert: z.object({ ...brief, state: z.enum(ALERT_STATES).nullable() }),
								decisions: z.array(
									z.object({
										...decisionFields,
										scope: z.string(),
										worsening: z.number(),
										outcomes: z.array(outcome)
									})
								),
								useful: usefulness.nullable()
							})
						),
						rules: z.array(
							z.object({
								rule: z.string(),
								title: z.string(),
								fired: whole(),
								useful: whole(),
								judged: whole(),
								precision: range.nullable(),
								idle: maybe()
							})
						),
						changes: z.array(change)
					})
				},
				'text/csv': { schema: z.string() }
			}
		},
		400: refused('A parameter is wrong.'),
		500: FAILED
	}
});
