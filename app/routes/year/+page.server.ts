/** A metric over a year of weeks, with what happened beside it. The URL is the question. */
import {
	asPublished,
	changeOf,
	formerMeasurements,
	rememberedScorecard,
	valuesPresent,
	watermark,
	weeksBetween,
	weeksPresent,
	weekWindow
} from '#queries/queries.server';
import type { Measurement } from '#queries/measurement';
import { METRICS, PATHS, type MetricName } from '#warehouse/vocabulary';
import { within } from '$lib/annotation';
import { FILTERS, listsOf } from '$lib/filters';
import { PATH_LABELS } from '$lib/format';
import { annotations } from '$lib/server/annotations.server';
import { filterAsked, wordAsked } from '$lib/server/asked.server';
import { calendar, limits, policy, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

const YEAR = 53;
const QUARTER = 13;
/** By path each of them is all or nothing, or too little. */
const TOGETHER: readonly MetricName[] = [
	'containment',
	'refund_error_rate',
	'refund_error_money',
	'refund_approval',
	'complaint_rate',
	'complaint_rate_regulator'
];

export const load: PageServerLoad = async ({ url }) => {
	const db = await warehouse();
	const zone = calendar();
	const present = await weeksPresent(db, zone);
	const [first] = present;
	const last = present.at(-1);
	if (!first || !last) return { year: null };
	const metric = wordAsked(url, 'metric', METRICS, 'csat_top_box');
	const split = wordAsked(
		url,
		'split',
		['path', 'none'] as const,
		TOGETHER.includes(metric) ? 'none' : 'path'
	);
	const until = wordAsked(url, 'until', present, last);
	const filter = await filterAsked(db, url);
	// Weeks without a conversation stay on the axis: there the line has a gap.
	const all = weeksBetween(zone, weekWindow(zone, first).since, weekWindow(zone, until).since);
	const labels = all.slice(-YEAR);
	const windows = labels.map((week) => weekWindow(zone, week));
	const span = { since: windows[0]!.since, until: windows.at(-1)!.until };
	const asOf = await watermark(db);
	const ask = {
		by: split === 'path' ? (['path'] as const) : [],
		filter: listsOf(filter),
		metrics: [metric],
		calendar: zone,
		limits: limits(),
		...(asOf && { asOf })
	};
	const length = Math.min(QUARTER, Math.floor(labels.length / 2));
	const quarter = (from: number, to: number) =>
		rememberedScorecard(db, {
			...ask,
			weeks: { since: windows.at(from)!.since, until: windows.at(to)!.until }
		});
	const [measured, early, late, frozen, valuesIn, happened] = await Promise.all([
		rememberedScorecard(db, { ...ask, weeks: labels }),
		length > 0 ? quarter(0, length - 1) : [],
		length > 0 ? quarter(-length, -1) : [],
		formerMeasurements(db),
		valuesPresent(db, span),
		annotations(db, {
			metric,
			policy: policy(),
			calendar: zone,
			weeks: present,
			now: new Date().toISOString()
		})
	]);
	const narrowed = Object.keys(filter).length > 0;
	const shown = narrowed ? measured : asPublished(measured, frozen);
	const of = (list: readonly Measurement[], path: string | null, week?: string) =>
		list.find(
			(one) => (one.slice.path ?? null) === path && (week === undefined || one.window.week === week)
		) ?? null;
	const series = (split === 'path' ? PATHS.filter((path) => path !== 'abandoned') : [null])
		.map((path) => ({
			path,
			label: path ? PATH_LABELS[path] : 'All paths',
			measurements: labels.map((week) => of(shown, path, week)),
			quarters: (() => {
				const [before, after] = [of(early, path), of(late, path)];
				return before && after ? { before, after, change: changeOf(after, before) } : null;
			})()
		}))
		.filter(({ measurements }) => measurements.some((one) => one?.value != null));
	return {
		year: {
			metric,
			split,
			until,
			at: wordAsked(url, 'at', labels, null),
			series,
			weeks: windows,
			length,
			...within(happened, span)
		},
		metrics: METRICS,
		present,
		filter,
		choices: FILTERS.map((name) => ({
			name,
			values: [...new Set([...valuesIn[name], ...(filter[name] ? [filter[name]] : [])])]
		})).filter(({ name, values }) => filter[name] || values.length > 1),
		timeZone: zone.timeZone,
		asOf
	};
};
