import { describe, expect, it } from 'vitest';
import type { Measurement } from '../measurement';
import { newcombe } from '../statistics/newcombe';
import { wilson } from '../statistics/wilson';
import { changeOf } from './change';

function share(metric: Measurement['metric'], x: number, n: number): Measurement {
	const { p, low, high } = wilson(x, n);
	return {
		metric,
		slice: {},
		window: { since: '2026-03-01T23:00:00Z', until: '2026-03-08T23:00:00Z', week: '2026-W10' },
		evidence: { kind: 'proportion', numerator: x, denominator: n },
		value: p,
		unit: 'share',
		interval: p === null ? null : { low, high, level: 0.95, method: 'wilson' },
		pending: 0,
		status: n < 30 ? 'thin' : 'measured',
		reason: null,
		definition: `${metric}@1`
	};
}

describe('a change of two measurements', () => {
	it("is Newcombe's for two shares", () => {
		// Newcombe 1998, table II, case (a): 56/70 against 48/80, 0.0524 to 0.3339.
		const found = changeOf(share('csat_top_box', 56, 70), share('csat_top_box', 48, 80));
		expect(found!.interval!.low).toBeCloseTo(0.0524, 4);
		expect(found!.interval!.high).toBeCloseTo(0.3339, 4);
		const { difference, low, high } = newcombe(9, 200, 31, 150);
		const other = changeOf(share('csat_top_box', 9, 200), share('csat_top_box', 31, 150))!;
		expect(other.difference).toBeCloseTo(difference!, 14);
		expect(other.interval!.low).toBeCloseTo(low, 14);
		expect(other.interval!.high).toBeCloseTo(high, 14);
	});

	it('knows which way is good, and says unclear where chance could have made it', () => {
		const direction = (metric: Measurement['metric'], after: number, before: number) =>
			changeOf(share(metric, after, 500), share(metric, before, 500))!.direction;
		expect(direction('csat_top_box', 450, 350)).toBe('better');
		expect(direction('csat_top_box', 350, 450)).toBe('worse');
		expect(direction('recontact_72h', 450, 350)).toBe('worse');
		expect(direction('containment', 450, 350)).toBe('moved');
		expect(direction('csat_top_box', 400, 401)).toBe('unclear');
	});

	it('is nothing without a value, and provisional with few', () => {
		expect(changeOf(share('csat_top_box', 0, 0), share('csat_top_box', 5, 10))).toBeNull();
		expect(changeOf(share('csat_top_box', 50, 100), share('csat_top_box', 5, 10))!.provisional).toBe(true);
		const open = share('csat_top_box', 50, 100);
		open.interval!.high = null;
		expect(changeOf(share('csat_top_box', 60, 100), open)).toMatchObject({
			interval: null,
			direction: 'unclear'
		});
		expect(() => changeOf(share('csat_top_box', 1, 2), share('containment', 1, 2))).toThrow(RangeError);
	});
});
