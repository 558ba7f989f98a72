/**
 * Interval of a proportion. Pure. Wilson (1927), score interval without continuity correction; `deff` divides the
 * sample size when rows are correlated (Kish 1965). No rows: the interval is the whole range and there is no estimate.
 */
export const Z_95 = 1.959963984540054;

export interface ProportionInterval {
	p: number | null;
	low: number;
	high: number;
}

export function wilson(x: number, n: number, z = Z_95, deff = 1): ProportionInterval {
	if (n === 0) return { p: null, low: 0, high: 1 };
	const p = x / n;
	const m = n / deff;
	const centre = (p + (z * z) / (2 * m)) / (1 + (z * z) / m);
	const half = (z / (1 + (z * z) / m)) * Math.sqrt((p * (1 - p)) / m + (z * z) / (4 * m * m));
	return { p, low: x === 0 ? 0 : Math.max(0, centre - half), high: x === n ? 1 : Math.min(1, centre + half) };
}
