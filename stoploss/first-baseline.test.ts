import { describe, expect, it } from 'vitest';
import type { DailyCohort } from '../queries/measurement';
import { firstBaseline } from './evaluate';

/** `days` days from 2025-03-03 (a Monday) with `n` answers each, four of five content. */
function series(days: number, n: number): DailyCohort[] {
	const start = Date.UTC(2025, 2, 3);
	return Array.from({ length: days }, (_, index) => ({
		day: new Date(start + index * 86_400_000).toISOString().slice(0, 10),
		intent: 'refund_exception',
		n,
		x: Math.round(n * 0.8)
	}));
}

describe('the baseline that nobody froze by hand', () => {
	it('is the first eight weeks when they hold 400 outcomes', () => {
		// 56 days x 10 = 560
		expect(firstBaseline(series(120, 10))?.until).toBe('2025-04-27');
	});

	it('grows by whole weeks until it holds 400 outcomes', () => {
		// 5 a day: 400 are reached on day 80, in the twelfth week, which ends on day 84
		const baseline = firstBaseline(series(120, 5));
		expect(baseline?.until).toBe('2025-05-25');
		expect(baseline?.n).toBe(420);
	});

	it('is none when half a year does not hold them, and none without data', () => {
		expect(firstBaseline(series(300, 1))).toBeNull();
		expect(firstBaseline([])).toBeNull();
	});
});
