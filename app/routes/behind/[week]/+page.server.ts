/** The conversations behind a number; the URL says which number, which side of it, and in what order. */
import {
	behindBlock,
	behindCounts,
	rememberedScorecard,
	SIDES,
	SORTS,
	valuesPresent,
	watermark,
	weekWindow
} from '#queries/queries.server';
import { METRICS, type Dimension } from '#warehouse/vocabulary';
import { FILTERS, listsOf } from '$lib/filters';
import { filterAsked, wordAsked } from '$lib/server/asked.server';
import { weeksWith } from '$lib/server/pick-week.server';
import { calendar, limits, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

const NARROWED_BY = ['path', ...FILTERS] as const satisfies readonly Dimension[];

export const load: PageServerLoad = async ({ params, url }) => {
	const weeks = await weeksWith(params.week);
	const db = await warehouse();
	const metric = wordAsked(url, 'metric', METRICS, 'csat_top_box');
	const sort = wordAsked(url, 'sort', SORTS, 'newest');
	const search = (url.searchParams.get('search') ?? '').slice(0, 200);
	const filter = await filterAsked(db, url, NARROWED_BY);
	const window = weekWindow(calendar(), params.week);
	const asOf = await watermark(db);
	const ask = {
		metric,
		window,
		filter: listsOf(filter),
		calendar: calendar(),
		limits: limits(),
		...(asOf && { asOf })
	};
	const list = { ...ask, search, sort };
	const [[measurement], { counts: all }, { counts }, present] = await Promise.all([
		rememberedScorecard(db, { ...ask, weeks: [params.week], metrics: [metric] }),
		behindCounts(db, ask),
		behindCounts(db, list),
		valuesPresent(db, window)
	]);
	if (!measurement) throw new Error(`The scorecard gave nothing for ${metric}`);
	// The first side that has anybody, where the address names none.
	const side = wordAsked(url, 'side', SIDES, SIDES.find((one) => all[one] > 0) ?? 'numerator');
	const choices = NARROWED_BY.map((name) => ({
		name,
		chosen: filter[name],
		values: [...new Set([...(filter[name] ? [filter[name]] : []), ...present[name]])]
	})).filter(({ chosen, values }) => chosen !== undefined || values.length > 1);
	return {
		week: params.week,
		weeks,
		metric,
		side,
		sort,
		search,
		filter,
		choices,
		measurement,
		all,
		counts,
		rows: await behindBlock(db, { ...list, side, block: 0 }),
		timeZone: calendar().timeZone
	};
};
