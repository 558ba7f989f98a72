/** The routes of the review desk as data: what each takes and answers. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { FLAG_EVENTS, REVIEW_EXPORTS, RISK_SIGNALS, SAMPLE_PARTS, SKIP_REASONS } from '#warehouse/vocabulary';
import { REVIEW_FORMATS } from '$lib/server/review-export';
import { FAILED, FOREIGN, json, refused } from './routes';

const WRONG = refused('The plan, the week, the item or the mark does not allow it; the error says which.');
const answers = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
	200: json(schema, description),
	400: WRONG,
	403: FOREIGN,
	500: FAILED
});

const plan = z.string().optional().describe('Name of a sampling plan; missing means the first one.');
const week = z.string().describe('A week such as 2026-W10.');
const reviewer = z.string().min(1).max(100);
const item = z.string().describe('An item of a sample.');
const whole = () => z.int().nonnegative();
const maybe = z.number().nullable();

const sample = z
	.object({
		plan: z.string(),
		week: z.string(),
		seed: z.string(),
		population: whole(),
		drawnAt: z.string(),
		cells: z.array(
			z.object({
				stratum: z.string(),
				risky: z.boolean(),
				population: whole(),
				random: whole(),
				risk: whole()
			})
		),
		items: z.array(
			z.object({
				item: z.string(),
				source: z.string(),
				id: z.string(),
				stratum: z.string(),
				risky: z.boolean(),
				signals: z.array(z.enum(RISK_SIGNALS)),
				part: z.enum(SAMPLE_PARTS),
				place: whole(),
				probability: z.number().describe('Probability that it was drawn.'),
				twoReviewers: z.boolean()
			})
		),
		notes: z.array(z.string())
	})
	.openapi('Sample');

const share = z.object({
	n: whole(),
	hits: whole(),
	value: maybe.describe('Weighted to the whole population (Hajek).'),
	low: maybe,
	high: maybe,
	effectiveN: z.number().describe('Reviews of a simple random sample that would tell as much.'),
	naive: maybe.describe('Unweighted, for comparison only.')
});
const figures = {
	population: whole(),
	drawn: whole(),
	reviewed: whole(),
	covered: z.number().describe('Share of the population in groups of which something was reviewed.'),
	whole: z.boolean().describe('Every conversation was reviewed: the figures have no sampling error.'),
	defectRate: share,
	score: z.object({ n: whole(), value: maybe, low: maybe, high: maybe, naive: maybe }),
	saidSolvedButWasNot: share
};
const results = z
	.object({
		estimate: z.object({
			...figures,
			byStratum: z.array(z.object({ stratum: z.string(), ...figures })),
			tellApart: z.object({
				good: z.number(),
				bad: z.number(),
				more: whole().describe('Further reviews until the two rates can be told apart.'),
				drawn: whole().describe('Of them, those that are drawn already.'),
				finding: z.enum(['below_bad', 'above_good', 'between', 'undecided'])
			})
		}),
		agreement: z.object({
			doubles: whole(),
			enough: z.boolean(),
			sameVerdict: whole(),
			verdictKappa: maybe,
			verdictLow: maybe,
			verdictHigh: maybe,
			criteria: z.array(
				z.object({
					criterion: z.string(),
					title: z.string(),
					pairs: whole(),
					same: whole(),
					alpha: maybe,
					low: maybe,
					high: maybe,
					status: z.enum(['measured', 'no_variation', 'nothing_to_compare'])
				})
			)
		}),
		judges: z.array(
			z.object({
				judge: z.string(),
				n: whole(),
				agreement: maybe,
				kappa: maybe,
				low: maybe,
				high: maybe,
				falsePass: whole(),
				falseFail: whole(),
				admitted: z.boolean(),
				reason: z.string()
			})
		)
	})
	.openapi('ReviewResults');

const review = z
	.object({
		item: z.string(),
		source: z.string(),
		id: z.string(),
		week: z.string(),
		probability: z.number(),
		reviewer: z.string(),
		version: whole(),
		happenedAt: z.string(),
		answers: z.record(z.string(), z.string()),
		rootCauses: z.array(z.string()),
		note: z.string().nullable(),
		finished: z.boolean(),
		score: maybe,
		defect: z.boolean().nullable(),
		solved: z.boolean().nullable(),
		changedBy: z.string().nullable().describe('Who settled a dispute by this version.'),
		seenHash: z.string().describe('Version of the conversation that the reviewer saw.')
	})
	.openapi('Review');

export const draftSchema = z.object({
	answers: z.record(z.string(), z.string()),
	rootCauses: z.array(z.string()).max(20).default([]),
	note: z.string().max(10_000).nullable().default(null),
	seen: z
		.string()
		.nullable()
		.default(null)
		.describe('Version of the conversation that was read; missing means the one that stands.'),
	finished: z.boolean()
});

const body = <Schema extends z.ZodType>(schema: Schema) => ({
	body: { required: true, content: { 'application/json': { schema } } }
});
const done = z.object({ ok: z.literal(true) });

export const drawRoute = createRoute({
	operationId: 'drawSample',
	method: 'post',
	path: '/review/sample',
	summary: 'Draws the sample of a week that is over; a week that was drawn is given back as it was.',
	request: { query: z.object({ plan, week }) },
	responses: answers(sample, 'The sample.')
});

export const resultsRoute = createRoute({
	operationId: 'reviewResults',
	method: 'get',
	path: '/review/results',
	summary:
		'What the reviews of a plan say about its whole population, how far reviewers agree, and which judges may decide.',
	request: { query: z.object({ plan }) },
	responses: answers(results, 'Estimates, agreement and judges.')
});

export const reviewsRoute = createRoute({
	operationId: 'reviews',
	method: 'get',
	path: '/review/reviews',
	summary: 'Every saved version of every review of a plan, oldest first.',
	request: { query: z.object({ plan }) },
	responses: answers(z.array(review), 'The reviews.')
});

export const progressRoute = createRoute({
	operationId: 'reviewProgress',
	method: 'get',
	path: '/review/progress',
	summary: 'How far each drawn week of a plan is, newest first.',
	request: {
		query: z.object({ plan, reviewer: reviewer.optional().describe('Whose finished reviews "mine" counts.') })
	},
	responses: answers(
		z.array(
			z
				.object({
					week: z.string(),
					population: whole(),
					drawnAt: z.string(),
					notes: z.array(z.string()),
					items: whole().describe('To review.'),
					doubles: whole().describe('Of them by two reviewers.'),
					reviewed: whole().describe('With one finished review at least.'),
					done: whole().describe('With all the reviews that they need.'),
					mine: whole(),
					skipped: whole()
				})
				.openapi('WeekProgress')
		),
		'The weeks.'
	)
});

export const nextRoute = createRoute({
	operationId: 'nextItem',
	method: 'post',
	path: '/review/next',
	summary: 'Takes the next item for a reviewer and holds it for half an hour.',
	request: {
		query: z.object({
			plan,
			week,
			reviewer,
			after: item
				.optional()
				.describe('The item that the reviewer is at; the one that follows is taken ahead.')
		})
	},
	responses: answers(z.object({ item: z.string().nullable() }), 'The item; null when nothing is left.')
});

export const marksRoute = createRoute({
	operationId: 'saveMarks',
	method: 'post',
	path: '/review/marks',
	summary: 'Saves a review; every change is a version, and an unfinished one is a draft that counts nowhere.',
	request: { query: z.object({ item, reviewer }), ...body(draftSchema) },
	responses: answers(
		z.object({
			version: whole(),
			sinceSeen: z
				.enum(['same', 'changed', 'deleted'])
				.describe('Whether the conversation is still the one that was read.')
		}),
		'The version that now counts.'
	)
});

export const skipRoute = createRoute({
	operationId: 'skipItem',
	method: 'post',
	path: '/review/skip',
	summary: 'Takes an item out of the sample and calls in a reserve of the same group.',
	request: {
		query: z.object({ item, reviewer }),
		...body(z.object({ reason: z.enum(SKIP_REASONS), note: z.string().max(2000).nullable().default(null) }))
	},
	responses: answers(
		z.object({ replacement: z.string().nullable() }),
		'What stands in; null where nothing is left.'
	)
});

export const commentRoute = createRoute({
	operationId: 'comment',
	method: 'post',
	path: '/review/comment',
	summary: 'A remark on one message, or on the whole conversation.',
	request: {
		query: z.object({ item, reviewer }),
		...body(z.object({ message: whole().nullable().default(null), text: z.string().min(1).max(10_000) }))
	},
	responses: answers(done, 'It is kept.')
});

export const flagRoute = createRoute({
	operationId: 'flag',
	method: 'post',
	path: '/review/flag',
	summary: 'Tells ops that something here can not wait.',
	request: {
		query: z.object({ item, reviewer }),
		...body(z.object({ reason: z.string().min(1).max(2000) }))
	},
	responses: answers(done, 'It is kept.')
});

export const flagsRoute = createRoute({
	operationId: 'flags',
	method: 'get',
	path: '/review/flags',
	summary: 'Flags to ops with what was done about them: the open ones first, the longest waiting on top.',
	request: {
		query: z.object({
			plan: z.string().optional().describe('Name of a sampling plan; missing means all.'),
			state: z.enum(['open', 'closed', 'all']).default('all')
		})
	},
	responses: answers(
		z.array(
			z
				.object({
					flag: z.string(),
					item: z.string(),
					plan: z.string(),
					week: z.string(),
					source: z.string(),
					id: z.string(),
					reviewer: z.string(),
					happenedAt: z.string(),
					reason: z.string(),
					closed: z.boolean(),
					events: z.array(
						z.object({
							kind: z.enum(FLAG_EVENTS),
							saidBy: z.string(),
							happenedAt: z.string(),
							text: z.string().nullable()
						})
					)
				})
				.openapi('Flag')
		),
		'The flags.'
	)
});

export const flagAnswerRoute = createRoute({
	operationId: 'answerFlag',
	method: 'post',
	path: '/review/flags/answer',
	summary: 'Answers a flag, closes it, or opens it again.',
	request: {
		query: z.object({ flag: z.string() }),
		...body(
			z.object({
				kind: z.enum(FLAG_EVENTS),
				by: z.string().min(1).max(100),
				text: z.string().max(2000).nullable().default(null)
			})
		)
	},
	responses: answers(done, 'It is kept.')
});

export const reviewExportRoute = createRoute({
	operationId: 'exportReview',
	method: 'get',
	path: '/review/export',
	summary: 'What people decided at the desk, one row each; every version of every mark.',
	request: {
		query: z.object({
			what: z.enum(REVIEW_EXPORTS),
			plan: z.string().optional().describe('Name of a sampling plan; missing means all.'),
			format: z.enum(REVIEW_FORMATS).default('json')
		})
	},
	responses: {
		200: {
			description: 'The rows, oldest first. In CSV what a spreadsheet would run is defused.',
			content: {
				'application/json': { schema: z.array(z.record(z.string(), z.unknown())) },
				'application/x-ndjson': { schema: z.string() },
				'text/csv': { schema: z.string() }
			}
		},
		400: WRONG,
		500: FAILED
	}
});

const dispute = z
	.object({
		dispute: z.string(),
		item: z.string(),
		plan: z.string(),
		week: z.string(),
		source: z.string(),
		id: z.string(),
		reviewer: z.string().describe('Whose marks.'),
		version: whole(),
		raisedBy: z.string(),
		raisedAt: z.string(),
		reason: z.string(),
		wanted: z.record(z.string(), z.string()).describe('Criterion to the level that it should have.'),
		answers: z.record(z.string(), z.string()).describe('As they were.'),
		settled: z.boolean(),
		accepted: z.array(z.string()).nullable().describe('Criteria: all, some or none of those wanted.'),
		decidedBy: z.string().nullable(),
		decidedAt: z.string().nullable(),
		decisionReason: z.string().nullable(),
		newVersion: whole().nullable()
	})
	.openapi('Dispute');

export const disputesRoute = createRoute({
	operationId: 'disputes',
	method: 'get',
	path: '/review/disputes',
	summary: 'Disputes of marks: the open ones first, the longest waiting on top.',
	request: {
		query: z.object({
			plan: z.string().optional().describe('Name of a sampling plan; missing means all.'),
			item: item.optional()
		})
	},
	responses: answers(z.array(dispute), 'The disputes.')
});

const who = z.string().min(1).max(100);
const why = z.string().min(1).max(2000);

export const raiseDisputeRoute = createRoute({
	operationId: 'raiseDispute',
	method: 'post',
	path: '/review/disputes',
	summary: 'Says which answers of a finished review should be others.',
	request: {
		query: z.object({ item, reviewer: reviewer.describe('Whose marks.') }),
		...body(z.object({ wanted: z.record(z.string(), z.string()), by: who, reason: why }))
	},
	responses: answers(z.object({ dispute: z.string() }), 'The name of the dispute.')
});

export const decideDisputeRoute = createRoute({
	operationId: 'decideDispute',
	method: 'post',
	path: '/review/disputes/decide',
	summary:
		'Accepts all, some or none of what a dispute wants; what is accepted is a new version of the review.',
	request: {
		query: z.object({ dispute: z.string() }),
		...body(z.object({ accepted: z.array(z.string()).max(100), by: who, reason: why }))
	},
	responses: answers(
		z.object({ newVersion: whole().nullable() }),
		'The version that it made; null where nothing was accepted.'
	)
});
