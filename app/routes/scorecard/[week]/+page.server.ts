/**
 * One week: its headline figures with thirteen weeks behind them, and every metric by path beside the week before.
 * The thirteen weeks are asked for the figures that are drawn only: the costly ones are those that need a statement of their own.
 */
import { error } from '@sveltejs/kit';
import {
	Refusal,
	TITLES,
	asPublished,
	decompose,
	excludedTraffic,
	formerMeasurements,
	knownAtTime,
	publications,
	rememberedScorecard,
	segmentsOf,
	valuesPresent,
	watermark,
	weekWindow,
	weeksPresent
} from '#queries/queries.server';
import type { Measurement } from '#queries/measurement';
import { intentPolicyOf } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';
import { PATHS, type Finding, type Path } from '#warehouse/vocabulary';
import { FILTERS, listsOf, type FilterName } from '$lib/filters';
import { filterAsked, refuse } from '$lib/server/asked.server';
import { baselinePeriod } from '$lib/server/baselines.server';
import { standing } from '$lib/server/judge.server';
import { calendar, limits, policy, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';
import { containmentMap } from './containment';
import { chartTitle, headlineOf, splitTold } from './headline';
import { loadLinesOf } from './load-line';
import { TILES, tilesOf } from './tiles';

/** How many weeks the page looks back, the shown one included. */
const WEEKS_BACK = 13;

const metricsOf = (wanted: (path: Path | null) => boolean) =>
	TILES.filter(({ path }) => wanted(path)).map(({ metric }) => metric);

export const load: PageServerLoad = async ({ params, url }) => {
	const real = await warehouse();
	const instant = url.searchParams.get('known_at');
	if (!instant) return cardOf(real, real, params.week, url, null);
	const known = new Date(instant);
	if (Number.isNaN(known.getTime()))
		refuse(
			new Refusal(`"${instant}" is no time.`, 'Write it as 2026-03-16T08:00:00Z.', {
				field: 'known_at',
				value: instant,
				nearest: []
			}),
			url
		);
	const knownAt = known.toISOString();
	try {
		return await knownAtTime(real, { instant: knownAt, policy: intentPolicyOf(policy()) }, (then) =>
			cardOf(then, real, params.week, url, knownAt)
		);
	} catch (refusal) {
		refuse(refusal, url);
	}
};

/** The page over the log `db`: the one of now, or as it stood at `knownAt`. What people decided is in `real`. */
async function cardOf(db: Warehouse, real: Warehouse, shownWeek: string, url: URL, knownAt: string | null) {
	const zone = calendar();
	const weeks = await weeksPresent(db, zone);
	const at = weeks.indexOf(shownWeek);
	if (at < 0) {
		error(
			404,
			weeks.length
				? `There are no conversations in ${shownWeek}. The data runs from ${weeks[0]} to ${weeks.at(-1)}.`
				: 'There are no conversations yet.'
		);
	}
	const filter = await filterAsked(db, url);
	const asOf = (await watermark(db)) ?? new Date().toISOString();
	const window = weekWindow(zone, shownWeek);
	const previousWeek = weeks[at - 1] ?? null;
	const lastWeeks = weeks.slice(Math.max(0, at + 1 - WEEKS_BACK), at + 1);
	const base = { filter: listsOf(filter), asOf, calendar: zone, limits: limits() };
	const shown = { ...base, weeks: previousWeek ? [previousWeek, shownWeek] : [shownWeek] };
	const drawn = { ...base, weeks: lastWeeks };
	const period = await baselinePeriod(real, policy(), { calendar: zone, weeks });
	// A week is held only against what was over before it began.
	const before = period && Date.parse(period.until) <= Date.parse(window.since) ? period : null;
	const held = { ...base, weeks: before ? { since: before.since, until: before.until } : [] };
	const placed = { ...base, weeks: [shownWeek], metrics: ['containment', 'bad_containment'] as const };
	const [
		byPath,
		overall,
		lineByPath,
		lineOverall,
		byIntent,
		heldByPath,
		heldOverall,
		placedByIntent,
		placedTogether,
		present,
		latest,
		judged,
		left,
		cards,
		frozen
	] = await Promise.all([
		rememberedScorecard(db, { ...shown, by: ['path'] }),
		rememberedScorecard(db, { ...shown, by: [] }),
		rememberedScorecard(db, { ...drawn, by: ['path'], metrics: metricsOf((path) => path !== null) }),
		rememberedScorecard(db, { ...drawn, by: [], metrics: metricsOf((path) => path === null) }),
		rememberedScorecard(db, {
			...base,
			weeks: [lastWeeks[0]!, shownWeek],
			by: ['intent'],
			filter: { ...base.filter, path: ['ai_only'] },
			metrics: ['csat_top_box']
		}),
		before ? rememberedScorecard(db, { ...held, by: ['path'] }) : [],
		before ? rememberedScorecard(db, { ...held, by: [] }) : [],
		rememberedScorecard(db, { ...placed, by: ['intent'] }),
		rememberedScorecard(db, { ...placed, by: [] }),
		valuesPresent(db, window),
		// An alert was raised by what was known on its own day; it says nothing about another.
		knownAt ? [] : standing(real, policy()),
		knownAt ? [] : standing(real, policy(), window.until),
		excludedTraffic(db, window),
		publications(real),
		formerMeasurements(real)
	]);
	// A published card holds the week as a whole and by path: a narrower number was never published.
	const narrowed = Object.keys(filter).length > 0;
	const stands = (measurements: Measurement[]) =>
		narrowed || knownAt ? measurements : asPublished(measurements, frozen);
	// What the page is narrowed by stays a choice, also in a week that does not have it.
	const options = Object.fromEntries(
		FILTERS.map((name) => {
			const chosen = filter[name];
			const values = present[name];
			return [name, chosen === undefined || values.includes(chosen) ? values : [chosen, ...values]];
		})
	) as Record<FilterName, string[]>;
	const lines = stands([...lineByPath, ...lineOverall]);
	const { tiers, stop_loss } = policy();
	const tiles = tilesOf(lines, lastWeeks).map((tile) => ({
		...tile,
		loadLines: narrowed ? [] : loadLinesOf(judged, stop_loss.rules, tile)
	}));
	const csat = lines.filter(({ metric, slice }) => metric === 'csat_top_box' && slice.path !== undefined);
	const of = (week: string | undefined) => byIntent.filter((one) => one.window.week === week);
	const split =
		lastWeeks.length > 1 ? decompose('intent', segmentsOf('intent', of(lastWeeks[0]), of(shownWeek))) : null;
	const findings: Partial<Record<Finding, number>> = {};
	for (const { finding } of latest) findings[finding] = (findings[finding] ?? 0) + 1;
	return {
		week: shownWeek,
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
		measurements: stands([...overall, ...byPath]),
		baseline: before && { ...before, measurements: [...heldOverall, ...heldByPath] },
		containment: containmentMap(
			placedByIntent,
			placedTogether,
			(intent) => (['A', 'B', 'C'] as const).find((tier) => tiers[tier].includes(intent)) ?? null
		),
		knownAt,
		leftOut: left,
		published: cards.find(({ week }) => week === shownWeek) ?? null,
		paths: PATHS.filter((path) =>
			byPath.some(({ slice, status }) => slice.path === path && status !== 'absent')
		),
		chart: { weeks: lastWeeks, measurements: csat, title: chartTitle(csat, lastWeeks) },
		headline: { ...headlineOf(tiles), split: splitTold(split, lastWeeks.length - 1) },
		against: lastWeeks.length > 1 ? lastWeeks[0]! : null
	};
}
