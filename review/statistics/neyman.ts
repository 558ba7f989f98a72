/**
 * How to spread a quota over strata. Pure. Neyman (1934); Cochran (1977), Sampling Techniques, 5.5.
 */

export interface StratumSize {
	population: number;
	/** Share expected in the stratum; the same everywhere gives an allocation in proportion to size. */
	expected: number;
}

/** Fewer than two leave the variance of a stratum unknown. */
const AT_LEAST = 2;

/** A share of exactly 0 or 1 would leave a stratum out for good. */
const NEVER_CERTAIN = 1e-3;

/**
 * Neyman (1934): n_h in proportion to N_h * sqrt(p_h * (1 - p_h)), at least two and never more than the stratum has;
 * whole numbers by largest remainder. Adds up to the quota, or to the population where that is smaller.
 */
export function neyman(strata: readonly StratumSize[], quota: number): number[] {
	const total = strata.reduce((sum, { population }) => sum + population, 0);
	const wanted = Math.min(quota, total);
	const needed = (each: number) =>
		strata.reduce((sum, { population }) => sum + Math.min(each, population), 0);
	const least = wanted >= needed(AT_LEAST) ? AT_LEAST : wanted >= needed(1) ? 1 : 0;
	const spread = strata.map(({ population, expected }) => {
		const p = Math.min(1 - NEVER_CERTAIN, Math.max(NEVER_CERTAIN, expected));
		return population * Math.sqrt(p * (1 - p));
	});
	const shares = (scale: number) =>
		strata.map(({ population }, h) =>
			Math.min(population, Math.max(Math.min(least, population), scale * spread[h]!))
		);
	// What is given grows with the scale from all the least to all there is; find where it meets the quota.
	let [low, high] = [0, 2 / Math.sqrt(NEVER_CERTAIN)];
	for (let step = 0; step < 100; step++) {
		const middle = (low + high) / 2;
		if (shares(middle).reduce((sum, n) => sum + n, 0) < wanted) low = middle;
		else high = middle;
	}
	const parts = shares(high).map((n, h) => {
		const whole = Math.floor(n + 1e-9);
		return { h, whole, rest: n - whole };
	});
	let spare = wanted - parts.reduce((sum, { whole }) => sum + whole, 0);
	const given: number[] = [];
	for (const { h, whole } of parts.sort((a, b) => b.rest - a.rest || a.h - b.h)) {
		const more = spare > 0 && whole < strata[h]!.population ? 1 : 0;
		given[h] = whole + more;
		spare -= more;
	}
	return given;
}
