/**
 * Intervals and quantiles a second time, by their definitions: roots of an equation, sums of terms, loops over ranks.
 * Pure; shares nothing with `queries/statistics`.
 */

const Z = 1.959963984540054;
export type Bounds = readonly [low: number, high: number | null] | null;
export const total = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0);

/** Wilson: the shares p for which |x/n - p| = z sqrt(p(1-p)/n), as roots of the quadratic. */
export function shareBounds(x: number, n: number): Bounds {
	if (n === 0) return null;
	const [a, b, c] = [1 + (Z * Z) / n, -(2 * (x / n) + (Z * Z) / n), (x / n) ** 2];
	const root = Math.sqrt(b * b - 4 * a * c);
	return [x === 0 ? 0 : (-b - root) / (2 * a), x === n ? 1 : (-b + root) / (2 * a)];
}

/** Hajek's share of y in 0, 1, weighted; Wilson at the size of a plain sample that would vary as much. */
export function weightedShare(units: readonly { weight: number; y: number }[]) {
	const weight = total(units.map((one) => one.weight));
	const p = total(units.map((one) => one.weight * one.y)) / weight;
	const n = units.length;
	const spread = total(units.map((one) => one.weight ** 2 * (one.y - p) ** 2));
	const varied = n > 1 && units.some((one) => one.y !== units[0]!.y);
	const size = varied
		? (p * (1 - p)) / (((n / (n - 1)) * spread) / weight ** 2)
		: weight ** 2 / total(units.map((one) => one.weight ** 2));
	const share = varied ? p : units[0]!.y;
	return { value: share, interval: shareBounds(share * size, size) };
}

/** Exact Poisson: the rates at which so many or more, and so many or fewer, have a chance of 2.5 %. */
export function countBounds(events: number): readonly [number, number] {
	const atMost = (k: number, rate: number) => {
		let term = Math.exp(-rate);
		let sum = 0;
		for (let i = 0; i <= k; i++) {
			sum += term;
			term *= rate / (i + 1);
		}
		return sum;
	};
	const solve = (falls: (rate: number) => boolean) => {
		let [low, high] = [0, events + 10 * Math.sqrt(events) + 20];
		for (let step = 0; step < 200; step++) {
			const middle = (low + high) / 2;
			if (falls(middle)) high = middle;
			else low = middle;
		}
		return low;
	};
	return [
		events === 0 ? 0 : solve((rate) => 1 - atMost(events - 1, rate) >= 0.025),
		solve((rate) => atMost(events, rate) <= 0.025)
	];
}

const around = (value: number, error: number): Bounds => [value - Z * error, value + Z * error];

/** Normal interval of a mean, cut at the ends of its scale. */
export function meanOf(values: readonly number[], least = -Infinity, most = Infinity) {
	const n = values.length;
	if (n === 0) return { value: null, interval: null };
	const value = total(values) / n;
	if (n < 2) return { value, interval: null };
	const error = Math.sqrt(total(values.map((one) => (one - value) ** 2)) / (n - 1) / n);
	const [low, high] = around(value, error)!;
	return { value, interval: [Math.max(least, low), Math.min(most, high!)] as Bounds };
}

/** Ratio of two sums of units, linearised; none where nothing is below the line, no interval where units don't vary. */
export function ratioOf(units: readonly { y: number; x: number }[]) {
	const n = units.length;
	const x = total(units.map((one) => one.x));
	if (n === 0 || x === 0) return { value: null, interval: null };
	const value = total(units.map((one) => one.y)) / x;
	const residuals = units.map((one) => one.y - value * one.x);
	if (n < 2 || residuals.every((one) => Math.abs(one) < 1e-9)) return { value, interval: null };
	const error = Math.sqrt((n / (n - 1)) * total(residuals.map((one) => one ** 2))) / x;
	const [low, high] = around(value, error)!;
	return { value, interval: [Math.max(0, low), high] as Bounds };
}

export interface Watched {
	time: number;
	event: boolean;
}

/** Kaplan and Meier: at each event the share that is left falls by events over those still watched. */
export function curve(watched: readonly Watched[]) {
	const times = [...new Set(watched.filter((one) => one.event).map((one) => one.time))].sort((a, b) => a - b);
	let left = 1;
	let greenwood = 0;
	return times.map((time) => {
		const events = watched.filter((one) => one.event && one.time === time).length;
		const atRisk = watched.filter((one) => one.time >= time).length;
		left = events === atRisk ? 0 : left * (1 - events / atRisk);
		greenwood += events / (atRisk * (atRisk - events));
		const power = Math.exp((Z * Math.sqrt(greenwood)) / Math.abs(Math.log(left)));
		const band = left > 0 && left < 1 ? ([left ** power, left ** (1 / power)] as const) : null;
		return { time, left, error: left === 0 ? 0 : left * Math.sqrt(greenwood), band };
	});
}

/** First time at which at most 1 - p are left; with it, where the two edges of the band get there. */
export function timeUntil(watched: readonly Watched[], p: number) {
	const steps = curve(watched);
	const reached = (level: number | undefined) => level !== undefined && level <= 1 - p + 1e-9;
	const value = steps.find((step) => reached(step.left))?.time ?? null;
	const low = steps.find((step) => reached(step.band?.[0]))?.time ?? null;
	const high = steps.find((step) => reached(step.band?.[1]))?.time ?? null;
	return { value, interval: (low === null ? null : [low, high]) as Bounds };
}

/** Quantile with linear interpolation between the order statistics. */
export function between(all: readonly number[], p: number): number | null {
	const sorted = [...all].sort((a, b) => a - b);
	if (sorted.length === 0) return null;
	const place = p * (sorted.length - 1);
	const low = sorted[Math.floor(place)]!;
	return low + (place - Math.floor(place)) * (sorted[Math.ceil(place)]! - low);
}

/** The order statistics that hold the median with 95 % confidence, by the normal approximation. */
export function medianBounds(all: readonly number[]): Bounds {
	const sorted = [...all].sort((a, b) => a - b);
	const n = sorted.length;
	if (n === 0) return null;
	const reach = (Z / 2) * Math.sqrt(n);
	const low = Math.max(1, Math.floor(n / 2 - reach));
	const high = Math.min(n, Math.ceil(n / 2 + reach) + 1);
	return [sorted[low - 1]!, sorted[high - 1]!];
}

/** The value that at least this share of `of` do not exceed, others than `all` never ending; null when it is not reached. */
export function rank(all: readonly number[], share: number, of: number): number | null {
	return [...all].sort((a, b) => a - b).find((_, at) => at + 1 >= share * of - 1e-9) ?? null;
}
