/** Why a metric moved between a week and what it is compared with. The URL is the question. */
import { DECOMPOSED_BY, EXPLAINABLE, explainChange, waterfall, watermark } from '#queries/queries.server';
import { PATHS, type Path } from '#warehouse/vocabulary';
import { listsOf } from '$lib/filters';
import { filterAsked, wordAsked } from '$lib/server/asked.server';
import { weeksWith } from '$lib/server/pick-week.server';
import { calendar, limits, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';
import { sentencesOf } from './sentences';

/** How many weeks before are offered as a baseline. */
const BASELINES = [4, 13];

export const load: PageServerLoad = async ({ params, url }) => {
	const weeks = await weeksWith(params.week);
	const at = weeks.indexOf(params.week);
	const earlier = weeks.slice(0, at);
	const ask = url.searchParams;
	const metric = wordAsked(url, 'metric', EXPLAINABLE, 'csat_top_box');
	const path: Path | '' = wordAsked(url, 'path', PATHS, '');
	const by = wordAsked(url, 'by', DECOMPOSED_BY, 'intent');
	const baselines = [
		...BASELINES.filter((length) => earlier.length >= length).map((length) => ({
			span: `${earlier.at(-length)}..${earlier.at(-1)}`,
			length
		})),
		...earlier.toReversed().map((week) => ({ span: week, length: 1 }))
	];
	const asked = ask.get('against');
	const against =
		asked && /^\d{4}-W\d{2}(\.\.\d{4}-W\d{2})?$/.test(asked) ? asked : (baselines[0]?.span ?? null);
	if (against && !baselines.some(({ span }) => span === against))
		baselines.push({ span: against, length: 0 });
	const db = await warehouse();
	const filter = await filterAsked(db, url);
	const base = {
		week: params.week,
		weeks,
		metric,
		metrics: EXPLAINABLE,
		path,
		by,
		against,
		baselines,
		filter,
		timeZone: calendar().timeZone,
		asOf: await watermark(db)
	};
	if (!against) return { ...base, refused: 'There is no earlier week to compare it with.', change: null };
	try {
		const change = await explainChange(db, {
			metric,
			week: params.week,
			against,
			filter: { ...listsOf(filter), ...(path && { path: [path] }) },
			calendar: calendar(),
			limits: limits()
		});
		const split = change.by.find(({ dimension }) => dimension === by) ?? null;
		return {
			...base,
			refused: null,
			change,
			split,
			steps: split ? waterfall(split) : [],
			sentences: sentencesOf(change, split, against, params.week, path)
		};
	} catch (refusal) {
		if (!(refusal instanceof RangeError)) throw refusal;
		return { ...base, refused: refusal.message, change: null };
	}
};
