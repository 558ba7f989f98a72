/** The route to how well the feeds are, as data. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { HEALTH_FIELDS } from '#queries/health/judge';
import { FAILED, json } from './routes';

const whole = () => z.int().nonnegative();
const fields = Object.keys(HEALTH_FIELDS) as (keyof typeof HEALTH_FIELDS)[];

const source = z
	.object({
		source: z.string(),
		conversations: whole(),
		imports: whole(),
		read: whole(),
		accepted: whole(),
		unchanged: whole(),
		quarantined: whole(),
		newestConversationAt: z.string().nullable(),
		lastImportAt: z.string(),
		lastNewAt: z.string().nullable().describe('The last import that brought anything new.'),
		usualGapS: z
			.number()
			.nullable()
			.describe('Median seconds between imports that bring something new; null with fewer than two.'),
		freshness: z
			.enum(['fresh', 'late', 'unknown'])
			.describe('late: nothing new for three usual gaps, and an hour. unknown: fewer than five imports.'),
		weeks: z.array(z.object({ week: z.string(), contacts: whole() })),
		fields: z.array(
			z.object({
				field: z.enum(fields as [string, ...string[]]),
				dropped: z.boolean().describe('In the newest week with 30 contacts.'),
				weeks: z.array(
					z.object({
						week: z.string(),
						x: whole().describe('Contacts that have it.'),
						n: whole(),
						usual: z.number().nullable().describe('Median share of up to eight weeks before.'),
						dropped: z.boolean().describe('The 95 % interval (Wilson) lies under half of what is usual.')
					})
				)
			})
		),
		late: z
			.array(
				z.object({
					kind: z.string(),
					records: whole(),
					medianS: z.number(),
					over24h: whole(),
					over72h: whole(),
					over7d: whole()
				})
			)
			.describe(
				'From the end of a conversation to the import; without the first import of each kind, which is history.'
			),
		reasons: z
			.array(
				z.object({
					field: z.string(),
					reason: z.string(),
					records: whole(),
					imports: whole(),
					ingestId: whole().describe('Newest import with it: /api/imports/{ingest}/refused has its lines.'),
					recordId: z.string().nullable(),
					lastAt: z.string()
				})
			)
			.describe('Why records were put aside, the most frequent first.')
	})
	.openapi('SourceHealth');

export const wantedRoute = createRoute({
	operationId: 'wantedExports',
	method: 'get',
	path: '/imports/wanted',
	summary: 'Conversations that came by webhook in parts only: take in an export of them.',
	request: {
		query: z.object({ limit: z.coerce.number().int().min(1).max(100_000).default(1000) })
	},
	responses: {
		200: json(
			z.array(
				z
					.object({
						source: z.string(),
						id: z.string().describe('As the product numbers it.'),
						field: z.string(),
						reason: z.string(),
						at: z.string().describe('When the last part of it came.')
					})
					.openapi('WantedExport')
			),
			'The newest first; none of them was accepted since.'
		),
		500: FAILED
	}
});

export const feedHealthRoute = createRoute({
	operationId: 'feedHealth',
	method: 'get',
	path: '/imports/health',
	summary:
		'How fresh each source is, what came of what was read, how late records are, and what has vanished.',
	request: {
		query: z.object({
			weeks: z.coerce
				.number()
				.int()
				.min(1)
				.max(106)
				.default(13)
				.describe('Weeks back from the newest contact.')
		})
	},
	responses: { 200: json(z.array(source), 'One for each source.'), 500: FAILED }
});
