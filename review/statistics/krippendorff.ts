/**
 * Agreement of any number of graders with gaps. Pure. Krippendorff (2011), "Computing Krippendorff's
 * alpha-reliability": alpha = 1 - Do / De from the coincidence matrix; a unit with one grade pairs with nothing and is
 * dropped. Where everybody always gives the same grade De = 0 and alpha is undefined: `no_variation`, never 1.
 * The interval is a percentile bootstrap over units with a fixed seed, so that it can be shown again.
 */
import { seeded } from './seeded';

export type Level = 'nominal' | 'ordinal' | 'interval' | 'ratio';
/** One unit: the grades that it got, one a grader; null where a grader did not grade it. */
export type Unit = readonly (number | null)[];

export type Alpha =
	| { status: 'measured'; alpha: number; observed: number; expected: number; pairable: number }
	| { status: 'no_variation' | 'nothing_to_compare'; alpha: null; pairable: number };

export function krippendorff(units: readonly Unit[], level: Level): Alpha {
	const graded = units
		.map((unit) => unit.filter((grade) => grade !== null))
		.filter((unit) => unit.length > 1);
	const grades = [...new Set(graded.flat())].sort((a, b) => a - b);
	const place = new Map(grades.map((grade, index) => [grade, index]));
	const matrix = grades.map(() => grades.map(() => 0));
	for (const unit of graded) {
		const each = 1 / (unit.length - 1);
		unit.forEach((a, i) =>
			unit.forEach((b, j) => {
				if (i !== j) matrix[place.get(a)!]![place.get(b)!]! += each;
			})
		);
	}
	const counts = matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
	const pairable = counts.reduce((sum, count) => sum + count, 0);
	if (pairable === 0) return { status: 'nothing_to_compare', alpha: null, pairable: 0 };
	const distance = distances(grades, counts, level);
	let observed = 0;
	let expected = 0;
	grades.forEach((_, c) =>
		grades.forEach((__, k) => {
			observed += (matrix[c]![k]! * distance[c]![k]!) / pairable;
			expected += (counts[c]! * counts[k]! * distance[c]![k]!) / (pairable * (pairable - 1));
		})
	);
	if (expected === 0) return { status: 'no_variation', alpha: null, pairable };
	return { status: 'measured', alpha: 1 - observed / expected, observed, expected, pairable };
}

function distances(grades: readonly number[], counts: readonly number[], level: Level): number[][] {
	const between = (c: number, k: number) => {
		let sum = 0;
		for (let g = Math.min(c, k); g <= Math.max(c, k); g++) sum += counts[g]!;
		return sum - (counts[c]! + counts[k]!) / 2;
	};
	const squared: Record<Level, (c: number, k: number) => number> = {
		nominal: (c, k) => (c === k ? 0 : 1),
		ordinal: (c, k) => between(c, k) ** 2,
		interval: (c, k) => (grades[c]! - grades[k]!) ** 2,
		ratio: (c, k) => (c === k ? 0 : ((grades[c]! - grades[k]!) / (grades[c]! + grades[k]!)) ** 2)
	};
	return grades.map((_, c) => grades.map((__, k) => squared[level](c, k)));
}

export interface AlphaInterval {
	low: number;
	high: number;
	/** Resamples in which everybody gave one grade; they say nothing and are left out. */
	withoutVariation: number;
}

/** 95 %; null where alpha itself is not measured. */
export function alphaInterval(
	units: readonly Unit[],
	level: Level,
	{ resamples = 1000, seed = 1 } = {}
): AlphaInterval | null {
	const pairable = units.filter((unit) => unit.filter((grade) => grade !== null).length > 1);
	if (krippendorff(pairable, level).status !== 'measured') return null;
	const random = seeded(seed);
	const alphas: number[] = [];
	for (let round = 0; round < resamples; round++) {
		const drawn = pairable.map(() => pairable[Math.floor(random() * pairable.length)]!);
		const { alpha } = krippendorff(drawn, level);
		if (alpha !== null) alphas.push(alpha);
	}
	alphas.sort((a, b) => a - b);
	const at = (share: number) => alphas[Math.min(alphas.length - 1, Math.floor(share * alphas.length))]!;
	return { low: at(0.025), high: at(0.975), withoutVariation: resamples - alphas.length };
}
