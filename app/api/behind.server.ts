/**
 * Registers the route to the conversations behind a number. Touches the database, and for CSV and Parquet a temporary
 * file, which is gone before the answer has been read to its end.
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import {
	arrowBehind,
	behindBlock,
	behindCounts,
	exportBehind,
	mustBeAskable,
	spanOf,
	type Filter
} from '#queries/queries.server';
import { calendar, limits, warehouse } from '$lib/server/plimsoll.server';
import { behindRoute } from './behind-routes';
import { sentFile } from './sent-file.server';

const TYPES = {
	csv: 'text/csv; charset=utf-8',
	parquet: 'application/vnd.apache.parquet',
	arrow: 'application/vnd.apache.arrow.stream'
};

export function registerBehind(api: OpenAPIHono): void {
	api.openapi(behindRoute, async (c) => {
		const { metric, week, side, search, sort, block, as_of, format, ...given } = c.req.valid('query');
		const db = await warehouse();
		const filter = given as Filter;
		const window = spanOf(calendar(), week);
		await mustBeAskable(db, { filter, windows: [window], asOf: as_of, now: new Date().toISOString() });
		const request = {
			metric,
			window,
			filter,
			asOf: as_of,
			search,
			sort,
			calendar: calendar(),
			limits: limits()
		};
		if (format === 'json') {
			const [{ counts }, rows] = await Promise.all([
				behindCounts(db, request),
				behindBlock(db, { ...request, side, block })
			]);
			return c.json({ counts, rows }, 200);
		}
		const headers = {
			'content-type': TYPES[format],
			'content-disposition': `attachment; filename="${metric}-${week}-${side}.${format}"`
		};
		if (format === 'arrow')
			return c.body(new Uint8Array(await arrowBehind(db, { ...request, side })), 200, headers);
		const { body, size } = await sentFile(db, `list.${format}`, (target) =>
			exportBehind(db, { ...request, side }, format, target)
		);
		return c.body(body, 200, { ...headers, 'content-length': String(size) });
	});
}
