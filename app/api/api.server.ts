/**
 * The API for machines, under /api, described by /api/openapi.json. Touches the database and a spool folder.
 * Every error is JSON { error, remedy }. Refuses cross-origin POSTs and bodies beyond PLIMSOLL_MAX_UPLOAD_BYTES.
 */
import { basename } from 'node:path';
import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi';
import { conversationJsonSchema } from '#ingest/schema';
import { ingest } from '#ingest/ingest.server';
import { SOURCES } from '#ingest/sources';
import { refreshFacts, scorecard, scorecardArrow, watermark, weeksPresent } from '#queries/queries.server';
import { latestVerdicts } from '#stoploss/ledger.server';
import { intentPolicyOf } from '#stoploss/policy';
import { DIMENSIONS, MEASUREMENT_STATUSES, METRICS, type Dimension } from '#warehouse/vocabulary';
import { explain } from '$lib/server/explain';
import { calendar, policy, warehouse } from '$lib/server/plimsoll.server';
import { toCsv } from '../cli/format';
import { TooLarge, spool } from './spool.server';

const DEFAULT_LIMIT_BYTES = 2 * 1024 ** 3;

const explanation = z.object({ error: z.string(), remedy: z.string() });
const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
	description,
	content: { 'application/json': { schema } }
});
const refused = (description: string) => json(explanation, description);
const report = z.record(z.string(), z.unknown());
const measurement = z.looseObject({
	metric: z.enum(METRICS),
	slice: z.record(z.string(), z.string()),
	value: z.number().nullable(),
	unit: z.string(),
	pending: z.number(),
	status: z.enum(MEASUREMENT_STATUSES),
	reason: z.string().nullable(),
	definition: z.string()
});

const healthRoute = createRoute({
	method: 'get',
	path: '/health',
	summary: 'Is the database there, and how far does the data reach?',
	responses: { 200: json(z.object({ ok: z.boolean(), watermark: z.string().nullable() }), 'It is.') }
});

const ingestRoute = createRoute({
	method: 'post',
	path: '/ingest',
	summary: 'Takes in one file (the request body) and refreshes the facts.',
	request: {
		query: z.object({
			source: z.string().default('canonical').describe('Name of a format, as `plimsoll sources` lists them.'),
			file: z.string().default('upload.ndjson').describe('Name to remember the file by.')
		})
	},
	responses: {
		200: json(report, 'What was read, accepted, unchanged and quarantined.'),
		400: refused('The source is unknown or the body is empty.'),
		403: refused('The request comes from another site.'),
		413: refused('The body is too large.')
	}
});

const scorecardRoute = createRoute({
	method: 'get',
	path: '/scorecard',
	summary: 'Measurements of one week, or of all.',
	request: {
		query: z.object({
			week: z.string().optional().describe('Such as 2026-W10, or `all`; missing means the latest.'),
			by: z
				.string()
				.default('path')
				.describe(`Comma-separated: ${DIMENSIONS.join(', ')}.`),
			as_of: z.iso.datetime({ offset: true }).optional().describe('Missing means the watermark of the data.'),
			format: z.enum(['json', 'csv', 'arrow']).default('json')
		})
	},
	responses: {
		200: {
			description: 'Measurements.',
			content: {
				'application/json': { schema: z.array(measurement) },
				'text/csv': { schema: z.string() },
				'application/vnd.apache.arrow.stream': { schema: z.string().meta({ format: 'binary' }) }
			}
		},
		400: refused('A parameter is wrong.'),
		404: refused('There is no data in that week.')
	}
});

const alertsRoute = createRoute({
	method: 'get',
	path: '/alerts',
	summary: 'The latest verdict of each rule.',
	responses: { 200: json(z.array(z.record(z.string(), z.unknown())), 'Verdicts with their evidence.') }
});

const schemaRoute = createRoute({
	method: 'get',
	path: '/schema/conversation.json',
	summary: 'JSON Schema of the canonical conversation record.',
	responses: { 200: json(z.record(z.string(), z.unknown()), 'The schema.') }
});

