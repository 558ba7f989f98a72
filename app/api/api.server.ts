/**
 * The API for machines, under /api, described by /api/openapi.json. Touches the database and a spool folder.
 * Every error is JSON { error, remedy }. Refuses cross-origin POSTs and bodies beyond PLIMSOLL_MAX_UPLOAD_BYTES.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import { conversationJsonSchema } from '#ingest/schema';
import {
	coverage,
	definitionAsked,
	feedHealth,
	knownAtTime,
	mustBeAskable,
	scorecard,
	wantedExports,
	watermark,
	weeksPresent,
	type Filter
} from '#queries/queries.server';
import type { Warehouse } from '#warehouse/warehouse.server';
import { intentPolicyOf } from '#stoploss/policy';
import { DIMENSIONS, type Dimension } from '#warehouse/vocabulary';
import { chosenWeeks } from '$lib/server/chosen-weeks';
import { explain } from '$lib/server/explain';
import { judgeAt, standing } from '$lib/server/judge.server';
import { toArrow } from '$lib/server/measurement-arrow';
import { toCsv } from '$lib/server/measurement-csv';
import { calendar, limits, policy, warehouse } from '$lib/server/plimsoll.server';
import { UploadRefused } from '$lib/server/uploads.server';
import { coverageRoute, healthRoute, schemaRoute, scorecardRoute, verdictsRoute } from './routes';
import { registerExport } from './export.server';
import { feedHealthRoute, wantedRoute } from './feed-health-routes';
import { registerIngest } from './ingest.server';
import { TooLarge } from './spool.server';
import { registerBehind } from './behind.server';
import { registerCompare } from './compare.server';
import { registerAlerts } from './alerts.server';
import { registerLab } from './lab.server';
import { registerDecisions } from './decisions.server';
import { registerMappings } from './mapping.server';
import { registerPrivacy } from './privacy.server';
import { registerReview } from './review.server';
import { registerUploads } from './uploads.server';
import { registerWebhooks } from './webhooks.server';
import { registerWhy } from './why.server';

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
		if (error instanceof UploadRefused)
			return c.json({ error: error.message, remedy: error.remedy }, error.status);
		if (error instanceof RangeError) return c.json(explain(error), 400);
		console.error(error);
		return c.json(explain(error), 500);
	});
	api.notFound((c) => c.json({ error: `There is no ${c.req.path}.`, remedy: 'See /api/openapi.json.' }, 404));

	api.openapi(healthRoute, async (c) =>
		c.json({ ok: true as const, watermark: await watermark(await warehouse()) }, 200)
	);

	registerIngest(api);
	registerWebhooks(api);
	registerExport(api);
	registerPrivacy(api);
	api.openapi(scorecardRoute, async (c) => {
		const { week, by, as_of, known_at, definition = [], format, ...given } = c.req.valid('query');
		const dimensions = by.split(',').filter(Boolean);
		const unknown = dimensions.find((name) => !(DIMENSIONS as readonly string[]).includes(name));
		if (unknown)
			return c.json(
				{ error: `Unknown dimension "${unknown}".`, remedy: `Known: ${DIMENSIONS.join(', ')}.` },
				400
			);
		const zone = calendar();
		const filter = given as Filter;
		const real = await warehouse();
		const metrics = await Promise.all(definition.map((one) => definitionAsked(real, one)));
		const measured = async (db: Warehouse) => {
			const { weeks, refusal } = chosenWeeks(await weeksPresent(db, zone), {
				week,
				asOf: as_of,
				calendar: zone
			});
			if (refusal) return { weeks, refusal };
			await mustBeAskable(db, { filter, asOf: as_of, now: new Date().toISOString() });
			const ask = {
				weeks,
				by: dimensions as Dimension[],
				filter,
				...(metrics.length > 0 && { metrics }),
				calendar: zone,
				limits: limits(),
				...(as_of && { asOf: as_of })
			};
			let measurements = await scorecard(db, ask);
			// Nothing fits: one answer that says so, and not none.
			if (measurements.length === 0) measurements = await scorecard(db, { ...ask, by: [] });
			return { weeks, refusal, measurements };
		};
		const found = known_at
			? await knownAtTime(real, { instant: known_at, policy: intentPolicyOf(policy()) }, measured)
			: await measured(real);
		if (found.refusal) return c.json(found.refusal, 404);
		const { weeks, measurements } = found;
		const name = `scorecard-${week ?? weeks[0]}`;
		if (format === 'arrow') {
			return c.body(new Uint8Array(toArrow(measurements)), 200, {
				'content-type': 'application/vnd.apache.arrow.stream',
				'content-disposition': `attachment; filename="${name}.arrow"`
			});
		}
		if (format === 'csv') {
			return c.body(toCsv(measurements), 200, {
				'content-type': 'text/csv; charset=utf-8',
				'content-disposition': `attachment; filename="${name}.csv"`
			});
		}
		return c.json(measurements, 200);
	});

	api.openapi(verdictsRoute, async (c) => {
		const { as_of } = c.req.valid('query');
		const db = await warehouse();
		const verdicts = as_of
			? await judgeAt(db, policy(), [new Date(as_of).toISOString()])
			: await standing(db, policy());
		return c.json(verdicts, 200);
	});

	api.openapi(coverageRoute, async (c) =>
		c.json(await coverage(await warehouse(), c.req.valid('query').ingest ?? null), 200)
	);

	api.openapi(feedHealthRoute, async (c) => {
		const { weeks } = c.req.valid('query');
		const now = new Date().toISOString();
		return c.json(await feedHealth(await warehouse(), { now, calendar: calendar(), weeks }), 200);
	});

	api.openapi(wantedRoute, async (c) =>
		c.json(await wantedExports(await warehouse(), c.req.valid('query').limit), 200)
	);

	registerWhy(api);
	registerBehind(api);
	registerCompare(api);
	registerReview(api);
	registerDecisions(api);
	registerMappings(api);
	registerUploads(api);
	registerLab(api);
	registerAlerts(api);

	api.openapi(schemaRoute, (c) => c.json(conversationJsonSchema() as { $schema: string }, 200));

	api.doc31('/openapi.json', DOCUMENT);
	return api;
}

const DOCUMENT = {
	openapi: '3.1.0',
	info: { title: 'Plimsoll', version: '1', description: 'Scorecard and stop-loss for AI customer support.' }
};

/** The OpenAPI document, as /api/openapi.json serves it and docs/openapi.json keeps it. */
export const openApiDocument = () => createApi().getOpenAPI31Document(DOCUMENT);

function hostOf(origin: string): string | null {
	return URL.canParse(origin) ? new URL(origin).host : null;
}
