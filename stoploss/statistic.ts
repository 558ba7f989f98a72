/**
 * The stop-loss statistic: worsening against a reference, over an honest standard error. Pure.
 *
 * Formulas and golden values: baseline, erosion, change and floor differ only in the reference. Days are given
 * as rows of daily cohorts in any order; a day without rows is simply not evidence.
 * Refuses to divide by nothing: every statistic is null where a side holds no outcome.
 */
import type { DailyCohort } from '../queries/measurement';

/** -1: a fall is bad (CSAT); +1: a rise is bad (recontact). */
export type Bad = -1 | 1;

const SHRINKAGE = 20;
const PRIOR_VARIANCE = 0.015 ** 2;
const FLOOR_VARIANCE = 0.0075 ** 2;

export interface Counts {
	n: number;
	x: number;
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
	z7Equivalent: number | null;
	/** Worsening without the worst day; null past 28 days or when one day is all there is. */
	withoutWorstDay: number | null;
}

export interface ChangeStatistic extends Statistic {
	strata: number;
	weightUsed: number;
	weightOther: number;
}

/** Inflation of the variance of a mean of `length` days whose neighbours correlate by `rho`. */
export function ar1Inflation(rho: number, length: number): number {
	if (rho === 0) return 1;
	let sum = 0;
	for (let k = 1; k < length; k++) sum += (1 - k / length) * rho ** k;
	return 1 + 2 * sum;
}

export function zCritical(z7: number, length: number): number {
	return Math.sqrt(z7 * z7 - 2 * Math.log(length / 7));
}

export function byDay(rows: readonly DailyCohort[]): Map<string, DailyCohort[]> {
	const days = new Map<string, DailyCohort[]>();
	for (const row of [...rows].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))) {
		if (row.n <= 0) continue;
		const day = days.get(row.day);
		if (day) day.push(row);
		else days.set(row.day, [row]);
	}
	return days;
}

export function byIntent(rows: readonly DailyCohort[]): Map<string, Counts> {
	const intents = new Map<string, Counts>();
	for (const { intent, n, x } of rows) {
		const counts = intents.get(intent) ?? { n: 0, x: 0 };
		intents.set(intent, { n: counts.n + n, x: counts.x + x });
	}
	return intents;
}

export function total(rows: Iterable<Counts>): Counts {
	let n = 0;
	let x = 0;
	for (const row of rows) {
		n += row.n;
		x += row.x;
	}
	return { n, x };
}

export function dayNumber(day: string): number {
	return Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000);
}

/** Sum of squared day sizes over the square of their sum: how unevenly the days share the evidence. */
export function concentration(rows: readonly DailyCohort[]): number {
	const { n } = total(rows);
	let squares = 0;
	for (const day of byDay(rows).values()) squares += total(day).n ** 2;
	return squares / n ** 2;
}

/** Freezes a baseline of `days` calendar days; null when it holds no outcome. */
export function baselineOf(rows: readonly DailyCohort[], days: number): Baseline | null {
	const all = total(rows);
	if (all.n === 0) return null;
	const pool = all.x / all.n;
	const n0: Record<string, number> = {};
	const x0: Record<string, number> = {};
	const p0: Record<string, number> = {};
	for (const [intent, { n, x }] of byIntent(rows)) {
		n0[intent] = n;
		x0[intent] = x;
		p0[intent] = (x + SHRINKAGE * pool) / (n + SHRINKAGE);
	}
	const residuals = new Map<number, { r: number; w: number }>();
	let weights = 0;
	let excess = 0;
	for (const [day, cohorts] of byDay(rows)) {
		const { n, x } = total(cohorts);
		let expected = 0;
		let v = 0;
		for (const row of cohorts) {
			const p = p0[row.intent] ?? pool;
			expected += row.n * p;
			v += (row.n * p * (1 - p)) / n ** 2;
		}
		const r = (x - expected) / n;
		const w = 1 / (v + PRIOR_VARIANCE) ** 2;
		residuals.set(dayNumber(day), { r, w });
		weights += w;
		excess += w * (r * r - v);
	}
	const mom = excess / weights;
	const lambda = PRIOR_VARIANCE ** 2 / (PRIOR_VARIANCE ** 2 + 2 / weights);
	const variance = Math.max(lambda * mom + (1 - lambda) * PRIOR_VARIANCE, FLOOR_VARIANCE);
	let pairs = 0;
	let products = 0;
	for (const [day, { r, w }] of residuals) {
		const next = residuals.get(day + 1);
		if (!next) continue;
		const ww = Math.sqrt(w * next.w);
		pairs += ww;
		products += ww * r * next.r;
	}
	const c1 = pairs > 0 ? products / pairs : 0;
	const rho = Math.min(0.8, Math.max(0, (lambda * c1) / variance));
	const f0 = ar1Inflation(rho, days);
	return { n0, x0, p0, pool, n: all.n, mom, lambda, variance, rho, q0: concentration(rows), f0, days };
}

