/**
 * One week: its headline figures with thirteen weeks behind them, and every metric by path beside the week before.
 * The thirteen weeks are asked for the figures that are drawn only: the costly ones are those that need a statement of their own.
 */
import { error } from '@sveltejs/kit';
import {
	TITLES,
	decompose,
	rememberedScorecard,
	segmentsOf,
	valuesPresent,
	watermark,
	weekWindow,
	weeksPresent
} from '#queries/queries.server';
import { PATHS, type Finding, type Path } from '#warehouse/vocabulary';
import { FILTERS, filterFrom, listsOf, type FilterName } from '$lib/filters';
import { standing } from '$lib/server/judge.server';
import { calendar, limits, policy, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';
import { chartTitle, headlineOf, splitTold } from './headline';
import { TILES, tilesOf } from './tiles';

/** How many weeks the page looks back, the shown one included. */
const WEEKS_BACK = 13;

const metricsOf = (wanted: (path: Path | null) => boolean) =>
	TILES.filter(({ path }) => wanted(path)).map(({ metric }) => metric);

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
	const base = { filter: listsOf(filter), asOf, calendar: zone, limits: limits() };
	const shown = { ...base, weeks: previousWeek ? [previousWeek, params.week] : [params.week] };
	const drawn = { ...base, weeks: lastWeeks };
	const [byPath, overall, lineByPath, lineOverall, byIntent, present, latest] = await Promise.all([
		rememberedScorecard(db, { ...shown, by: ['path'] }),
		rememberedScorecard(db, { ...shown, by: [] }),
		rememberedScorecard(db, { ...drawn, by: ['path'], metrics: metricsOf((path) => path !== null) }),
		rememberedScorecard(db, { ...drawn, by: [], metrics: metricsOf((path) => path === null) }),
		rememberedScorecard(db, {
			...base,
			weeks: [lastWeeks[0]!, params.week],
			by: ['intent'],
			filter: { ...base.filter, path: ['ai_only'] },
			metrics: ['csat_top_box']
		}),
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
	const tiles = tilesOf([...lineByPath, ...lineOverall], lastWeeks);
	const csat = lineByPath.filter(({ metric }) => metric === 'csat_top_box');
	const of = (week: string | undefined) => byIntent.filter((one) => one.window.week === week);
	const split =
		lastWeeks.length > 1
			? decompose('intent', segmentsOf('intent', of(lastWeeks[0]), of(params.week)))
			: null;
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
		measurements: [...overall, ...byPath],
		paths: PATHS.filter((path) =>
			byPath.some(({ slice, status }) => slice.path === path && status !== 'absent')
		),
		chart: { weeks: lastWeeks, measurements: csat, title: chartTitle(csat, lastWeeks) },
		headline: { ...headlineOf(tiles), split: splitTold(split, lastWeeks.length - 1) },
		against: lastWeeks.length > 1 ? lastWeeks[0]! : null
	};
};
