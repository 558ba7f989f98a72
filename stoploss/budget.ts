/**
 * The false-alarm budget: how many false stop-losses a year the lead accepts, turned into the line z7 of each
 * rule. Pure. The table was calibrated by simulation; between its points it is linear in the logarithm.
 */
import type { RuleKind } from './rule';

export interface Confidence {
	/** Line for a stop, and for `watch`, as z of a 7-day window. */
	z7: number;
	watchZ7: number;
}

const PER_SERIES_YEAR = [0.5, 0.25, 0.1, 0.05, 0.025, 0.0125, 0.0075, 0.005];
const EROSION = [2.7, 3.1, 3.5, 3.8, 4.05, 4.25, 4.4, 4.5];
const CHANGE = [2.65, 2.95, 3.25, 3.45, 3.7, 3.9, 4.05, 4.15];
/** A floor has fewer windows than a change rule and no reference to estimate: the change line is safe for it. */
const LINES: Record<RuleKind, readonly number[]> = { erosion: EROSION, change: CHANGE, floor: CHANGE };

/** How the budget is split over the kinds of rules. */
export const SHARES: Record<RuleKind, number> = { erosion: 0.5, change: 0.3, floor: 0.2 };

/** Lines where no budget is set: 0.62 false alarms a year over 40 series, by simulation. */
export const DEFAULT_CONFIDENCE: Record<RuleKind, Confidence> = {
	erosion: { z7: 4.25, watchZ7: 3.1 },
	change: { z7: 4, watchZ7: 4 },
	floor: { z7: 4, watchZ7: 4 }
};

/** `watch` informs and stops nothing, so it may err this many times as often. */
const WATCH_FACTOR = 20;

/** Line for `perYear` false alarms per series and year; beyond the table's rare end by its last slope. */
export function z7For(kind: RuleKind, perYear: number): number {
	const lines = LINES[kind];
	if (perYear >= PER_SERIES_YEAR[0]!) return lines[0]!;
	let right = PER_SERIES_YEAR.findIndex((q) => q <= perYear);
	if (right === -1) right = PER_SERIES_YEAR.length - 1;
	const [q1, q2] = [Math.log(PER_SERIES_YEAR[right - 1]!), Math.log(PER_SERIES_YEAR[right]!)];
	const [z1, z2] = [lines[right - 1]!, lines[right]!];
	return z1 + ((z2 - z1) * (Math.log(perYear) - q1)) / (q2 - q1);
}

/** Lines of a rule that shares `budget` false alarms a year with `rules` rules of its kind (itself among them). */
export function confidenceFor(kind: RuleKind, budget: number, rules: number): Confidence {
	const perYear = (budget * SHARES[kind]) / rules;
	return { z7: z7For(kind, perYear), watchZ7: z7For(kind, perYear * WATCH_FACTOR) };
}
