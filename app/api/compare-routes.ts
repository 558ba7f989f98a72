/** The routes that hold two sides against each other, and tell what happened beside numbers, as data. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { DIRECTIONS } from '#queries/scorecard/change';
import { UNTOLD } from '#queries/comparison/compare';
import { DIMENSIONS, METRICS, type Dimension } from '#warehouse/vocabulary';
import { ANNOTATION_KINDS } from '$lib/annotation';
import { FAILED, json, refused } from './routes';
import { asOfQuery, filterQuery, measurement } from './schemas';

const span = (what: string) =>
	z.string().describe(`${what}: a week such as 2026-W10, weeks such as 2026-W06..2026-W09, or "baseline".`);

export type AgainstField = `against_${Dimension}`;
const againstQuery = Object.fromEntries(
	DIMENSIONS.map((name) => [`against_${name}`, filterQuery[name]])
) as Record<AgainstField, (typeof filterQuery)[Dimension]>;

const side = z.object({
	window: z.object({ since: z.string(), until: z.string(), week: z.string().optional() }),
	filter: z.record(z.string(), z.array(z.string()))
});

const comparison = z
	.object({
		first: side,
		second: side,
		relation: z
			.enum(['apart', 'shared', 'same'])
			.describe(
				'Whether a conversation can be on both sides; only of sides that are apart anything is told.'
			),
		metrics: z.array(
			z.object({
				metric: z.enum(METRICS),
				first: measurement,
				second: measurement,
				difference: z.number().nullable().describe('First less second, in the unit of the metric.'),
				interval: z
					.object({ low: z.number(), high: z.number() })
					.nullable()
					.describe('95 %, of the difference.'),
				direction: z.enum(DIRECTIONS).describe('"unclear" whenever untold says why.'),
				untold: z.enum(UNTOLD).nullable().describe('Why the difference can’t be told; null when it can.'),
				provisional: z.boolean().describe('Whether either side can still change or rests on little.')
			})
		)
	})
	.openapi('Comparison');

export const compareRoute = createRoute({
	operationId: 'compare',
	method: 'get',
	path: '/compare',
	summary: 'Every metric of two sides: any weeks or the baseline, each with filters of its own.',
	request: {
		query: z.object({
			week: span('The first side'),
			against: span('The second side'),
			...filterQuery,
			...againstQuery,
			as_of: asOfQuery,
			format: z.enum(['json', 'csv', 'md']).default('json')
		})
	},
	responses: {
		200: {
			description: 'Both sides, and what can be said of each difference.',
			content: {
				'application/json': { schema: comparison },
				'text/csv': { schema: z.string() },
				'text/markdown': { schema: z.string() }
			}
		},
		400: refused('A parameter is wrong.'),
		500: FAILED
	}
});

const annotation = z
	.object({
		kind: z.enum(ANNOTATION_KINDS),
		since: z.string().describe('Where it stands on the axis of the data.'),
		until: z.string().nullable().describe('End of a span, half open; null for what happened at once.'),
		title: z.string(),
		detail: z.string(),
		by: z.string().nullable(),
		decidedAt: z
			.string()
			.nullable()
			.describe('Clock on the wall, where it is another than that of the data.'),
		href: z.string().nullable().describe('The page that says more.')
	})
	.openapi('Annotation');

export const annotationsRoute = createRoute({
	operationId: 'annotations',
	method: 'get',
	path: '/annotations',
	summary: 'What happened beside the numbers: stop-loss, policy, definition, gaps in the data, baselines.',
	request: {
		query: z.object({ metric: z.enum(METRICS).default('csat_top_box').describe('Whose definition is told.') })
	},
	responses: {
		200: json(z.array(annotation), 'Oldest first.'),
		400: refused('A parameter is wrong.'),
		500: FAILED
	}
});
