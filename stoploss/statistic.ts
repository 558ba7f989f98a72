/**
 * The stop-loss statistic: worsening against a reference, over an honest standard error. Pure.
 *
 * Baseline, erosion, change and floor differ only in the reference. Windows come as spans of a series; a day
 * without outcomes is simply not evidence.
 * Refuses to divide by nothing: every statistic is null where a side holds no outcome.
 */
import { spanOf, type Series, type Span } from './series';

/** -1: a fall is bad (CSAT); +1: a rise is bad (recontact). */
export type Bad = -1 | 1;

const SHRINKAGE = 20;
export const PRIOR_VARIANCE = 0.015 ** 2;
const FLOOR_VARIANCE = 0.0075 ** 2;
const POWER_80 = 0.8416212335729143;

/** Expected rates of a series, with how well they are known; arrays follow the series' intents. */
export interface Reference {
	p0: number[];
	n0: number[];
	variance: number;
	rho: number;
	/** Concentration of the reference's days, and the inflation of their mean. */
	q0: number;
	f0: number;
}

export interface Baseline {
	n0: Record<string, number>;
	x0: Record<string, number>;
	p0: Record<string, number>;
	pool: number;
	n: number;
	mom: number;
	lambda: number;
	variance: number;
	rho: number;
	q0: number;
	f0: number;
	days: number;
}

export interface Statistic {
	n: number;
	observed: number;
	expected: number;
	worsening: number;
	standardError: number;
	z: number;
}

export interface ErosionStatistic extends Statistic {
	vbin: number;
	vday: number;
	vbase: number;
}

export interface ChangeStatistic extends Statistic {
	strata: number;
	weightUsed: number;
	weightOther: number;
}

/** Inflation of the variance of a mean of `length` days whose neighbours correlate by `rho`. */
export function ar1Inflation(rho: number, length: number): number {
	const away = 1 - rho;
	return 1 + 2 * (rho / away - (rho * (1 - rho ** length)) / (length * away ** 2));
}

export function zCritical(z7: number, length: number): number {
	return Math.sqrt(z7 * z7 - 2 * Math.log(length / 7));
}

/** One number to chart against one line, whatever the window's length; null for a good direction. */
export function z7Equivalent(z: number, length: number): number | null {
	return z > 0 ? Math.sqrt(z * z + 2 * Math.log(length / 7)) : null;
}

/** Freezes the days from `since` to `until`; null when they hold no outcome. */
export function baselineOf(series: Series, since: number, until: number): Baseline | null {
	const whole = spanOf(series, since, until);
	if (whole.n === 0) return null;
	const days = until - since + 1;
	const pool = whole.x / whole.n;
	const rates = whole.ns.map((n, i) => (whole.xs[i]! + SHRINKAGE * pool) / (n + SHRINKAGE));
	const residual = new Float64Array(days);
	const weight = new Float64Array(days);
	let weights = 0;
	let excess = 0;
	for (let index = 0; index < days; index++) {
		const day = spanOf(series, since + index, since + index);
		if (day.n === 0) continue;
		let expected = 0;
		let v = 0;
		for (let i = 0; i < rates.length; i++) {
			const p = rates[i]!;
			expected += day.ns[i]! * p;
			v += (day.ns[i]! * p * (1 - p)) / day.n ** 2;
		}
		const r = (day.x - expected) / day.n;
		const w = 1 / (v + PRIOR_VARIANCE) ** 2;
		residual[index] = r;
		weight[index] = w;
		weights += w;
		excess += w * (r * r - v);
	}
	const mom = excess / weights;
	const lambda = PRIOR_VARIANCE ** 2 / (PRIOR_VARIANCE ** 2 + 2 / weights);
	const variance = Math.max(lambda * mom + (1 - lambda) * PRIOR_VARIANCE, FLOOR_VARIANCE);
	let pairs = 0;
	let products = 0;
	for (let index = 0; index + 1 < days; index++) {
		const ww = Math.sqrt(weight[index]! * weight[index + 1]!);
		pairs += ww;
		products += ww * residual[index]! * residual[index + 1]!;
	}
	const c1 = pairs > 0 ? products / pairs : 0;
	const rho = Math.min(0.8, Math.max(0, (lambda * c1) / variance));
	const seen = series.intents.map((intent, i) => [intent, i] as const).filter(([, i]) => whole.ns[i]! > 0);
	const record = (value: (index: number) => number) =>
		Object.fromEntries(seen.map(([intent, i]) => [intent, value(i)]));
	return {
		n0: record((i) => whole.ns[i]!),
		x0: record((i) => whole.xs[i]!),
		p0: record((i) => rates[i]!),
		pool,
		n: whole.n,
		mom,
		lambda,
		variance,
		rho,
		q0: whole.concentration,
		f0: ar1Inflation(rho, days),
		days
	};
}

/** The baseline's rates in the order of the series' intents; an unknown intent is expected at the pool. */
export function referenceOf(baseline: Baseline, intents: readonly string[]): Reference {
	const { variance, rho, q0, f0, pool } = baseline;
	return {
		p0: intents.map((intent) => baseline.p0[intent] ?? pool),
		n0: intents.map((intent) => baseline.n0[intent] ?? 0),
		variance,
		rho,
		q0,
		f0
	};
}

