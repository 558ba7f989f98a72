/** The split of a change, against worlds by hand, laws, and an oracle that reaches it by another way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompose, type SegmentCounts, type SegmentPart } from './decompose';
import { waterfall } from './waterfall';

const rows = (...all: [string, number, number, number, number][]): SegmentCounts[] =>
	all.map(([segment, x1, n1, x2, n2]) => ({
		segment,
		before: { x: x1, n: n1 },
		after: { x: x2, n: n2 }
	}));

describe('worlds by hand', () => {
	it('Simpson: every intent got worse, the whole got better, and the rate part says so', () => {
		// easy 90 -> 85 %, hard 50 -> 45 %; easy grows from 1 in 5 to 4 in 5: 58 % -> 77 %.
		const split = decompose(
			'intent',
			rows(['easy', 900, 1000, 3400, 4000], ['hard', 2000, 4000, 450, 1000])
		)!;
		expect(split.change).toBeCloseTo(0.19, 12);
		expect(split.rate.value).toBeCloseTo(-0.05, 12);
		expect(split.mix).toBeCloseTo(0.24, 12);
		expect(split.rate.interval!.high).toBeLessThan(0);
		// With the earlier mix: 0.2 * 0.85 + 0.8 * 0.45.
		expect(split.adjusted!.before.rate).toBeCloseTo(0.58, 12);
		expect(split.adjusted!.after.rate).toBeCloseTo(0.53, 12);
	});

	it('a shift of mix alone has a rate part of exactly zero', () => {
		const split = decompose('intent', rows(['a', 234, 300, 468, 600], ['b', 516, 600, 258, 300]))!;
		expect(split.rate.value).toBe(0);
		expect(split.segments.map(({ rate }) => rate.value)).toEqual([0, 0]);
		expect(split.mix).toBeCloseTo(split.change, 14);
		expect(split.change).toBeLessThan(-0.02);
	});

	it('a change of rates alone has a mix part of exactly zero', () => {
		const split = decompose('intent', rows(['a', 400, 500, 350, 500], ['b', 430, 500, 430, 500]))!;
		expect(split.mix).toBe(0);
		expect(split.rate.value).toBeCloseTo(-0.05, 14);
		expect(split.segments[0]).toMatchObject({ segment: 'a', rateRank: 1, presence: 'both' });
	});

	it('a segment of one window only is mix, without an interval', () => {
		const split = decompose(
			'market',
			rows(['se', 80, 100, 80, 100], ['new', 0, 0, 10, 50], ['gone', 9, 10, 0, 0])
		)!;
		const part = (name: string) => split.segments.find(({ segment }) => segment === name)!;
		expect(part('new')).toMatchObject({ presence: 'only_after', rate: { value: 0, interval: null } });
		expect(part('gone')).toMatchObject({ presence: 'only_before', rate: { value: 0, interval: null } });
		expect(part('new').mix).toBeLessThan(0);
		expect(part('se').rate).toMatchObject({ value: 0 });
		// 100 of the earlier 110 are in a segment that both windows know.
		expect(split.adjusted!.after.covered).toBeCloseTo(100 / 110, 12);
		expect(split.adjusted!.after.rate).toBeCloseTo(0.8, 12);
	});

	it('no common segment: all of it is mix, and nothing is adjusted', () => {
		const split = decompose('intent', rows(['old', 50, 100, 0, 0], ['new', 0, 0, 90, 100]))!;
		expect(split).toMatchObject({ rate: { value: 0, interval: null }, adjusted: null });
		expect(split.mix).toBeCloseTo(0.4, 12);
	});

	it('an empty window is nothing, not zero', () => {
		expect(decompose('intent', rows(['a', 0, 0, 5, 10]))).toBeNull();
		expect(decompose('intent', [])).toBeNull();
	});

	it('the interval is the one of the stop-loss without day swings', () => {
		// golden change_z 1: worsening 0.017512531328320844, se 0.018827079390239265.
		const split = decompose(
			'intent',
			rows(
				['refund_exception', 312, 400, 390, 520],
				['address_change', 361, 420, 258, 300],
				['billing_question', 58, 80, 91, 130]
			)
		)!;
		expect(split.rate.value).toBeCloseTo(-0.017512531328320844, 12);
		const half = (split.rate.interval!.high - split.rate.interval!.low) / 2;
		expect(half / 1.959963984540054).toBeCloseTo(0.018827079390239265, 12);
		expect(split.segments.map(({ segment }) => segment)).toEqual([
			'refund_exception',
			'billing_question',
			'address_change'
		]);
	});
});

/**
 * The oracle: Kitagawa's parts are what changing one thing at a time gives, averaged over both orders. It builds the
 * four counterfactual wholes with big fractions, so that it shares neither formula nor rounding with the code.
 */
interface Fraction {
	top: bigint;
	bottom: bigint;
}
const fraction = (top: number, bottom: number): Fraction => ({ top: BigInt(top), bottom: BigInt(bottom) });
const plus = (a: Fraction, b: Fraction) => ({
	top: a.top * b.bottom + b.top * a.bottom,
	bottom: a.bottom * b.bottom
});
const minus = (a: Fraction, b: Fraction) => plus(a, { top: -b.top, bottom: b.bottom });
const times = (a: Fraction, b: Fraction) => ({ top: a.top * b.top, bottom: a.bottom * b.bottom });
const half = (a: Fraction) => times(a, fraction(1, 2));
function toNumber({ top, bottom }: Fraction): number {
	const scaled = (top * 10n ** 18n) / bottom;
	return Number(scaled) / 1e18;
}

