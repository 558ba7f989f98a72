/**
 * A mean of the whole population from units with unequal, known inclusion probabilities. Pure. Hajek (1971),
 * linearised variance as in `queries/statistics/hajek.ts`, which is for shares; normal interval within the range.
 * One unit gives a mean and no interval.
 */
import { Z_95 } from '../../queries/statistics/wilson';

export interface WeightedUnit {
	probability: number;
	value: number;
}

export function weightedMean(units: readonly WeightedUnit[], range: readonly [number, number]) {
	const n = units.length;
	if (n === 0) return { mean: null, standardError: null, low: null, high: null };
	const weight = units.reduce((sum, { probability }) => sum + 1 / probability, 0);
	const mean = units.reduce((sum, { probability, value }) => sum + value / probability, 0) / weight;
	if (n === 1) return { mean, standardError: null, low: range[0], high: range[1] };
	const spread = units.reduce(
		(sum, { probability, value }) => sum + ((value - mean) / (probability * weight)) ** 2,
		0
	);
	const standardError = Math.sqrt((n / (n - 1)) * spread);
	return {
		mean,
		standardError,
		low: Math.max(range[0], mean - Z_95 * standardError),
		high: Math.min(range[1], mean + Z_95 * standardError)
	};
}