/** Worsening of a window of `length` days against the frozen baseline, for the window's own mix of intents. */
export function erosionStatistic(
	rows: readonly DailyCohort[],
	length: number,
	baseline: Baseline,
	bad: Bad
): ErosionStatistic | null {
	const { n, x } = total(rows);
	if (n === 0) return null;
	const rate = (intent: string) => baseline.p0[intent] ?? baseline.pool;
	let expectedCount = 0;
	let binomial = 0;
	let vbase = baseline.variance * baseline.q0 * baseline.f0;
	for (const [intent, counts] of byIntent(rows)) {
		const p = rate(intent);
		expectedCount += counts.n * p;
		binomial += (counts.n * p * (1 - p)) / n ** 2;
		vbase += ((counts.n / n) ** 2 * p * (1 - p)) / ((baseline.n0[intent] ?? 0) + SHRINKAGE);
	}
	const expected = expectedCount / n;
	const observed = x / n;
	const middle = (expected + observed) / 2;
	const vbin = (binomial * middle * (1 - middle)) / (expected * (1 - expected));
	const vday = baseline.variance * ar1Inflation(baseline.rho, length) * concentration(rows);
	const worsening = bad * (observed - expected);
	const standardError = Math.sqrt(vbin + vday + vbase);
	const z = worsening / standardError;
	return {
		n,
		observed,
		expected,
		worsening,
		standardError,
		z,
		vbin,
		vday,
		vbase,
		z7Equivalent: z > 0 ? Math.sqrt(z * z + 2 * Math.log(length / 7)) : null,
		withoutWorstDay: length > 28 ? null : withoutWorstDay(rows, rate, bad)
	};
}

/** Worsening over the days that remain when the one with the largest loss is left out. */
export function withoutWorstDay(
	rows: readonly DailyCohort[],
	rate: (intent: string) => number,
	bad: Bad
): number | null {
	let worst = -Infinity;
	let worstSize = 0;
	let lost = 0;
	let n = 0;
	for (const day of byDay(rows).values()) {
		const size = total(day).n;
		const loss = day.reduce((sum, row) => sum + bad * (row.x - row.n * rate(row.intent)), 0);
		lost += loss;
		n += size;
		if (loss > worst) {
			worst = loss;
			worstSize = size;
		}
	}
	return n > worstSize ? (lost - worst) / (n - worstSize) : null;
}

export interface ChangeInput {
	before: ReadonlyMap<string, Counts>;
	after: ReadonlyMap<string, Counts>;
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
	const one = total(before.values());
	const two = total(after.values());
	if (one.n === 0 || two.n === 0) return null;
	const strata: { a: Counts; b: Counts; other: boolean }[] = [];
	const other = { a: { n: 0, x: 0 }, b: { n: 0, x: 0 }, other: true };
	for (const intent of new Set([...before.keys(), ...after.keys()])) {
		const a = before.get(intent) ?? { n: 0, x: 0 };
		const b = after.get(intent) ?? { n: 0, x: 0 };
		if (a.n >= minimum && b.n >= minimum) strata.push({ a, b, other: false });
		else {
			other.a = total([other.a, a]);
			other.b = total([other.b, b]);
		}
	}
	if (other.a.n > 0 && other.b.n > 0) strata.push(other);
	const weight = (s: { a: Counts; b: Counts }) => (s.a.n / one.n + s.b.n / two.n) / 2;
	const used = strata.reduce((sum, s) => sum + weight(s), 0);
	if (used === 0) return null;
	let worsening = 0;
	let v = input.variance * (input.q1 * input.f1 + input.q2 * input.f2);
	let expected = 0;
	let weightOther = 0;
	for (const stratum of strata) {
		const { a, b } = stratum;
		const w = weight(stratum) / used;
		worsening += w * bad * (b.x / b.n - a.x / a.n);
		expected += w * (a.x / a.n);
		const smooth = ({ n, x }: Counts) => (x + 1) / (n + 2);
		v += w * w * ((smooth(a) * (1 - smooth(a))) / a.n + (smooth(b) * (1 - smooth(b))) / b.n);
		if (stratum.other) weightOther = w;
	}
	const standardError = Math.sqrt(v);
	return {
		n: two.n,
		observed: expected + bad * worsening,
		expected,
		worsening,
		standardError,
		z: worsening / standardError,
		strata: strata.length,
		weightUsed: used,
		weightOther
	};
}

/** Worsening against a constant, mix left as it is. */
export function floorStatistic(
	rows: readonly DailyCohort[],
	length: number,
	limit: number,
	bad: Bad,
	variance = PRIOR_VARIANCE,
	rho = 0
): Statistic | null {
	const { n, x } = total(rows);
	if (n === 0) return null;
	const observed = x / n;
	const middle = (observed + limit) / 2;
	const standardError = Math.sqrt(
		(middle * (1 - middle)) / n + variance * ar1Inflation(rho, length) * concentration(rows)
	);
	const worsening = bad * (observed - limit);
	return { n, observed, expected: limit, worsening, standardError, z: worsening / standardError };
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
	return (zCritical(input.z7, input.length) + 0.8416212335729143) * Math.sqrt(v);
}