export function createApi() {
	const api = new OpenAPIHono({
		defaultHook: (result, c) => {
			if (result.success) return undefined;
			const [issue] = result.error.issues;
			const where = issue?.path.join('.') || 'the request';
			return c.json(
				{ error: `${where}: ${issue?.message ?? 'not valid'}`, remedy: 'See /api/openapi.json.' },
				400
			);
		}
	}).basePath('/api');

	api.use(async (c, next) => {
		const origin = c.req.header('origin');
		const foreign =
			c.req.header('sec-fetch-site') === 'cross-site' || (origin && hostOf(origin) !== c.req.header('host'));
		if (!['GET', 'HEAD'].includes(c.req.method) && foreign) {
			return c.json(
				{
					error: 'This request comes from another site.',
					remedy: 'Send it from Plimsoll itself or from a program.'
				},
				403
			);
		}
		return next();
	});

	api.onError((error, c) => {
		if (error instanceof TooLarge) return c.json({ error: error.message, remedy: error.remedy }, 413);
		if (error instanceof RangeError) return c.json(explain(error), 400);
		console.error(error);
		return c.json(explain(error), 500);
	});
	api.notFound((c) => c.json({ error: `There is no ${c.req.path}.`, remedy: 'See /api/openapi.json.' }, 404));

	api.openapi(healthRoute, async (c) =>
		c.json({ ok: true, watermark: (await watermark(await warehouse())) ?? null }, 200)
	);

	api.openapi(ingestRoute, async (c) => {
		const { source, file } = c.req.valid('query');
		const names: string[] = Object.values(SOURCES).map(({ name }) => name);
		if (!names.includes(source)) {
			return c.json({ error: `Unknown source "${source}".`, remedy: `Known: ${names.join(', ')}.` }, 400);
		}
		const body = c.req.raw.body;
		if (!body)
			return c.json({ error: 'The body is empty.', remedy: 'Send the file as the request body.' }, 400);
		const limit = Number(process.env['PLIMSOLL_MAX_UPLOAD_BYTES']) || DEFAULT_LIMIT_BYTES;
		const spooled = await spool(body, file, limit);
		try {
			const db = await warehouse();
			const done = await ingest(db, { inputs: [spooled.path], source, now: new Date().toISOString() });
			if (done.accepted > 0) await refreshFacts(db, intentPolicyOf(policy()));
			// The spool folder is nobody's business.
			const files = done.files.map((one) => ({ ...one, file: basename(one.file) }));
			return c.json({ ...done, files }, 200);
		} finally {
			await spooled.remove();
		}
	});

	api.openapi(scorecardRoute, async (c) => {
		const { week, by, as_of, format } = c.req.valid('query');
		const dimensions = by.split(',').filter(Boolean);
		const unknown = dimensions.find((name) => !(DIMENSIONS as readonly string[]).includes(name));
		if (unknown)
			return c.json(
				{ error: `Unknown dimension "${unknown}".`, remedy: `Known: ${DIMENSIONS.join(', ')}.` },
				400
			);
		const db = await warehouse();
		const present = await weeksPresent(db, calendar());
		const latest = present.at(-1);
		if (!latest)
			return c.json(
				{ error: 'There are no conversations yet.', remedy: 'Send some to POST /api/ingest.' },
				404
			);
		if (week && week !== 'all' && !present.includes(week)) {
			return c.json(
				{ error: `No conversations in ${week}.`, remedy: `The data runs from ${present[0]} to ${latest}.` },
				404
			);
		}
		const request = {
			weeks: week === 'all' ? present : [week ?? latest],
			by: dimensions as Dimension[],
			asOf: as_of ?? (await watermark(db)) ?? new Date().toISOString(),
			calendar: calendar()
		};
		if (format === 'arrow') {
			const bytes = await scorecardArrow(db, request);
			return c.body(new Uint8Array(bytes), 200, { 'content-type': 'application/vnd.apache.arrow.stream' });
		}
		const measurements = await scorecard(db, request);
		if (format === 'csv') {
			return c.body(toCsv(measurements), 200, {
				'content-type': 'text/csv; charset=utf-8',
				'content-disposition': `attachment; filename="scorecard-${week ?? latest}.csv"`
			});
		}
		return c.json(measurements as unknown as z.infer<typeof measurement>[], 200);
	});

	api.openapi(alertsRoute, async (c) => {
		const verdicts = await latestVerdicts(await warehouse());
		return c.json(verdicts as unknown as Record<string, unknown>[], 200);
	});

	api.openapi(schemaRoute, (c) => c.json(conversationJsonSchema() as Record<string, unknown>, 200));

	api.doc31('/openapi.json', {
		openapi: '3.1.0',
		info: { title: 'Plimsoll', version: '1', description: 'Scorecard and stop-loss for AI customer support.' }
	});
	return api;
}

function hostOf(origin: string): string | null {
	return URL.canParse(origin) ? new URL(origin).host : null;
}
