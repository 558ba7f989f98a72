/**
 * Means and ratios of sums with normal intervals, from sums alone, so that DuckDB does the adding. Pure.
 * The ratio's variance is linearised: Cochran (1977), Sampling Techniques, 2.11 and 6.4; with weights it is the
 * Hajek form of Sarndal, Swensson and Wretman (1992), 5.6.
 */
import { Z_95 } from './wilson';

export interface Estimate {
	value: number | null;
	standardError: number | null;
	low: number | null;
	high: number | null;
}

const NOTHING: Estimate = { value: null, standardError: null, low: null, high: null };

/** Mean of n values; no interval below two values. */
export function mean(n: number, sum: number, sumOfSquares: number): Estimate {
	if (n === 0) return NOTHING;
	const value = sum / n;
	if (n < 2) return { ...NOTHING, value };
	const variance = Math.max(0, sumOfSquares - n * value * value) / (n - 1);
	return around(value, Math.sqrt(variance / n));
}

export interface RatioSums {
	n: number;
	/** Sum of the numerators and of the denominators, weighted where weights are used. */
	y: number;
	x: number;
	/** Sums of squares and products; with weights, of the weighted values. */
	yy: number;
	xy: number;
	xx: number;
}

/** Ratio of two sums; no interval below two units, or where the units don't vary. */
export function ratio({ n, y, x, yy, xy, xx }: RatioSums): Estimate {
	if (n === 0 || x === 0) return NOTHING;
	const value = y / x;
	const size = yy + value * value * xx;
	const exact = size - 2 * value * xy;
	// What is left of a difference of equal sums is rounding and not spread.
	const spread = exact > 1e-12 * size ? exact : 0;
	if (n < 2 || spread === 0) return { ...NOTHING, value };
	return around(value, Math.sqrt((n / (n - 1)) * spread) / x);
}

function around(value: number, standardError: number): Estimate {
	return { value, standardError, low: value - Z_95 * standardError, high: value + Z_95 * standardError };
}
