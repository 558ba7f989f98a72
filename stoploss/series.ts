/**
 * Daily cohorts as prefix sums: any window of days is two subtractions an intent. Pure.
 * Holds every day given; who may look at which day is the caller's duty, who knows what is mature.
 */
import type { DailyCohort } from '../queries/measurement';

const DAY_MS = 86_400_000;

export interface Series {
	/** Day number of the first day, and how many days follow from it. */
	first: number;
	days: number;
	intents: readonly string[];
	/** Sums over the days before an index: of outcomes and events by intent, in all, and of squared day sizes. */
	n: readonly Float64Array[];
	x: readonly Float64Array[];
	allN: Float64Array;
	allX: Float64Array;
	squares: Float64Array;
}

/** Counts of a window of days; `ns` and `xs` follow the series' intents. */
export interface Span {
	since: number;
	until: number;
	n: number;
	x: number;
	/** Sum of squared day sizes over the square of their sum: how unevenly the days share the evidence. */
	concentration: number;
	ns: number[];
	xs: number[];
}

export function dayNumber(day: string): number {
	return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
}

const names = new Map<number, string>();

/** Kept, because a year of evidence names the same days again and again. */
export function dayOf(day: number): string {
	let name = names.get(day);
	if (name === undefined) names.set(day, (name = new Date(day * DAY_MS).toISOString().slice(0, 10)));
	return name;
}

export function seriesOf(rows: readonly DailyCohort[]): Series {
	const numbers = new Map<string, number>();
	const at = new Map<string, number>();
	let first = Infinity;
	let last = -Infinity;
	for (const { day, intent } of rows) {
		let number = numbers.get(day);
		if (number === undefined) numbers.set(day, (number = dayNumber(day)));
		if (number < first) first = number;
		if (number > last) last = number;
		if (!at.has(intent)) at.set(intent, at.size);
	}
	const days = rows.length === 0 ? 0 : last - first + 1;
	const sums = () => new Float64Array(days + 1);
	const n = Array.from({ length: at.size }, sums);
	const x = Array.from({ length: at.size }, sums);
	for (const row of rows) {
		const index = (numbers.get(row.day) ?? first) - first + 1;
		const intent = at.get(row.intent) ?? 0;
		n[intent]![index]! += row.n;
		x[intent]![index]! += row.x;
	}
	return accumulate({ first: days === 0 ? 0 : first, days, intents: [...at.keys()], n, x });
}

/** Turns counts a day (index 0 empty) into sums, in place. */
export function accumulate(counts: Pick<Series, 'first' | 'days' | 'intents' | 'n' | 'x'>): Series {
	const { days, n, x } = counts;
	const allN = new Float64Array(days + 1);
	const allX = new Float64Array(days + 1);
	const squares = new Float64Array(days + 1);
	for (let day = 1; day <= days; day++) {
		let dayN = 0;
		let dayX = 0;
		for (let i = 0; i < n.length; i++) {
			dayN += n[i]![day]!;
			dayX += x[i]![day]!;
			n[i]![day]! += n[i]![day - 1]!;
			x[i]![day]! += x[i]![day - 1]!;
		}
		allN[day] = allN[day - 1]! + dayN;
		allX[day] = allX[day - 1]! + dayX;
		squares[day] = squares[day - 1]! + dayN * dayN;
	}
	return { ...counts, allN, allX, squares };
}

/** Outcomes from `since` to `until`, both included. */
export function countOf(series: Series, since: number, until: number): number {
	const [from, to] = bounds(series, since, until);
	return series.allN[to]! - series.allN[from]!;
}

export function spanOf(series: Series, since: number, until: number): Span {
	const [from, to] = bounds(series, since, until);
	const size = series.intents.length;
	const ns = new Array<number>(size);
	const xs = new Array<number>(size);
	for (let i = 0; i < size; i++) {
		ns[i] = series.n[i]![to]! - series.n[i]![from]!;
		xs[i] = series.x[i]![to]! - series.x[i]![from]!;
	}
	const n = series.allN[to]! - series.allN[from]!;
	const x = series.allX[to]! - series.allX[from]!;
	const squares = series.squares[to]! - series.squares[from]!;
	return { since, until, n, x, concentration: n === 0 ? 0 : squares / n ** 2, ns, xs };
}

function bounds(series: Series, since: number, until: number): [number, number] {
	const clamp = (index: number) => Math.max(0, Math.min(series.days, index));
	const from = clamp(since - series.first);
	return [from, Math.max(from, clamp(until - series.first + 1))];
}
