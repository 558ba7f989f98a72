/** One week beside the week before, by path, and the weekly CSAT up to it. */
import { error } from '@sveltejs/kit';
import { scorecard, valuesPresent, watermark, weekWindow, weeksPresent } from '#queries/queries.server';
import { PATHS } from '#warehouse/vocabulary';
import { FILTERS, filterFrom, listsOf, type FilterName } from '$lib/filters';
import { calendar, limits, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';
import { chartTitle, headlineOf } from './headline';

/** How many weeks the chart looks back. */
const CHART_WEEKS = 13;

export const load: PageServerLoad = async ({ params, url }) => {
	const db = await warehouse();
	const zone = calendar();
	const weeks = await weeksPresent(db, zone);
	const at = weeks.indexOf(params.week);
	if (at < 0) {
		error(
			404,
			weeks.length
				? `There are no conversations in ${params.week}. The data runs from ${weeks[0]} to ${weeks.at(-1)}.`
				: 'There are no conversations yet.'
		);
	}
	const filter = filterFrom(url.searchParams);
	const asOf = (await watermark(db)) ?? new Date().toISOString();
	const previousWeek = weeks[at - 1] ?? null;
	const shown = previousWeek ? [previousWeek, params.week] : [params.week];
	const chartWeeks = weeks.slice(Math.max(0, at + 1 - CHART_WEEKS), at + 1);
	const base = { filter: listsOf(filter), asOf, calendar: zone, limits: limits() };
	const [byPath, overall, csat, present] = await Promise.all([
		scorecard(db, { ...base, weeks: shown, by: ['path'] }),
		scorecard(db, { ...base, weeks: shown, by: [] }),
		scorecard(db, { ...base, weeks: chartWeeks, by: ['path'], metrics: ['csat_top_box'] }),
		valuesPresent(db, weekWindow(zone, params.week))
	]);
	// What the page is narrowed by stays a choice, also in a week that does not have it.
	const options = Object.fromEntries(
		FILTERS.map((name) => {
			const chosen = filter[name];
			const values = present[name];
			return [name, chosen === undefined || values.includes(chosen) ? values : [chosen, ...values]];
		})
	) as Record<FilterName, string[]>;
	return {
		week: params.week,
		weeks,
		previousWeek,
		nextWeek: weeks[at + 1] ?? null,
		timeZone: zone.timeZone,
		asOf,
		filter,
		options,
		measurements: [...overall, ...byPath],
		paths: PATHS.filter((path) => byPath.some(({ slice }) => slice.path === path)),
		chart: { weeks: chartWeeks, measurements: csat, title: chartTitle(csat, chartWeeks) },
		headline: headlineOf(byPath, params.week)
	};
};
