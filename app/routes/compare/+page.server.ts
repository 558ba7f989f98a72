/** Any two sides of the log beside each other. The URL is the question, with both sides in full. */
import { redirect } from '@sveltejs/kit';
import {
	EXPLAINABLE,
	mustBeAskable,
	Refusal,
	TITLES,
	valuesPresent,
	weeksPresent
} from '#queries/queries.server';
import { DIMENSIONS, type Dimension } from '#warehouse/vocabulary';
import { BASELINE, compareHref, comparisonFrom, fieldOf, type SideAsked } from '$lib/comparison';
import { sideTold, spanTold, toldOf } from '$lib/comparison-words';
import { listsOf } from '$lib/filters';
import { refuse } from '$lib/server/asked.server';
import { comparisonNow } from '$lib/server/comparison.server';
import { ripeWeek } from '$lib/server/pick-week.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

/** Runs of weeks up to the newest that are offered. */
const RUNS = [4, 13];

export const load: PageServerLoad = async ({ url }) => {
	const db = await warehouse();
	const { timeZone } = calendar();
	const asked = comparisonFrom(url.searchParams);
	const weeks = await weeksPresent(db, calendar());
	if (weeks.length === 0) return { compared: null };
	if (!asked.first.span || !asked.second.span) {
		const week = asked.first.span ?? (await ripeWeek());
		const before = weeks[weeks.indexOf((week ?? '').split('..')[0]!) - 1] ?? week;
		redirect(
			307,
			compareHref({
				first: { ...asked.first, span: week },
				second: { ...asked.second, span: asked.second.span ?? before }
			})
		);
	}
	const wish = ({ span, slice }: SideAsked) => ({ span: span!, filter: listsOf(slice) });
	const [first, second] = [wish(asked.first), wish(asked.second)];
	const now = new Date().toISOString();
	const found = await comparisonNow(db, { first, second }).catch((refusal: unknown) => refuse(refusal, url));
	for (const side of ['first', 'second'] as const) {
		const { window, filter } = found[side];
		try {
			await mustBeAskable(db, { filter, windows: [window], now });
		} catch (refusal) {
			if (!(refusal instanceof Refusal) || !refusal.about) refuse(refusal, url);
			const field = fieldOf(refusal.about.field as Dimension, side === 'second');
			refuse(new Refusal(refusal.message, refusal.remedy, { ...refusal.about, field }), url);
		}
	}
	const bounds = [found.first.window, found.second.window];
	const present = await valuesPresent(db, {
		since: bounds.map(({ since }) => since).sort()[0]!,
		until: bounds
			.map(({ until }) => until)
			.sort()
			.at(-1)!
	});
	const told = (side: typeof first) => sideTold(side, found.baseline, timeZone);
	const spans = [
		...(found.baseline ? [BASELINE] : []),
		...RUNS.filter((length) => weeks.length >= length).map(
			(length) => `${weeks.at(-length)}..${weeks.at(-1)}`
		),
		...weeks.toReversed()
	];
	const chosen = [first.span, second.span].filter((span) => !spans.includes(span));
	return {
		compared: {
			asked,
			told: { first: told(first), second: told(second) },
			relation: found.relation,
			metrics: found.metrics,
			counts: toldOf(found.metrics)
		},
		baseline: found.baseline,
		spans: [...new Set([...chosen, ...spans])].map((span) => ({
			span,
			label: spanTold(span, found.baseline, timeZone)
		})),
		// What a side is narrowed by stays a choice, also in weeks that do not have it.
		choices: DIMENSIONS.map((name) => ({
			name,
			values: [
				...new Set([
					...present[name],
					...[asked.first.slice[name], asked.second.slice[name]].filter((value) => value !== undefined)
				])
			],
			chosen: asked.first.slice[name] !== undefined || asked.second.slice[name] !== undefined
		})).filter(({ values, chosen: narrowed }) => narrowed || values.length > 1),
		explainable: EXPLAINABLE,
		titles: TITLES,
		timeZone,
		asOf: found.asOf
	};
};
