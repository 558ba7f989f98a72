/** Golden values from ../shared/golden-stats.json, to 1e-9 (skipped where absent), and what must hold everywhere. */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kappa } from './kappa';
import { alphaInterval, krippendorff, type Level, type Unit } from './krippendorff';
import { neyman } from './neyman';

const file = new URL('../../../shared/golden-stats.json', import.meta.url);
const present = existsSync(file);
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const golden: Record<string, any[]> = present ? JSON.parse(readFileSync(file, 'utf8')) : {};
const close = (actual: number | null, wanted: number) => {
	expect(actual).not.toBeNull();
	expect(Math.abs(actual! - wanted)).toBeLessThan(1e-9);
};
/** Rows of the golden file are graders; units are its columns. */
const unitsOf = (data: (number | null)[][]): Unit[] =>
	data[0]!.map((_, column) => data.map((row) => row[column]!));

describe.skipIf(!present)('golden values', () => {
	it('Neyman allocation', () => {
		for (const row of golden.qa_neyman!) {
			const sizes = row.strata.map(([, population, expected]: [string, number, number]) => ({
				population,
				expected
			}));
			expect(neyman(sizes, row.n)).toEqual(row.allocation);
		}
	});
	it("Cohen's kappa", () => {
		for (const row of golden.kappa!) {
			const found = kappa(row.table, row.weights);
			expect(found.n).toBe(row.n);
			close(found.observed, row.po);
			close(found.expected, row.pe);
			close(found.kappa, row.kappa);
			close(found.standardError, row.se);
			close(found.low, row.lo);
			close(found.high, row.hi);
		}
	});
	it("Krippendorff's alpha", () => {
		for (const row of golden.krippendorff!) {
			const found = krippendorff(unitsOf(row.data), row.metric as Level);
			if (found.status !== 'measured') throw new Error(found.status);
			close(found.alpha, row.alpha);
			close(found.observed, row.observed);
			close(found.expected, row.expected);
			close(found.pairable, row.pairable);
		}
	});
});

describe('agreement', () => {
	it('is undefined, not perfect, where nobody ever gives another grade', () => {
		expect(
			krippendorff(
				[
					[1, 1],
					[1, 1]
				],
				'ordinal'
			)
		).toEqual({ status: 'no_variation', alpha: null, pairable: 4 });
		expect(
			alphaInterval(
				[
					[1, 1],
					[1, 1]
				],
				'ordinal'
			)
		).toBeNull();
		expect(
			kappa([
				[12, 0],
				[0, 0]
			])
		).toMatchObject({ kappa: null, observed: 1, expected: 1 });
	});
	it('has nothing to compare where each unit has one grade', () => {
		expect(
			krippendorff(
				[
					[1, null],
					[null, 2]
				],
				'nominal'
			).status
		).toBe('nothing_to_compare');
		expect(
			kappa([
				[0, 0],
				[0, 0]
			])
		).toMatchObject({ kappa: null, observed: null, n: 0 });
	});
	it('gives the same interval for the same seed, around alpha', () => {
		const units: Unit[] = Array.from({ length: 40 }, (_, i) => [i % 4, i % 7 === 0 ? (i + 1) % 4 : i % 4]);
		const once = alphaInterval(units, 'ordinal', { seed: 7 })!;
		expect(alphaInterval(units, 'ordinal', { seed: 7 })).toEqual(once);
		expect(alphaInterval(units, 'ordinal', { seed: 8 })).not.toEqual(once);
		const { alpha } = krippendorff(units, 'ordinal');
		expect(once.low).toBeLessThan(alpha!);
		expect(once.high).toBeGreaterThan(alpha!);
	});
});

describe('allocation', () => {
	const strata = fc.array(
		fc.record({ population: fc.nat({ max: 400 }), expected: fc.double({ min: 0, max: 1, noNaN: true }) }),
		{ minLength: 1, maxLength: 12 }
	);
	it('adds up to the quota, or to the population, and never takes more than there is', () => {
		fc.assert(
			fc.property(strata, fc.nat({ max: 500 }), (sizes, quota) => {
				const given = neyman(sizes, quota);
				const population = sizes.reduce((sum, one) => sum + one.population, 0);
				expect(given.reduce((sum, n) => sum + n, 0)).toBe(Math.min(quota, population));
				const occupied = sizes.filter((one) => one.population > 0).length;
				given.forEach((n, h) => {
					expect(Number.isInteger(n)).toBe(true);
					expect(n).toBeLessThanOrEqual(sizes[h]!.population);
					if (quota >= 2 * occupied) expect(n).toBeGreaterThanOrEqual(Math.min(2, sizes[h]!.population));
				});
			})
		);
	});
});
