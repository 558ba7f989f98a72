/**
 * One week: its headline figures with thirteen weeks behind them, and every metric by path beside the week before.
 * Two scorecards of thirteen weeks feed all of the page: one more week costs next to nothing, one more call a lot.
 */
import { error } from '@sveltejs/kit';
import {
	TITLES,
	scorecard,
	valuesPresent,
	watermark,
	weekWindow,
	weeksPresent
} from '#queries/queries.server';
import { PATHS, type Finding } from '#warehouse/vocabulary';
import { FILTERS, filterFrom, listsOf, type FilterName } from '$lib/filters';
import { standing } from '$lib/server/judge.server';
import { calendar, limits, policy, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';
import { chartTitle, headlineOf } from './headline';
import { tilesOf } from './tiles';

/** How many weeks the page looks back, the shown one included. */
const WEEKS_BACK = 13;

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
	const window = weekWindow(zone, params.week);
	const previousWeek = weeks[at - 1] ?? null;
	const lastWeeks = weeks.slice(Math.max(0, at + 1 - WEEKS_BACK), at + 1);
	const base = { weeks: lastWeeks, filter: listsOf(filter), asOf, calendar: zone, limits: limits() };
	const [byPath, overall, present, { latest }] = await Promise.all([
		scorecard(db, { ...base, by: ['path'] }),
		scorecard(db, { ...base, by: [] }),
		valuesPresent(db, window),
		standing(db, policy())
	]);
	// What the page is narrowed by stays a choice, also in a week that does not have it.
	const options = Object.fromEntries(
		FILTERS.map((name) => {
			const chosen = filter[name];
			const values = present[name];
			return [name, chosen === undefined || values.includes(chosen) ? values : [chosen, ...values]];
		})
	) as Record<FilterName, string[]>;
	const all = [...overall, ...byPath];
	const tiles = tilesOf(all, lastWeeks);
	const csat = byPath.filter(({ metric }) => metric === 'csat_top_box');
	const findings: Partial<Record<Finding, number>> = {};
	for (const { finding } of latest) findings[finding] = (findings[finding] ?? 0) + 1;
	return {
		week: params.week,
		window,
		weeks,
		previousWeek,
		nextWeek: weeks[at + 1] ?? null,
		timeZone: zone.timeZone,
		asOf,
		running: Date.parse(window.until) > Date.parse(asOf),
		filter,
		options,
		titles: TITLES,
		tiles,
		findings,
		measurements: all.filter(({ window: { week } }) => week === params.week || week === previousWeek),
		paths: PATHS.filter((path) =>
			byPath.some(
				({ slice, window: { week }, status }) =>
					slice.path === path && (week === params.week || week === previousWeek) && status !== 'absent'
			)
		),
		chart: { weeks: lastWeeks, measurements: csat, title: chartTitle(csat, lastWeeks) },
		headline: headlineOf(tiles)
	};
};
