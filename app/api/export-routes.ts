/** The route by which stored conversations leave as canonical records, as data. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { EXPORT_FORMATS } from '#ingest/record-json';
import { FAILED, refused } from './routes';

export const exportRoute = createRoute({
	operationId: 'exportConversations',
	method: 'get',
	path: '/export/conversations',
	summary: 'The stored conversations as canonical records; taken in again, they are unchanged.',
	request: {
		query: z.object({
			source: z.string().optional().describe('May be missing where only one source is stored.'),
			from: z.iso.datetime({ offset: true }).optional().describe('Conversations that began from here.'),
			to: z.iso.datetime({ offset: true }).optional().describe('Conversations that began before.'),
			format: z
				.enum(EXPORT_FORMATS)
				.default('ndjson')
				.describe('Lines of JSON, with side records; or a table (Parquet) of the conversations alone.')
		})
	},
	responses: {
		200: {
			description:
				'As they are stored: texts as redacted, ids as hashed, and nothing where a text was deleted. The headers x-conversations, x-side-records and x-without-text count them.',
			content: {
				'application/x-ndjson': { schema: z.string() },
				'application/vnd.apache.parquet': { schema: z.string().openapi({ format: 'binary' }) }
			}
		},
		400: refused('No such source, or several and none was named.'),
		500: FAILED
	}
});
