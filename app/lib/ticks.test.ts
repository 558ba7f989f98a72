import fc from 'fast-check';
import { expect, it } from 'vitest';
import { niceTicks } from './ticks';

it('is round, even, and holds the values', () => {
	expect(niceTicks(0.479, 1)).toEqual([0.4, 0.6, 0.8, 1]);
	expect(niceTicks(0.782, 0.918)).toEqual([0.75, 0.8, 0.85, 0.9, 0.95]);
	expect(niceTicks(0.5, 0.5)).toEqual([0.4, 0.6]);
	fc.assert(
		fc.property(
			fc.double({ min: 0, max: 1, noNaN: true }),
			fc.double({ min: 0.001, max: 1, noNaN: true }),
			(low, size) => {
				const ticks = niceTicks(low, low + size);
				expect(ticks[0]!).toBeLessThanOrEqual(low + 1e-9);
				expect(ticks.at(-1)!).toBeGreaterThanOrEqual(low + size - 1e-6);
				expect(ticks.length).toBeLessThanOrEqual(8);
			}
		)
	);
});
