/** The routes of the lab as data: what each takes and answers. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { OVER } from '$lib/lab-ask';
import { FAILED, FOREIGN, json, refused } from './routes';

const text = (description: string) => z.string().optional().describe(description);

const harm = z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable();
const score = z.object({
	falseAlarms: z
		.object({ value: z.number(), low: z.number(), high: z.number() })
		.describe('Alerts a quarter while nothing was wrong, with a 95 % range.'),
	found: z.number().nullable().describe('Share of the runs in which it was found within 26 weeks.'),
	delayDays: z.object({ median: z.number().nullable(), ninety: z.number().nullable() }).nullable(),
	harmed: harm.describe('Outcomes turned bad before it was found; 10 to 90 % of the runs.')
});
const beside = { ours: score, naive: score };
const firing = z.looseObject({
	rule: z.string(),
	firedOn: z.string(),
	knownUntil: z.string(),
	closedOn: z.string().nullable(),
	worsening: z.number(),
	windowDays: z.number(),
	driver: z.string().nullable(),
	falseAlarm: z.boolean().nullable()
});
const backtestAnswer = z
	.object({
		ask: z.looseObject({ over: z.enum(OVER) }),
		history: z
			.looseObject({
				since: z.string(),
				until: z.string(),
				quarters: z.number(),
				rules: z.array(
					z.looseObject({ rule: z.string(), firings: z.array(firing), naive: z.array(z.string()) })
				),
				perQuarter: z.object({ ours: z.number(), naive: z.number() }),
				falseAlarmsPerQuarter: z.object({ ours: z.number(), naive: z.number() }).nullable()
			})
			.nullable(),
		lab: z
			.looseObject({
				runs: z.number(),
				rules: z.array(z.looseObject({ rule: z.string(), perDay: z.number(), ...beside })),
				book: z.object(beside),
				curve: z
					.object({
						rule: z.string(),
						points: z.array(z.object({ limit: z.number(), ...beside })),
						proposed: z.number().nullable()
					})
					.nullable()
			})
			.nullable(),
		left: z.array(z.object({ rule: z.string(), why: z.string() }))
	})
	.openapi('Backtest');

export const backtestRoute = createRoute({
	operationId: 'backtest',
	method: 'post',
	path: '/backtest',
	summary:
		'Replays a rule book over the log as known at the time, or tries it on a simulated scenario; records nothing.',
	request: {
		query: z.object({
			over: z.enum(OVER).optional().describe('Missing means the log where there is one.'),
			from: text('First week, such as 2025-W10; missing means the first of the log.'),
			to: text('Last week.'),
			wrong: text('Weeks in which something really was wrong, such as 2025-W38..2026-W11.'),
			size: text('Points at once, or points a week for erosion.'),
			runs: text('How many simulated years.'),
			rule: text('The rule whose limit is varied; missing means the first.'),
			naive: text('Points of the naive week-over-week rule.'),
			naive_percent: text('The same for rules that are set in per cent.'),
			volumes: text('"expected" simulates expected volumes in place of those of the log.'),
			per_day: text('Expected conversations a day.'),
			reply: text('Expected share of customers who answer a survey, in per cent.'),
			ai_only: text('Expected share that the AI closes alone, in per cent.'),
			tier_a: text('Expected share of tier A, in per cent.'),
			tier_b: text('Expected share of tier B, in per cent.'),
			tier_c: text('Expected share of tier C, in per cent.')
		}),
		body: {
			description: 'A policy as YAML, to try another rule book than the one in force; may be left out.',
			required: false,
			content: { 'application/octet-stream': { schema: z.string() } }
		}
	},
	responses: {
		200: json(backtestAnswer, 'When it would have fired, beside the naive rule.'),
		400: refused('The weeks hold no data, or the policy has a problem; the error names its line.'),
		403: FOREIGN,
		500: FAILED
	}
});

const whole = () => z.int().nonnegative();
const baselineState = z
	.object({
		rule: z.string(),
		version: whole().nullable().describe('Null: the first whole weeks of the series, by default.'),
		until: z.string().nullable(),
		outcomes: whole(),
		needed: whole().describe('Outcomes that a rule of this size needs before automation is scaled.'),
		ready: z.boolean(),
		accepted: harm.describe('Loss of the level in force against the first baseline, as a share.'),
		ratchet: z
			.object({ since: z.string(), until: z.string(), better: z.number() })
			.nullable()
			.describe('Weeks that are confidently better: proposed as a new baseline, never applied.')
	})
	.openapi('BaselineState');

export const baselinesRoute = createRoute({
	operationId: 'baselines',
	method: 'get',
	path: '/baselines',
	summary: 'How the baseline of each rule stands.',
	responses: { 200: json(z.array(baselineState), 'One a rule, in the order of the policy.'), 500: FAILED }
});

export const freezeRoute = createRoute({
	operationId: 'freezeBaseline',
	method: 'post',
	path: '/baselines',
	summary: 'Freezes the baseline of a rule; adds a version and rewrites none.',
	request: {
		query: z.object({
			rule: z.string(),
			since: z.string().describe('First day, such as 2026-01-05.'),
			until: z.string().describe('Last day; whole weeks, all mature.'),
			author: z.string(),
			reason: z.string().describe('accepted_new_level while the alert of the series is open.')
		})
	},
	responses: {
		200: json(
			z.looseObject({ rule: z.string(), version: whole(), hash: z.string(), author: z.string() }),
			'The version that was frozen.'
		),
		400: refused('Too few outcomes, broken weeks, days that are not mature, or an open alert.'),
		403: FOREIGN,
		500: FAILED
	}
});