/** Worsening of a window of `length` days against frozen rates, for the window's own mix of intents. */
export function erosionStatistic(
	span: Span,
	length: number,
	reference: Reference,
	bad: Bad
): ErosionStatistic | null {
	const { n, x, ns } = span;
	if (n === 0) return null;
	const { p0, n0, variance, rho, q0, f0 } = reference;
	let expectedCount = 0;
	let binomial = 0;
	let vbase = variance * q0 * f0;
	for (let i = 0; i < ns.length; i++) {
		const size = ns[i]!;
		const p = p0[i]!;
		expectedCount += size * p;
		binomial += (size * p * (1 - p)) / n ** 2;
		vbase += ((size / n) ** 2 * p * (1 - p)) / (n0[i]! + SHRINKAGE);
	}
	const expected = expectedCount / n;
	const observed = x / n;
	const middle = (expected + observed) / 2;
	const spread = expected * (1 - expected);
	// A baseline of 0 % or 100 % has no binomial spread to rescale.
	const vbin = spread > 0 ? (binomial * middle * (1 - middle)) / spread : (middle * (1 - middle)) / n;
	const vday = variance * ar1Inflation(rho, length) * span.concentration;
	const worsening = bad * (observed - expected);
	const standardError = Math.sqrt(vbin + vday + vbase);
	const z = worsening / standardError;
	return { n, observed, expected, worsening, standardError, z, vbin, vday, vbase };
}

export interface WorstDay {
	day: number;
	/** Worsening over the days that remain. */
	rest: number;
	/** Part of the loss that fell on that day. */
	share: number;
}

/** The day with the largest loss, and what is left without it; null when one day is all there is. */
export function worstDayOf(
	series: Series,
	since: number,
	until: number,
	rates: readonly number[],
	bad: Bad
): WorstDay | null {
	let worst = -Infinity;
	let worstDay = since;
	let worstSize = 0;
	let lost = 0;
	let n = 0;
	for (let day = since; day <= until; day++) {
		const span = spanOf(series, day, day);
		if (span.n === 0) continue;
		let loss = 0;
		for (let i = 0; i < rates.length; i++) loss += bad * (span.xs[i]! - span.ns[i]! * rates[i]!);
		lost += loss;
		n += span.n;
		if (loss > worst) {
			worst = loss;
			worstDay = day;
			worstSize = span.n;
		}
	}
	if (n <= worstSize) return null;
	return { day: worstDay, rest: (lost - worst) / (n - worstSize), share: lost > 0 ? worst / lost : 0 };
}

export interface ChangeInput {
	before: Pick<Span, 'ns' | 'xs' | 'n'>;
	after: Pick<Span, 'ns' | 'xs' | 'n'>;
	bad: Bad;
	variance: number;
	q1: number;
	q2: number;
	f1: number;
	f2: number;
	minimum?: number;
}

/** Worsening between two periods within intents, mix held still; sparse intents are pooled. */
export function changeStatistic(input: ChangeInput): ChangeStatistic | null {
	const { before, after, bad, minimum = 10 } = input;
	if (before.n === 0 || after.n === 0) return null;
	// The last stratum pools the sparse intents.
	const strata = before.ns.length + 1;
	const n1 = [...before.ns, 0];
	const x1 = [...before.xs, 0];
	const n2 = [...after.ns, 0];
	const x2 = [...after.xs, 0];
	const other = strata - 1;
	for (let i = 0; i < other; i++) {
		if (n1[i]! >= minimum && n2[i]! >= minimum) continue;
		for (const counts of [n1, x1, n2, x2]) {
			counts[other]! += counts[i]!;
			counts[i] = 0;
		}
	}
	const weights = n1.map((n, i) => (n > 0 && n2[i]! > 0 ? (n / before.n + n2[i]! / after.n) / 2 : 0));
	const used = weights.reduce((sum, w) => sum + w, 0);
	if (used === 0) return null;
	let worsening = 0;
	let expected = 0;
	let count = 0;
	let v = input.variance * (input.q1 * input.f1 + input.q2 * input.f2);
	for (let i = 0; i < strata; i++) {
		const w = weights[i]! / used;
		if (w === 0) continue;
		count++;
		worsening += w * bad * (x2[i]! / n2[i]! - x1[i]! / n1[i]!);
		expected += w * (x1[i]! / n1[i]!);
		const a = (x1[i]! + 1) / (n1[i]! + 2);
		const b = (x2[i]! + 1) / (n2[i]! + 2);
		v += w * w * ((a * (1 - a)) / n1[i]! + (b * (1 - b)) / n2[i]!);
	}
	const standardError = Math.sqrt(v);
	return {
		n: after.n,
		observed: expected + bad * worsening,
		expected,
		worsening,
		standardError,
		z: worsening / standardError,
		strata: count,
		weightUsed: used,
		weightOther: weights[other]! / used
	};
}

