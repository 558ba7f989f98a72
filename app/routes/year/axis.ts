/** Where things stand on an axis of weeks, and where lines break. Pure. */
import type { Measurement } from '#queries/measurement';

interface Span {
	since: string;
	until: string;
}

/**
 * Place of an instant in weeks from the left edge, cut at both: 2.5 is the middle of the third week. Weeks differ in
 * length where clocks change, and a week may be missing from the axis.
 */
export function placeOf(weeks: readonly Span[], instant: string): number {
	const at = Date.parse(instant);
	const index = weeks.findIndex(({ until }) => at < Date.parse(until));
	if (index < 0) return weeks.length;
	const { since, until } = weeks[index]!;
	const [from, to] = [Date.parse(since), Date.parse(until)];
	return at <= from ? index : index + (at - from) / (to - from);
}

export interface Dot {
	at: number;
	value: number;
	low: number;
	high: number;
	/** Whether it rests on enough and can't change. */
	sure: boolean;
}

/** Runs of neighbouring weeks that have a value by one definition: a line never bridges a gap or a change. */
export function dotsOf(measurements: readonly (Measurement | null)[]): Dot[][] {
	const runs: Dot[][] = [];
	let before: { at: number; definition: string } | null = null;
	for (const [at, one] of measurements.entries()) {
		if (!one || one.value === null) continue;
		const { value, interval, definition, status } = one;
		const dot = {
			at,
			value,
			low: interval?.low ?? value,
			high: interval?.high ?? value,
			sure: status === 'measured'
		};
		if (before?.at === at - 1 && before.definition === definition) runs.at(-1)!.push(dot);
		else runs.push([dot]);
		before = { at, definition };
	}
	return runs;
}

/** The first row that is free for each mark, so that none covers another; marks are in order of their left ends. */
export function rowsOf(marks: readonly { from: number; to: number }[], apart: number): number[] {
	const ends: number[] = [];
	return marks.map(({ from, to }) => {
		const free = ends.findIndex((end) => from - end >= apart);
		const row = free < 0 ? ends.length : free;
		ends[row] = to;
		return row;
	});
}

/** What an axis must hold: every value, and the intervals of those that are sure. A wide band of a thin week is cut. */
export function edgesOf(dots: readonly Dot[]): [low: number, high: number] {
	const all = dots.flatMap(({ value, low, high, sure }) => (sure ? [low, high] : [value]));
	return [Math.min(...all), Math.max(...all)];
}
