/**
 * A share in the whole population from a sample with unequal, known inclusion probabilities. Pure. Hajek (1971):
 * sum(y/p) / sum(1/p), linearised variance (Sarndal, Swensson and Wretman 1992, 5.7); the interval is Wilson's
 * at the effective sample size, so that it stays inside 0..1 and is not empty at a share of 0 or 1.
 */
import { wilson } from './wilson';

export interface WeightedSums {
	/** Units, all of known inclusion probability p. */
	n: number;
	/** sum(1/p), sum(y/p), sum(1/p^2), sum(y/p^2) for y in 0, 1. */
	weight: number;
	weightHit: number;
	square: number;
	squareHit: number;
}

export function hajek({ n, weight, weightHit, square, squareHit }: WeightedSums) {
	if (n === 0) return { p: null, standardError: null, effectiveN: 0, low: null, high: null };
	const p = weightHit / weight;
	const spread = squareHit * (1 - 2 * p) + p * p * square;
	const variance = n > 1 ? ((n / (n - 1)) * Math.max(0, spread)) / (weight * weight) : 0;
	// At 0 and 1 the variance says nothing; Kish's effective size of the weights does.
	const effectiveN = variance > 0 ? (p * (1 - p)) / variance : (weight * weight) / square;
	const { low, high } = wilson(p * effectiveN, effectiveN);
	return { p, standardError: Math.sqrt(variance), effectiveN, low, high };
}
