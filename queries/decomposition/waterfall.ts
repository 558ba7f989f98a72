/**
 * A decomposition as the steps of a waterfall: where it began, what each segment's rate did, the mix, where it ended.
 * Pure. Segments beyond `most` are one step, so that the steps always lead from the first to the last value.
 */
import type { Decomposition } from './decompose';

export interface Step {
	kind: 'before' | 'rate' | 'other_rates' | 'mix' | 'after';
	/** The segment of a `rate` step; null elsewhere. */
	segment: string | null;
	/** Segments in this step, where there are several. */
	segments: number;
	from: number;
	to: number;
	change: number;
	interval: { low: number; high: number } | null;
}

export function waterfall(split: Decomposition, most = 6): Step[] {
	const moved = split.segments.filter(({ rate }) => rate.value !== 0);
	// One more is shown by its name rather than as "1 other".
	const shown = moved.slice(0, moved.length === most + 1 ? most + 1 : most);
	const rest = moved.slice(shown.length);
	let at = split.before;
	const step = (kind: Step['kind'], change: number, more: Partial<Step> = {}): Step => {
		const from = at;
		at += change;
		return { kind, segment: null, segments: 1, from, to: at, change, interval: null, ...more };
	};
	return [
		{
			kind: 'before',
			segment: null,
			segments: 1,
			from: 0,
			to: split.before,
			change: split.before,
			interval: null
		},
		...shown.map(({ segment, rate }) => step('rate', rate.value, { segment, interval: rate.interval })),
		...(rest.length > 0
			? [
					step(
						'other_rates',
						rest.reduce((sum, { rate }) => sum + rate.value, 0),
						{ segments: rest.length }
					)
				]
			: []),
		step('mix', split.mix, { segments: split.segments.length }),
		{
			kind: 'after',
			segment: null,
			segments: 1,
			from: 0,
			to: split.after,
			change: split.after,
			interval: null
		}
	];
}