/** Worsening against a constant, mix left as it is. */
export function floorStatistic(
	span: Span,
	length: number,
	limit: number,
	bad: Bad,
	variance = PRIOR_VARIANCE,
	rho = 0
): Statistic | null {
	const { n, x } = span;
	if (n === 0) return null;
	const observed = x / n;
	const middle = (observed + limit) / 2;
	const standardError = Math.sqrt(
		(middle * (1 - middle)) / n + variance * ar1Inflation(rho, length) * span.concentration
	);
	const worsening = bad * (observed - limit);
	return { n, observed, expected: limit, worsening, standardError, z: worsening / standardError };
}

/**
 * Day-to-day variance of the 56 days to `until`, from differences to the same weekday a week before: immune to
 * slow drift and to the weekday pattern. Null below two pairs of days. `rate` is the level around which the
 * binomial part is taken; the mean of the days' rates where it is not given.
 */
export function runningVariance(series: Series, until: number, rate?: number): number | null {
	const rates: number[] = [];
	const differences: number[] = [];
	const sizes: number[] = [];
	for (let day = until - 55; day <= until; day++) {
		const now = spanOf(series, day, day);
		if (now.n === 0) continue;
		rates.push(now.x / now.n);
		const then = spanOf(series, day - 7, day - 7);
		if (then.n === 0) continue;
		differences.push(Math.abs(now.x / now.n - then.x / then.n));
		sizes.push(1 / now.n + 1 / then.n);
	}
	if (differences.length < 2) return null;
	const p = rate ?? rates.reduce((sum, one) => sum + one, 0) / rates.length;
	const binomial = p * (1 - p) * median(sizes);
	return Math.max(((1.4826 * median(differences)) ** 2 - binomial) / 2, FLOOR_VARIANCE);
}

function median(values: number[]): number {
	const sorted = values.sort((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export interface Onset {
	since: number;
	days: number;
	worsening: number;
	z: number;
}

/** About when a loss began: the start, 3 to 91 days back and after `after`, that speaks loudest. */
export function onsetOf(
	series: Series,
	until: number,
	after: number,
	reference: Reference,
	bad: Bad
): Onset | null {
	let best: Onset | null = null;
	let loudest = -Infinity;
	for (let days = 3; days <= 91; days++) {
		const since = until - days + 1;
		if (since <= after) break;
		const s = erosionStatistic(spanOf(series, since, until), days, reference, bad);
		if (!s || s.z <= 0) continue;
		const loud = s.z ** 2 + 2 * Math.log(days / 7);
		if (loud > loudest) {
			loudest = loud;
			best = { since, days, worsening: s.worsening, z: s.z };
		}
	}
	return best;
}

/** The loss that a window of `length` days finds with 80 % power at this volume. */
export function detectability(input: {
	expected: number;
	perWeek: number;
	variance: number;
	vbase: number;
	z7: number;
	length: number;
}): number {
	const n = (input.perWeek * input.length) / 7;
	const v = (input.expected * (1 - input.expected)) / n + input.variance / input.length + input.vbase;
	return (zCritical(input.z7, input.length) + POWER_80) * Math.sqrt(v);
}

export interface Decomposition {
	total: number;
	within: number;
	mix: number;
}

/** Kitagawa: what the intents' own rates moved, and what the mix moved; they add up to the crude change. */
export function decompose(
	before: Pick<Span, 'ns' | 'xs' | 'n' | 'x'>,
	after: Pick<Span, 'ns' | 'xs' | 'n' | 'x'>
): Decomposition | null {
	if (before.n === 0 || after.n === 0) return null;
	let within = 0;
	before.ns.forEach((n1, i) => {
		const n2 = after.ns[i]!;
		// An intent of one period only has no change of rate: all it does is mix.
		if (n1 === 0 || n2 === 0) return;
		within += ((n1 / before.n + n2 / after.n) / 2) * (after.xs[i]! / n2 - before.xs[i]! / n1);
	});
	const change = after.x / after.n - before.x / before.n;
	return { total: change, within, mix: change - within };
}

const Z95 = 1.959963984540054;

/** Wilson's interval; everything is possible where nothing was counted. */
export function wilson(x: number, n: number): { low: number; high: number } {
	if (n === 0) return { low: 0, high: 1 };
	const p = x / n;
	const z2 = Z95 ** 2;
	const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
	const half = (Z95 / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
	return { low: x === 0 ? 0 : Math.max(0, centre - half), high: x === n ? 1 : Math.min(1, centre + half) };
}

/** Newcombe's 95 % interval of the difference of two shares, first minus second. */
export function newcombe(x1: number, n1: number, x2: number, n2: number) {
	const [p1, p2] = [n1 > 0 ? x1 / n1 : 0, n2 > 0 ? x2 / n2 : 0];
	const [a, b] = [wilson(x1, n1), wilson(x2, n2)];
	return {
		difference: p1 - p2,
		low: p1 - p2 - Math.hypot(p1 - a.low, b.high - p2),
		high: p1 - p2 + Math.hypot(a.high - p1, p2 - b.low)
	};
}
