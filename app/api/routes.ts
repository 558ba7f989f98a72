/** The routes of the API as data: what each takes and answers, and in which words. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { DIMENSIONS, METRICS } from '#warehouse/vocabulary';
import { asOfQuery, explanation, filterQuery, health, measurement, repeatable, verdict } from './schemas';

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
	description,
	content: { 'application/json': { schema } }
});
export const refused = (description: string) => json(explanation, description);
export const FOREIGN = refused('The request comes from another site.');
export const FAILED = refused('Something went wrong inside; the log of the server says more.');

export const healthRoute = createRoute({
	operationId: 'health',
	method: 'get',
	path: '/health',
	summary: 'Is the database there, and how far does the data reach?',
	responses: { 200: json(health, 'It is.'), 500: FAILED }
});

export const scorecardRoute = createRoute({
	operationId: 'scorecard',
	method: 'get',
	path: '/scorecard',
	summary: 'Measurements of one week, or of all.',
	request: {
		query: z.object({
			week: z.string().optional().describe('Such as 2026-W10, or "all"; missing means the latest, at as_of.'),
			by: z
				.string()
				.default('path')
				.describe(`Comma-separated, of ${DIMENSIONS.join(', ')}; empty for no split.`),
			...filterQuery,
			definition: repeatable(
				undefined,
				'Only these metrics, such as csat_top_box or csat_top_box@1; may be repeated. A version that is gone is refused.'
			),
			as_of: asOfQuery,
			known_at: asOfQuery.describe(
				'As the log stood at this time: what was taken in later is unknown. Builds all facts anew, which takes its time.'
			),
			format: z.enum(['json', 'csv', 'arrow']).default('json')
		})
	},
	responses: {
		200: {
			description: 'Measurements.',
			content: {
				'application/json': { schema: z.array(measurement) },
				'text/csv': { schema: z.string() },
				'application/vnd.apache.arrow.stream': { schema: z.string().openapi({ format: 'binary' }) }
			}
		},
		400: refused('A parameter is wrong.'),
		404: refused('There is no data in that week.'),
		500: FAILED
	}
});

export const verdictsRoute = createRoute({
	operationId: 'verdicts',
	method: 'get',
	path: '/verdicts',
	summary:
		'The latest verdict of each rule as recorded, or with as_of the verdicts at that time, unrecorded.',
	request: { query: z.object({ as_of: asOfQuery }) },
	responses: {
		200: json(z.array(verdict), 'Verdicts with their evidence.'),
		400: refused('The time is not an RFC 3339 time.'),
		500: FAILED
	}
});

const coverageFields = {
	field: z.string(),
	title: z.string(),
	kind: z.enum(['every contact', 'where it happens']),
	contacts: z.int().describe('Contacts that have it.')
};

export const coverageRoute = createRoute({
	operationId: 'coverage',
	method: 'get',
	path: '/coverage',
	summary: 'What the records of each source say, which metrics that allows, and what to add for the others.',
	request: {
		query: z.object({
			ingest: z.coerce
				.number()
				.int()
				.positive()
				.optional()
				.describe('Only the contacts that this import brought.')
		})
	},
	responses: {
		200: json(
			z.array(
				z
					.object({
						source: z.string(),
						contacts: z.int(),
						intentDerived: z.int().describe('Contacts whose intent was found by a rule of the policy.'),
						fields: z.array(z.object(coverageFields)),
						metrics: z.array(
							z.object({
								metric: z.enum(METRICS),
								availability: z.enum(['available', 'degraded', 'off']),
								reasons: z.array(z.string()),
								add: z.array(z.string()).describe('What to send, in the words of the record.')
							})
						)
					})
					.openapi('SourceCoverage')
			),
			'Coverage by source.'
		),
		400: refused('The import is not a number.'),
		500: FAILED
	}
});

export const schemaRoute = createRoute({
	operationId: 'conversationSchema',
	method: 'get',
	path: '/schema/conversation.json',
	summary: 'JSON Schema of the canonical conversation record.',
	responses: { 200: json(z.looseObject({ $schema: z.string() }), 'The schema.') }
});
