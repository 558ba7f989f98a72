/**
 * A share or a mean of the whole population from a sample drawn by stratum without replacement. Pure.
 *
 * Hajek's estimate with the weight population / looked at of each stratum; where only some of the units count
 * (a domain), numerator and denominator are both estimated and the variance is that of the linearised ratio
 * (Cochran 1977, Sampling Techniques, 5.2-5.5 and 5A.13; Sarndal, Swensson and Wretman 1992, 5.7 and 10.3).
 * The finite-population correction is exact: a stratum that was looked at whole adds no error.
 * Within a stratum the spread is that of its values and one more at each end of the range, (x + 1) / (n + 2) for a
 * share: 60 of 60 is not certain. Strata of a few units share one spread (collapsed, Cochran 5A.12). A share's interval
 * is Wilson's at the effective sample size.
 * Refuses nothing: a stratum that nobody has looked at is left out, and `covered` says how much of the population the
 * estimate speaks for.
 */
import { Z_95, wilson } from './wilson';

interface Stratum {
	population: number;
	/** Units looked at. */
	n: number;
	/** Of them, those that the figure is about; all of them where it is not given. */
	counted?: number | undefined;
}

export interface StratumCount extends Stratum {
	/** Of those that count, those that show the thing. */
	hits: number;
}

export interface StratumSum extends Stratum {
	/** Over those that count. */
	sum: number;
	sumOfSquares: number;
}

export interface Stratified {
	value: number | null;
	standardError: number | null;
	low: number | null;
	high: number | null;
	/** Mean of the units looked at, as if all had been equally likely to be; never the answer. */
	unweighted: number | null;
	/** Share of the population in strata that somebody looked at. */
	covered: number;
	/** Everybody was looked at: the figure is known and not estimated. */
	whole: boolean;
}

export interface StratifiedShare extends Stratified {
	/** Reviews of a simple random sample that would tell as much; the population's size where it is known whole. */
	effectiveN: number;
}

const NOTHING = { value: null, standardError: null, low: null, high: null, unweighted: null };

/** With fewer, a stratum's own spread is little more than the two that are added to it. */
const SMALL = 10;

interface Weighed extends StratumSum {
	counted: number;
	weight: number;
}

/**
 * Centre and spread of strata taken together, each weighing as it does in the variance, with one more value at each end
 * of the range. What sets the strata apart is part of the spread, so that it is too large rather than too small.
 */
function spreadOf(strata: readonly Weighed[], [bottom, top]: readonly [number, number]) {
	const n = strata.reduce((total, { counted }) => total + counted, 0);
	const weights = strata.reduce((total, { weight }) => total + weight, 0);
	const mean = (of: (stratum: Weighed) => number) =>
		strata.reduce(
			(total, stratum) =>
				total +
				(weights > 0 ? stratum.weight / weights : 1 / strata.length) * (of(stratum) / stratum.counted),
			0
		);
	const centre = (n * mean(({ sum }) => sum) + bottom + top) / (n + 2);
	const second = (n * mean(({ sumOfSquares }) => sumOfSquares) + bottom ** 2 + top ** 2) / (n + 2);
	return { centre, spread: Math.max(0, second - centre ** 2) };
}

/** The estimate and its variance; null where nothing that was looked at counts. */
function estimated(strata: readonly StratumSum[], range: readonly [number, number]) {
	const seen = strata
		.filter(({ n }) => n > 0)
		.map((stratum) => ({ ...stratum, counted: stratum.counted ?? stratum.n }));
	const all = strata.reduce((total, { population }) => total + population, 0);
	const population = seen.reduce((total, stratum) => total + stratum.population, 0);
	const covered = all === 0 ? 0 : population / all;
	const whole = population === all && all > 0 && seen.every(({ population: size, n }) => n >= size);
	/** Units of the population that count, and the sum of their values. */
	const domain = seen.reduce((total, { population: size, n, counted }) => total + (size * counted) / n, 0);
	if (domain === 0) return { seen, population, covered, whole, found: null };
	const value = seen.reduce((total, { population: size, n, sum }) => total + (size * sum) / n, 0) / domain;
	const parts = seen.map((stratum) => ({
		...stratum,
		part: stratum.counted / stratum.n,
		known: stratum.n >= stratum.population,
		/** What a spread of one would add to the variance. */
		weight:
			((stratum.population / domain) ** 2 * (1 - stratum.n / stratum.population) * stratum.counted) /
			stratum.n ** 2
	}));
	const small = spreadOf(
		parts.filter(({ counted, known }) => counted > 0 && counted < SMALL && !known),
		range
	);
	let variance = 0;
	let cautious = 0;
	for (const stratum of parts) {
		const { population: size, counted, sum, known, part, weight } = stratum;
		if (counted === 0) continue;
		const { centre, spread } = counted < SMALL && !known ? small : spreadOf([stratum], range);
		cautious += ((size * part) / domain) * (known ? sum / counted : centre);
		if (!known) variance += weight * (spread + (1 - part) * (centre - value) ** 2);
	}
	const looked = seen.reduce((total, { counted }) => total + counted, 0);
	const unweighted = seen.reduce((total, { sum }) => total + sum, 0) / looked;
	return { seen, population, covered, whole, found: { value, variance, cautious, unweighted, domain } };
}

export function stratifiedShare(strata: readonly StratumCount[]): StratifiedShare {
	const { seen, population, covered, whole, found } = estimated(
		strata.map((stratum) => ({ ...stratum, sum: stratum.hits, sumOfSquares: stratum.hits })),
		[0, 1]
	);
	if (!found) return { ...NOTHING, effectiveN: 0, covered, whole };
	const { variance, unweighted, domain } = found;
	// Sums of weights can leave 1 by a rounding error.
	const value = Math.min(1, Math.max(0, found.value));
	if (variance === 0)
		return {
			value,
			standardError: 0,
			low: value,
			high: value,
			unweighted,
			covered,
			whole,
			effectiveN: domain
		};
	// At 0 and 1 the share itself has no spread; that of its cautious neighbour stands for it.
	const inside = value > 0 && value < 1 ? value : found.cautious;
	const effectiveN = (inside * (1 - inside)) / variance;
	const { low, high } = wilson(value * effectiveN, effectiveN);
	// What was seen can't be undone by what was not: so many hits there are, and so many without.
	const everybodyCounts = seen.every(({ n, counted }) => counted === n);
	const hits = seen.reduce((total, { sum }) => total + sum, 0);
	const misses = seen.reduce((total, { n, sum }) => total + n - sum, 0);
	const least = everybodyCounts ? Math.min(value, hits / population) : 0;
	const most = everybodyCounts ? Math.max(value, (population - misses) / population) : 1;
	return {
		value,
		standardError: Math.sqrt(variance),
		low: Math.max(low, least),
		high: Math.min(high, most),
		unweighted,
		covered,
		whole,
		effectiveN
	};
}

/** `range`: the least and the greatest value there can be. Normal interval within it. */
export function stratifiedMean(strata: readonly StratumSum[], range: readonly [number, number]): Stratified {
	const { covered, whole, found } = estimated(strata, range);
	if (!found) return { ...NOTHING, covered, whole };
	const { value, unweighted } = found;
	const standardError = Math.sqrt(found.variance);
	return {
		value,
		standardError,
		low: Math.max(range[0], value - Z_95 * standardError),
		high: Math.min(range[1], value + Z_95 * standardError),
		unweighted,
		covered,
		whole
	};
}
