/** Registers the routes that explain, translate and publish. Touches the database; publishing writes the ledger. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import {
	bothViews,
	cameBack,
	explainChange,
	mustBeAskable,
	publications,
	publish,
	readPublication,
	restatement,
	spanOf,
	translate,
	type Filter,
	type Publication
} from '#queries/queries.server';
import type { Warehouse } from '#warehouse/warehouse.server';
import { intentPolicyOf } from '#stoploss/policy';
import { cameBackCsv } from '$lib/server/came-back-csv';
import { calendar, limits, policy, warehouse } from '$lib/server/plimsoll.server';
import {
	cameBackRoute,
	cardRoute,
	changeRoute,
	publicationsRoute,
	publishRoute,
	resolvedRoute,
	restatementRoute
} from './why-routes';

const never = (week: string) => ({
	error: `${week} was never published.`,
	remedy: 'GET /api/publications lists what was.'
});
const withoutCard = ({ card: _, ...head }: Publication) => head;

const mustBe = (db: Warehouse, spans: string[], filter: Filter, asOf: string | undefined) =>
	mustBeAskable(db, {
		filter,
		windows: spans.map((span) => spanOf(calendar(), span)),
		asOf,
		now: new Date().toISOString()
	});

export function registerWhy(api: OpenAPIHono): void {
	api.openapi(changeRoute, async (c) => {
		const { metric, week, against, as_of, ...filter } = c.req.valid('query');
		const db = await warehouse();
		await mustBe(db, [week, against], filter as Filter, as_of);
		const found = await explainChange(db, {
			metric,
			week,
			against,
			filter: filter as Filter,
			calendar: calendar(),
			limits: limits(),
			...(as_of && { asOf: as_of })
		});
		return c.json(found, 200);
	});

	api.openapi(resolvedRoute, async (c) => {
		const { week, as_of, ...filter } = c.req.valid('query');
		const db = await warehouse();
		await mustBe(db, [week], filter as Filter, as_of);
		const request = {
			week,
			filter: filter as Filter,
			calendar: calendar(),
			...(as_of && { asOf: as_of })
		};
		const [views, definitions] = await Promise.all([bothViews(db, request), translate(db, request)]);
		return c.json({ views, definitions }, 200);
	});

	api.openapi(cameBackRoute, async (c) => {
		const { week, definition, format, as_of, ...filter } = c.req.valid('query');
		const db = await warehouse();
		await mustBe(db, [week], filter as Filter, as_of);
		const rows = await cameBack(db, {
			week,
			definition,
			filter: filter as Filter,
			calendar: calendar(),
			...(as_of && { asOf: as_of })
		});
		if (format === 'json') return c.json(rows, 200);
		return c.body(cameBackCsv(rows), 200, {
			'content-type': 'text/csv; charset=utf-8',
			'content-disposition': `attachment; filename="came-back-${definition.replaceAll('_', '-')}.csv"`
		});
	});

	api.openapi(publicationsRoute, async (c) => c.json(await publications(await warehouse()), 200));

	api.openapi(publishRoute, async (c) => {
		const { week, by, reason } = c.req.valid('query');
		const published = await publish(await warehouse(), {
			week,
			by,
			reason,
			now: new Date().toISOString(),
			calendar: calendar(),
			intentPolicy: intentPolicyOf(policy()),
			options: { limits: limits() }
		});
		return c.json(withoutCard(published), 200);
	});

	api.openapi(cardRoute, async (c) => {
		const { week, edition } = c.req.valid('query');
		const found = await readPublication(await warehouse(), week, edition);
		if (!found) return c.json(never(week), 404);
		// The bytes themselves: writing them anew from an object could change them.
		return c.body(found.card, 200, { 'content-type': 'application/json' }) as never;
	});

	api.openapi(restatementRoute, async (c) => {
		const { week, edition } = c.req.valid('query');
		const db = await warehouse();
		const [found, head] = await Promise.all([
			restatement(db, week, edition),
			readPublication(db, week, edition)
		]);
		if (!found || !head) return c.json(never(week), 404);
		const { card: _, ...rest } = found;
		return c.json({ publication: withoutCard(head), ...rest }, 200);
	});
}
