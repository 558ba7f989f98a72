/** Golden values from ../shared/golden-stats.json, to 1e-9 (skipped where the folder is absent), and two by hand. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { directStandardised } from './direct-standardisation';

const file = new URL('../../../shared/golden-stats.json', import.meta.url);
const present = existsSync(file);
interface Golden {
	rows: [number, number][];
	weights: number[];
	rate: number;
	se: number;
	lo: number;
	hi: number;
}

describe.skipIf(!present)('golden values', () => {
	it('direct standardisation', () => {
		const golden = JSON.parse(readFileSync(file, 'utf8')).direct_standardised as Golden[];
		expect(golden).toHaveLength(3);
		for (const row of golden) {
			const found = directStandardised(row.rows.map(([n, x], at) => ({ n, x, weight: row.weights[at]! })))!;
			for (const [actual, wanted] of [
				[found.rate, row.rate],
				[found.standardError, row.se],
				[found.low, row.lo],
				[found.high, row.hi]
			] as const)
				expect(Math.abs(actual - wanted)).toBeLessThan(1e-9);
			expect(found.covered).toBeCloseTo(1, 12);
		}
	});
});

it('an empty stratum is left out and its weight is told, never a rate of 0', () => {
	// 8/10 with weight 3 and 2/10 with weight 1 of the known 4: 0.65; a fifth of the weight is unknown.
	const found = directStandardised([
		{ x: 8, n: 10, weight: 3 },
		{ x: 2, n: 10, weight: 1 },
		{ x: 0, n: 0, weight: 1 }
	])!;
	expect(found.rate).toBeCloseTo(0.65, 12);
	expect(found.covered).toBeCloseTo(0.8, 12);
});

it('says nothing about nothing', () => {
	expect(directStandardised([])).toBeNull();
	expect(directStandardised([{ x: 0, n: 0, weight: 1 }])).toBeNull();
});
