/**
 * A rate as it would be for a given mix of strata. Pure. Direct standardisation: the weighted mean of the strata's
 * rates, sum W p, with variance sum W² p(1 - p) / n (Fay and Feuer 1997, Statistics in Medicine 16:791, before their
 * gamma refinement). Weights are taken relative to the strata that hold rows; `covered` is the share of the weight
 * that those carry, so that a stratum nobody was in is never taken for a rate of 0.
 */
import { Z_95 } from './wilson';

export interface Stratum {
	x: number;
	n: number;
	weight: number;
}

export interface StandardisedRate {
	rate: number;
	standardError: number;
	low: number;
	high: number;
	covered: number;
}

/** null when no stratum with a weight holds rows. */
export function directStandardised(strata: readonly Stratum[], z = Z_95): StandardisedRate | null {
	const total = strata.reduce((sum, { weight }) => sum + weight, 0);
	const known = strata.filter(({ n, weight }) => n > 0 && weight > 0);
	const weights = known.reduce((sum, { weight }) => sum + weight, 0);
	if (weights === 0) return null;
	let rate = 0;
	let variance = 0;
	for (const { x, n, weight } of known) {
		const p = x / n;
		const w = weight / weights;
		rate += w * p;
		variance += (w * w * p * (1 - p)) / n;
	}
	const standardError = Math.sqrt(variance);
	return {
		rate,
		standardError,
		low: Math.max(0, rate - z * standardError),
		high: Math.min(1, rate + z * standardError),
		covered: weights / total
	};
}
