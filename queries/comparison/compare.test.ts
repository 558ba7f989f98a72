import { describe, expect, it } from 'vitest';
import type { Measurement } from '../measurement';
import { newcombe } from '../statistics/newcombe';
import { wilson } from '../statistics/wilson';
import { compared, relationOf, type Side, type SideFilter } from './compare';

const week = (first: number, days = 7) => ({
	since: new Date(Date.UTC(2026, 2, first)).toISOString(),
	until: new Date(Date.UTC(2026, 2, first + days)).toISOString()
});
const side = (first: number, filter: SideFilter = {}, days = 7): Side => ({
	window: week(first, days),
	filter
});

function share(x: number, n: number, more: Partial<Measurement> = {}): Measurement {
	const { p, low, high } = wilson(x, n);
	return {
		metric: 'csat_top_box',
		slice: {},
		window: week(2),
		evidence: { kind: 'proportion', numerator: x, denominator: n },
		value: p,
		unit: 'share',
		interval: p === null ? null : { low, high, level: 0.95, method: 'wilson' },
		pending: 0,
		status: p === null ? 'absent' : 'measured',
		reason: null,
		definition: 'csat_top_box@1',
		...more
	};
}

const cost = (value: number, currency: string | undefined): Measurement =>
	share(1, 2, {
		metric: 'cost_per_contact',
		definition: 'cost_per_contact@2',
		unit: 'money',
		value,
		evidence: { kind: 'mean', n: 50, sum: value * 50, sumOfSquares: 0, ...(currency && { currency }) },
		interval: { low: value - 0.1, high: value + 0.1, level: 0.95, method: 'normal' }
	});

describe('two sides', () => {
	it('are apart where no conversation can be on both', () => {
		expect(relationOf(side(2), side(9))).toBe('apart');
		expect(relationOf(side(2, { tier: ['A'] }), side(2, { tier: ['B'] }))).toBe('apart');
		expect(relationOf(side(2, { tier: ['A'], intent: ['faq'] }), side(2, { tier: ['B', 'C'] }))).toBe(
			'apart'
		);
	});
	it('share where one holds the other, or nothing keeps them apart', () => {
		expect(relationOf(side(2), side(2, { tier: ['B'] }))).toBe('shared');
		expect(relationOf(side(2, { channel: ['chat'] }), side(2, { tier: ['B'] }))).toBe('shared');
		expect(relationOf(side(2, {}, 28), side(9))).toBe('shared');
		expect(relationOf(side(2, { tier: ['A', 'B'] }), side(2, { tier: ['B', 'C'] }))).toBe('shared');
	});
	it('are the same whatever the order of the words, and an empty list is everything', () => {
		expect(relationOf(side(2, { tier: ['A', 'B'] }), side(2, { tier: ['B', 'A'], intent: [] }))).toBe('same');
		expect(relationOf(side(2), side(2))).toBe('same');
	});
});

describe('what can be said of a difference', () => {
	it('is its interval where the sides are apart, by Newcombe for two shares', () => {
		const { difference, low, high } = newcombe(56, 70, 48, 80);
		const found = compared(share(56, 70), share(48, 80), 'apart');
		expect(found).toMatchObject({ direction: 'better', untold: null, provisional: false });
		expect(found.difference).toBeCloseTo(difference!, 14);
		expect(found.interval!.low).toBeCloseTo(low, 14);
		expect(found.interval!.high).toBeCloseTo(high, 14);
		expect(compared(share(48, 80), share(56, 70), 'apart').direction).toBe('worse');
	});
	it('is nothing but chance where zero lies within', () => {
		expect(compared(share(50, 80), share(48, 80), 'apart')).toMatchObject({
			direction: 'unclear',
			untold: 'chance'
		});
	});
	it.each(['shared', 'same'] as const)(
		'has no interval where conversations are on both sides: %s',
		(relation) => {
			expect(compared(share(560, 700), share(480, 800), relation)).toMatchObject({
				interval: null,
				direction: 'unclear',
				untold: relation
			});
		}
	);
	it('has none without a value on either side, and says so before anything else', () => {
		for (const [one, other] of [
			[share(0, 0), share(5, 10)],
			[share(5, 10), share(0, 0)]
		] as const)
			expect(compared(one, other, 'shared')).toMatchObject({
				difference: null,
				interval: null,
				direction: 'unclear',
				untold: 'no_value'
			});
	});
	it('takes no krona from a euro, and a share of money has no currency', () => {
		expect(compared(cost(2, 'EUR'), cost(20, 'SEK'), 'apart')).toMatchObject({
			difference: null,
			interval: null,
			untold: 'currency'
		});
		expect(compared(cost(2, 'EUR'), cost(3, undefined), 'apart').untold).toBe('currency');
		expect(compared(cost(2, 'EUR'), cost(3, 'EUR'), 'apart').direction).toBe('better');
		const wrong = (currency: string) =>
			share(56, 70, { evidence: { kind: 'ratio', numerator: 56, denominator: 70, n: 70, currency } });
		expect(compared(wrong('EUR'), wrong('SEK'), 'apart').untold).toBe('chance');
	});
	it('is not subtracted over two definitions, and open ends stay open', () => {
		const former = share(56, 70, { definition: 'csat_top_box@0' });
		expect(compared(share(56, 70), former, 'apart')).toMatchObject({
			difference: null,
			untold: 'definition'
		});
		const open = share(56, 70);
		open.interval!.high = null;
		expect(compared(open, share(8, 80), 'apart')).toMatchObject({ interval: null, untold: 'open' });
	});
	it('is provisional while either side can still change', () => {
		expect(compared(share(56, 70), share(8, 80, { status: 'immature' }), 'apart').provisional).toBe(true);
	});
	it('refuses two metrics', () => {
		expect(() => compared(share(1, 2), cost(1, 'EUR'), 'apart')).toThrow(RangeError);
	});
});
