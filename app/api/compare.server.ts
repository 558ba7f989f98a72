/** Registers the routes that hold two sides against each other and tell what happened beside numbers. Touches the database. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { mustBeAskable, weeksPresent, type Filter } from '#queries/queries.server';
import { DIMENSIONS } from '#warehouse/vocabulary';
import { fieldOf } from '$lib/comparison';
import { comparisonMarkdown } from '$lib/comparison-markdown';
import { sideTold } from '$lib/comparison-words';
import { annotations } from '$lib/server/annotations.server';
import { comparisonCsv } from '$lib/server/comparison-csv';
import { comparisonNow } from '$lib/server/comparison.server';
import { calendar, policy, warehouse } from '$lib/server/plimsoll.server';
import { annotationsRoute, compareRoute } from './compare-routes';

export function registerCompare(api: OpenAPIHono): void {
	api.openapi(compareRoute, async (c) => {
		const { week, against, as_of: asOf, format, ...given } = c.req.valid('query');
		const db = await warehouse();
		const filterOf = (second: boolean): Filter =>
			Object.fromEntries(
				DIMENSIONS.flatMap((name) => {
					const values = (given as Record<string, string[] | undefined>)[fieldOf(name, second)];
					return values ? [[name, values]] : [];
				})
			);
		const [first, second] = [
			{ span: week, filter: filterOf(false) },
			{ span: against, filter: filterOf(true) }
		];
		const found = await comparisonNow(db, { first, second, asOf });
		const now = new Date().toISOString();
		for (const { window, filter } of [found.first, found.second])
			await mustBeAskable(db, { filter, windows: [window], asOf, now });
		const name = `compare-${week}-${against}`.replaceAll('..', '-');
		if (format === 'csv')
			return c.body(comparisonCsv(found), 200, {
				'content-type': 'text/csv; charset=utf-8',
				'content-disposition': `attachment; filename="${name}.csv"`
			});
		if (format === 'md') {
			const told = (one: typeof first) => sideTold(one, found.baseline, calendar().timeZone);
			const text = comparisonMarkdown({ first: told(first), second: told(second), metrics: found.metrics });
			return c.body(text, 200, {
				'content-type': 'text/markdown; charset=utf-8',
				'content-disposition': `attachment; filename="${name}.md"`
			});
		}
		const { relation, metrics } = found;
		return c.json({ first: found.first, second: found.second, relation, metrics } as never, 200);
	});

	api.openapi(annotationsRoute, async (c) => {
		const { metric } = c.req.valid('query');
		const db = await warehouse();
		const weeks = await weeksPresent(db, calendar());
		const now = new Date().toISOString();
		return c.json(await annotations(db, { metric, policy: policy(), calendar: calendar(), weeks, now }), 200);
	});
}
