/** What a metric found in the rows, before a status is given; and the shapes that several metrics share. Pure. */
import type { Evidence, Interval, Limits, Parts } from '../measurement';
import { wilson } from '../statistics/wilson';
import type { Counts, Flag, Known } from './rows';

export const LEVEL = 0.95;

export interface Found {
	evidence: Evidence;
	value: number | null;
	interval: Interval | null;
	pending: number;
	/** Rows that were counted. */
	n: number;
	/** Why there is nothing, used when n and pending are 0 or `instead` is given. */
	nothing: string;
	/** Why it can still change, where it is not that outcomes mature by themselves. */
	waiting?: string;
	/** Status where there are rows and still no value. */
	instead?: 'absent' | 'immature' | false;
}

export type Find = (known: Known, limits: Limits) => Found;

export function share(
	numerator: number,
	denominator: number,
	pending: number,
	nothing: string,
	parts?: Parts
): Found {
	const { p, low, high } = wilson(numerator, denominator);
	return {
		evidence: { kind: 'proportion', numerator, denominator, ...(parts && { parts }) },
		value: p,
		interval: p === null ? null : { low, high, level: LEVEL, method: 'wilson' },
		pending,
		n: denominator,
		nothing
	};
}

/** The reason for an absence: what the sources never say, else `otherwise`. */
export function never(counts: Counts | null, has: Flag, what: string, otherwise: string): string {
	if (!counts || counts[has]) return otherwise;
	return `No ${what} in source ${counts.sources}.`;
}

export const interval = (
	low: number | null,
	high: number | null,
	method: Interval['method']
): Interval | null => (low === null ? null : { low, high, level: LEVEL, method });
