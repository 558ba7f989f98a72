/** The route to the conversations behind a number, as data: what it takes and answers. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { SIDES, SORTS } from '#queries/behind/sides';
import { METRICS } from '#warehouse/vocabulary';
import { asOfQuery, filterQuery } from './schemas';
import { FAILED, refused } from './routes';

const whole = () => z.int().nonnegative();
const sideCounts = z.object(
	Object.fromEntries(SIDES.map((side) => [side, whole()])) as Record<
		(typeof SIDES)[number],
		ReturnType<typeof whole>
	>
);

const row = z
	.object({
		source: z.string(),
		id: z.string(),
		part: whole().describe('Which refund of the conversation, from 1; 0 where rows are conversations.'),
		customerId: z.string().nullable(),
		intent: z.string(),
		path: z.string(),
		tier: z.string(),
		channel: z.string(),
		market: z.string(),
		language: z.string(),
		customerValue: z.string(),
		startedAt: z.string().nullable(),
		closedAt: z.string().nullable(),
		resolvedAt: z.string().nullable(),
		value: z.number().nullable().describe("The row's own figure: a rating, hours, minutes, an amount."),
		signals: z.array(z.string()).nullable().describe('Of a bad containment, what showed it.')
	})
	.openapi('Behind');

export const behindRoute = createRoute({
	operationId: 'behind',
	method: 'get',
	path: '/behind',
	summary: 'The conversations behind a number of the scorecard: as many as the number counts.',
	request: {
		query: z.object({
			metric: z.enum(METRICS),
			week: z.string().describe('A week such as 2026-W10, or weeks such as 2026-W06..2026-W09.'),
			side: z
				.enum(SIDES)
				.default('numerator')
				.describe('Of what the number counts; excluded is what it does not count.'),
			...filterQuery,
			search: z
				.string()
				.max(200)
				.default('')
				.describe('Part of an id, a customer or an intent. Transcripts are not searched.'),
			sort: z.enum(SORTS).default('newest'),
			block: z.coerce.number().int().nonnegative().default(0).describe('JSON comes in blocks of 200 rows.'),
			as_of: asOfQuery,
			format: z
				.enum(['json', 'csv', 'parquet', 'arrow'])
				.default('json')
				.describe('All but JSON hold the whole list.')
		})
	},
	responses: {
		200: {
			description: 'The list. In CSV a text that a spreadsheet would run has an apostrophe before it.',
			content: {
				'application/json': {
					schema: z.object({ counts: sideCounts.describe('Of what the search finds.'), rows: z.array(row) })
				},
				'text/csv': { schema: z.string() },
				'application/vnd.apache.parquet': { schema: z.string().openapi({ format: 'binary' }) },
				'application/vnd.apache.arrow.stream': { schema: z.string().openapi({ format: 'binary' }) }
			}
		},
		400: refused('A parameter is wrong.'),
		500: FAILED
	}
});
