/** The filters of a page, which are its URL. Pure. An empty parameter is no filter; whether the log has the value is for `asked.server.ts`. */
import type { Slice } from '#queries/measurement';
import type { Dimension, MetricName, Path } from '#warehouse/vocabulary';

/** Dimensions that a page can be narrowed by, in the order they are shown. */
export const FILTERS = [
	'tier',
	'intent',
	'channel',
	'market',
	'language',
	'customer_value',
	'source'
] as const satisfies readonly Dimension[];
export type FilterName = (typeof FILTERS)[number];

export function filterFrom(parameters: URLSearchParams, names: readonly Dimension[] = FILTERS): Slice {
	const filter: Slice = {};
	for (const name of names) {
		const value = parameters.get(name);
		if (value) filter[name] = value;
	}
	return filter;
}

/** The query string of a filter, with its question mark; '' for none. */
export function queryOf(filter: Slice): string {
	const parameters = new URLSearchParams();
	for (const name of FILTERS) if (filter[name]) parameters.set(name, filter[name]);
	const query = parameters.toString();
	return query ? `?${query}` : '';
}

/** The filter as the queries take it: any of a list for each dimension. */
export function listsOf(filter: Slice): Partial<Record<Dimension, readonly string[]>> {
	return Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, [value]]));
}

/** Where the conversations behind a figure are listed: of its week, on its path, with the filters of the page. */
export function behind(week: string, metric: MetricName, path: Path | null, page: URLSearchParams): string {
	const query = new URLSearchParams({ metric, ...(path && { path }), ...filterFrom(page) });
	return `/behind/${week}?${query}`;
}