function oracle(all: readonly SegmentCounts[]) {
	const total = { before: 0, after: 0 };
	for (const row of all) {
		total.before += row.before.n;
		total.after += row.after.n;
	}
	const whole = (mix: 'before' | 'after', rate: 'before' | 'after') => {
		let sum = fraction(0, 1);
		for (const row of all) {
			const from = row[rate].n > 0 ? row[rate] : row[rate === 'before' ? 'after' : 'before'];
			if (from.n > 0) sum = plus(sum, times(fraction(row[mix].n, total[mix]), fraction(from.x, from.n)));
		}
		return sum;
	};
	const [bb, ba, ab, aa] = [
		whole('before', 'before'),
		whole('before', 'after'),
		whole('after', 'before'),
		whole('after', 'after')
	];
	return {
		change: toNumber(minus(aa, bb)),
		rate: toNumber(half(plus(minus(ba, bb), minus(aa, ab)))),
		mix: toNumber(half(plus(minus(ab, bb), minus(aa, ba))))
	};
}

describe('laws', () => {
	const count = fc
		.integer({ min: 0, max: 40 })
		.chain((n) => fc.record({ n: fc.constant(n), x: fc.integer({ min: 0, max: n }) }));
	const world = fc
		.array(fc.record({ before: count, after: count }), { minLength: 1, maxLength: 8 })
		.map((all): SegmentCounts[] => all.map((row, at) => ({ segment: `s${at}`, ...row })));

	it('parts add up to the change, and agree with the oracle', () => {
		let compared = 0;
		fc.assert(
			fc.property(world, (all) => {
				const split = decompose('intent', all);
				const empty = (side: 'before' | 'after') => all.every((row) => row[side].n === 0);
				expect(split === null).toBe(empty('before') || empty('after'));
				if (!split) return;
				compared++;
				expect(split.rate.value + split.mix).toBeCloseTo(split.change, 12);
				const sum = (of: (part: SegmentPart) => number) =>
					split.segments.reduce((total, part) => total + of(part), 0);
				expect(sum((part) => part.contribution)).toBeCloseTo(split.change, 12);
				expect(sum((part) => part.rate.value)).toBeCloseTo(split.rate.value, 12);
				expect(sum((part) => part.mix)).toBeCloseTo(split.mix, 12);
				const wanted = oracle(all);
				expect(split.change).toBeCloseTo(wanted.change, 12);
				expect(split.rate.value).toBeCloseTo(wanted.rate, 12);
				expect(split.mix).toBeCloseTo(wanted.mix, 12);
				for (const part of split.segments)
					if (part.presence !== 'both') expect(part.rate).toEqual({ value: 0, interval: null });
				expect(new Set(split.segments.map(({ mixRank }) => mixRank)).size).toBe(split.segments.length);
			}),
			{ numRuns: 500, seed: 20261124 }
		);
		expect(compared).toBeGreaterThan(300);
	});

	it('a waterfall leads from the first value to the last, however many steps are shown', () => {
		fc.assert(
			fc.property(world, fc.integer({ min: 1, max: 9 }), (all, most) => {
				const split = decompose('intent', all);
				if (!split) return;
				const steps = waterfall(split, most);
				expect(steps[0]).toMatchObject({ kind: 'before', to: split.before });
				expect(steps.at(-1)).toMatchObject({ kind: 'after', to: split.after });
				expect(steps.at(-2)).toMatchObject({ kind: 'mix', change: split.mix });
				expect(steps.at(-2)!.to).toBeCloseTo(split.after, 12);
				for (const [at, { from }] of steps.slice(1, -1).entries()) expect(from).toBe(steps[at]!.to);
				const other = steps.find(({ kind }) => kind === 'other_rates');
				expect(other?.segments).not.toBe(1);
			}),
			{ numRuns: 200, seed: 20261124 }
		);
	});

	it('one rate in every segment and window leaves nothing to the rate part', () => {
		const size = fc.integer({ min: 1, max: 30 });
		fc.assert(
			fc.property(
				fc.array(fc.tuple(size, size, fc.integer({ min: 0, max: 7 })), { minLength: 1 }),
				(drawn) => {
					const split = decompose(
						'intent',
						drawn.map(([a, b, sevenths], at) => ({
							segment: `s${at}`,
							before: { n: 7 * a, x: sevenths * a },
							after: { n: 7 * b, x: sevenths * b }
						}))
					)!;
					expect(split.rate.value).toBe(0);
				}
			),
			{ numRuns: 200, seed: 20261124 }
		);
	});

	it('the other way round, everything changes sign', () => {
		fc.assert(
			fc.property(world, (all) => {
				const there = decompose('intent', all);
				const back = decompose(
					'intent',
					all.map(({ segment, before, after }) => ({ segment, before: after, after: before }))
				);
				if (!there || !back) return;
				expect(back.rate.value).toBeCloseTo(-there.rate.value, 12);
				expect(back.mix).toBeCloseTo(-there.mix, 12);
			}),
			{ numRuns: 200, seed: 20261124 }
		);
	});
});
