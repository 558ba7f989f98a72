/** The routes by which logs come in, as data. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { SOURCES } from '#ingest/sources';
import { ingestReport } from './schemas';
import { FAILED, FOREIGN, json, refused } from './routes';

const known = SOURCES.map(({ name }) => name).join(', ');
const file = z
	.string()
	.default('upload.ndjson')
	.describe('Name to remember the file by; its ending says how it is packed, such as .gz.');
const headers = z.object({
	'idempotency-key': z
		.string()
		.min(1)
		.max(255)
		.optional()
		.describe(
			'Sent again within 7 days with the same body, the request is answered as before and not done again.'
		)
});
const body = {
	description: 'The file as it is; it is streamed to disk and never held in memory whole. It may be a gzip.',
	required: true,
	content: {
		'application/x-ndjson': { schema: z.string() },
		'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) }
	}
};
const responses = {
	200: json(
		ingestReport,
		'What was read, accepted, unchanged and quarantined; each quarantined line by its number.'
	),
	400: refused('The source is unknown or the body is empty.'),
	403: FOREIGN,
	409: refused(
		'A request with this key is still being worked on, ask again; or the policy goes against how this database keeps customer ids.'
	),
	413: refused('The body is too large.'),
	422: json(
		z.union([ingestReport, refused('').content['application/json'].schema]),
		'The file as a whole could not be read, and nothing of it was stored; or the key came before with another body.'
	),
	500: FAILED,
	503: refused('Too many requests wait already; ask again after Retry-After seconds.')
};

export const ingestRoute = createRoute({
	operationId: 'ingest',
	method: 'post',
	path: '/ingest',
	summary: 'Takes in one file (the request body), then refreshes the facts and judges the stop-loss rules.',
	request: {
		headers,
		query: z.object({
			source: z
				.string()
				.optional()
				.describe(
					`Name of a format: ${known}; or of a mapping that is kept. Missing means by the name and the look of the file.`
				),
			file
		}),
		body
	},
	responses
});

export const ingestSourceRoute = createRoute({
	operationId: 'ingestSource',
	method: 'post',
	path: '/ingest/{source}',
	summary: 'The same for records of one source.',
	request: {
		headers,
		params: z.object({ source: z.string().describe(`${known}; or a mapping that is kept.`) }),
		query: z.object({ file }),
		body
	},
	responses
});

export const refusedLinesRoute = createRoute({
	operationId: 'refusedLines',
	method: 'get',
	path: '/imports/{ingest}/refused',
	summary: 'The lines of an import that were put aside, to be mended and taken in again.',
	request: {
		params: z.object({ ingest: z.coerce.number().int().positive() }),
		query: z.object({
			format: z
				.enum(['lines', 'json'])
				.default('lines')
				.describe('lines: as they came; json: one object a line, with number, field and reason.')
		})
	},
	responses: {
		200: {
			description: 'One a line. A line longer than 1,000,000 characters is cut there.',
			content: { 'application/x-ndjson': { schema: z.string() } }
		},
		404: refused('Nothing of this import was put aside, or there is none.'),
		500: FAILED
	}
});
