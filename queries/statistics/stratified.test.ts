/** Laws of the stratified estimates, against a plain oracle that writes out every unit with its weight. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stratifiedMean, stratifiedShare, type StratumCount } from './stratified';

/** Strata of which something was looked at, with or without units that don't count. */
type Whole = StratumCount & { counted: number };
const stratum: fc.Arbitrary<Whole> = fc
	.record({ n: fc.integer({ min: 1, max: 60 }), more: fc.nat(400), out: fc.nat(60), hits: fc.nat(60) })
	.map(({ n, more, out, hits }) => {
		const counted = Math.max(0, n - out);
		return { population: n + more, n, counted, hits: Math.min(hits, counted) };
	});
const strata = fc.array(stratum, { minLength: 1, maxLength: 8 });
const near = (actual: number | null, wanted: number) => expect(actual).toBeCloseTo(wanted, 9);
const asSums = (given: readonly Whole[]) =>
	given.map(({ hits, ...rest }) => ({ ...rest, sum: hits, sumOfSquares: hits }));

describe('a stratified estimate', () => {
	it('is the weighted mean of its units, whose weights add up to the population', () => {
		fc.assert(
			fc.property(strata, (given) => {
				const units = given.flatMap(({ population, n, counted, hits }) =>
					Array.from({ length: n }, (_, i) => ({
						weight: population / n,
						value: i < hits ? 1 : i < counted ? 0 : null
					}))
				);
				const sum = (of: (unit: (typeof units)[number]) => number) =>
					units.reduce((total, unit) => total + of(unit), 0);
				near(
					sum(({ weight }) => weight),
					given.reduce((total, { population }) => total + population, 0)
				);
				const domain = sum(({ weight, value }) => (value === null ? 0 : weight));
				const found = stratifiedShare(given);
				if (domain === 0) {
					expect(found.value).toBeNull();
					return;
				}
				near(found.value, sum(({ weight, value }) => weight * (value ?? 0)) / domain);
				near(stratifiedMean(asSums(given), [0, 1]).value, found.value!);
			})
		);
	});
	it('lies in its interval, which lies in 0 to 1', () => {
		fc.assert(
			fc.property(strata, (given) => {
				const { value, low, high, covered } = stratifiedShare(given);
				expect(covered).toBe(1);
				if (value === null) {
					expect([low, high]).toEqual([null, null]);
					return;
				}
				expect(low).toBeGreaterThanOrEqual(0);
				expect(low).toBeLessThanOrEqual(value);
				expect(high).toBeGreaterThanOrEqual(value);
				expect(high).toBeLessThanOrEqual(1);
			})
		);
	});
	it('does not depend on the order of the strata, nor on splitting off what nobody looked at', () => {
		fc.assert(
			fc.property(strata, (given) => {
				const [once, turned] = [stratifiedShare(given), stratifiedShare(given.toReversed())];
				for (const key of ['value', 'low', 'high', 'standardError'] as const)
					if (once[key] === null) expect(turned[key]).toBeNull();
					else near(turned[key], once[key]);
				const wider = stratifiedShare([...given, { population: 50, n: 0, hits: 0 }]);
				expect(wider.value).toBe(once.value);
				expect(wider.covered).toBeLessThan(1);
				expect(wider.whole).toBe(false);
			})
		);
	});
	it('is the surer the more of the population was looked at, and sure where all was', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 80 }), fc.nat(80), fc.nat(500), fc.nat(500), (n, x, a, b) => {
				const hits = Math.min(x, n);
				const of = (population: number) => stratifiedShare([{ population, n, hits }]);
				const [small, large] = [of(n + Math.min(a, b)), of(n + Math.max(a, b))];
				near(small.value, hits / n);
				expect(small.standardError!).toBeLessThanOrEqual(large.standardError!);
				expect(small.high! - small.low!).toBeLessThanOrEqual(large.high! - large.low! + 1e-12);
				const whole = of(n);
				expect(whole).toMatchObject({ standardError: 0, whole: true });
				expect([whole.low, whole.high]).toEqual([whole.value, whole.value]);
			})
		);
	});
	it('turns round with what it counts', () => {
		fc.assert(
			fc.property(strata, (given) => {
				const one = stratifiedShare(given);
				const other = stratifiedShare(given.map((s) => ({ ...s, hits: s.counted - s.hits })));
				if (one.value === null) return;
				near(other.value, 1 - one.value);
				near(other.low, 1 - one.high!);
				near(other.high, 1 - one.low!);
			})
		);
	});
	it('speaks only for the strata that somebody looked at', () => {
		const found = stratifiedShare([
			{ population: 900, n: 30, hits: 3 },
			{ population: 100, n: 0, hits: 0 }
		]);
		expect(found).toMatchObject({ value: 0.1, covered: 0.9, whole: false });
		for (const none of [[], [{ population: 100, n: 0, hits: 0 }]])
			expect(stratifiedShare(none)).toMatchObject({ value: null, low: null, covered: 0, whole: false });
		expect(stratifiedShare([{ population: 10, n: 10, hits: 1 }])).toMatchObject({
			value: 0.1,
			low: 0.1,
			high: 0.1
		});
	});
	it('a mean by hand: 3 of 6 with 10, 20 and 60, and 2 of 4 with 50', () => {
		const found = stratifiedMean(
			[
				{ population: 6, n: 3, sum: 90, sumOfSquares: 4100 },
				{ population: 4, n: 2, sum: 100, sumOfSquares: 5000 }
			],
			[0, 100]
		);
		// 0.6 x 30 + 0.4 x 50
		near(found.value, 38);
		// Both are small and share a spread: weights 0.6^2 x 0.5 / 3 and 0.4^2 x 0.5 / 2, so 0.6 and 0.4 of 0.1;
		// mean 0.6 x 30 + 0.4 x 50 = 38, mean square 0.6 x 4100 / 3 + 0.4 x 2500 = 1820, and one more at 0 and at 100.
		const [centre, second] = [(5 * 38 + 100) / 7, (5 * 1820 + 10_000) / 7];
		near(found.standardError, Math.sqrt(0.1 * (second - centre ** 2)));
	});
});
