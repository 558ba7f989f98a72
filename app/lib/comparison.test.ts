import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIMENSIONS } from '#warehouse/vocabulary';
import { BASELINE, behindSide, comparisonFrom, comparisonParameters } from './comparison';

const span = fc.constantFrom(null, BASELINE, '2026-W10', '2026-W06..2026-W09');
const value = fc.oneof(
	fc.string({ minLength: 1 }),
	fc.constantFrom('(none)', 'a&b=c', 'against_tier', '<b>', '‮x', '=1+1')
);
const side = fc.record({
	span,
	slice: fc.record(Object.fromEntries(DIMENSIONS.map((name) => [name, value])), { requiredKeys: [] })
});

describe('the address of a comparison', () => {
	it('is the comparison: written and read again, each side says the same', () => {
		fc.assert(
			fc.property(fc.record({ first: side, second: side }), (asked) => {
				const text = comparisonParameters(asked).toString();
				expect(comparisonFrom(new URLSearchParams(text))).toEqual(asked);
				expect(comparisonParameters(comparisonFrom(new URLSearchParams(text))).toString()).toBe(text);
			})
		);
	});
	it('gives nothing of one side to the other', () => {
		const asked = comparisonFrom(new URLSearchParams('week=2026-W10&tier=B&against=2026-W09'));
		expect(asked.second).toEqual({ span: '2026-W09', slice: {} });
	});
	it('leads to the conversations of a week, and of nothing longer', () => {
		const slice = { path: 'ai_only', intent: 'a&b' };
		expect(behindSide({ span: '2026-W10', slice }, 'csat_top_box')).toBe(
			'/behind/2026-W10?metric=csat_top_box&path=ai_only&intent=a%26b'
		);
		expect(behindSide({ span: '2026-W06..2026-W09', slice }, 'csat_top_box')).toBeUndefined();
		expect(behindSide({ span: BASELINE, slice }, 'csat_top_box')).toBeUndefined();
	});
});
