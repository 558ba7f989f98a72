/**
 * Agreement of two graders beyond chance. Pure. Cohen (1960); weighted: Cohen (1968), Fleiss and Cohen (1973);
 * standard error: Fleiss, Cohen and Everitt (1969). Where chance alone would always agree (both used one grade
 * only) kappa is undefined, and null says so. Raw agreement stands beside it: with skewed grades kappa is low even
 * when nearly all agree (Feinstein and Cicchetti 1990).
 */
import { Z_95 } from '../../queries/statistics/wilson';

export type KappaWeights = 'none' | 'linear' | 'quadratic';

const WEIGHT: Record<KappaWeights, (i: number, j: number, k: number) => number> = {
	none: (i, j) => (i === j ? 1 : 0),
	linear: (i, j, k) => 1 - Math.abs(i - j) / (k - 1),
	quadratic: (i, j, k) => 1 - ((i - j) / (k - 1)) ** 2
};

/** `table[i][j]`: units that the first grader gave grade i and the second grade j. */
export function kappa(table: readonly (readonly number[])[], weights: KappaWeights = 'none') {
	const k = table.length;
	const n = table.flat().reduce((sum, count) => sum + count, 0);
	const nothing = {
		n,
		observed: null,
		expected: null,
		kappa: null,
		standardError: null,
		low: null,
		high: null
	};
	if (n === 0) return nothing;
	const w = (i: number, j: number) => WEIGHT[weights](i, j, k);
	const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0) / n);
	const columns = rows.map((_, j) => table.reduce((sum, row) => sum + (row[j] ?? 0), 0) / n);
	const cells = table.flatMap((row, i) => row.map((count, j) => ({ i, j, p: count / n })));
	const observed = cells.reduce((sum, { i, j, p }) => sum + w(i, j) * p, 0);
	const expected = cells.reduce((sum, { i, j }) => sum + w(i, j) * rows[i]! * columns[j]!, 0);
	if (1 - expected < 1e-12) return { ...nothing, observed, expected };
	const value = (observed - expected) / (1 - expected);
	const rowWeight = rows.map((_, i) => columns.reduce((sum, c, j) => sum + c * w(i, j), 0));
	const columnWeight = columns.map((_, j) => rows.reduce((sum, r, i) => sum + r * w(i, j), 0));
	const spread = cells.reduce(
		(sum, { i, j, p }) => sum + p * (w(i, j) - (rowWeight[i]! + columnWeight[j]!) * (1 - value)) ** 2,
		0
	);
	const variance = Math.max(0, spread - (value - expected * (1 - value)) ** 2) / (n * (1 - expected) ** 2);
	const standardError = Math.sqrt(variance);
	return {
		n,
		observed,
		expected,
		kappa: value,
		standardError,
		low: value - Z_95 * standardError,
		high: value + Z_95 * standardError
	};
}
