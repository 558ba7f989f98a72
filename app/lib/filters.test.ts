import { describe, expect, it } from 'vitest';
import { filterFrom, queryOf } from './filters';

describe('filters and URL are one thing', () => {
	it('round-trips', () => {
		const filter = { tier: 'B', intent: 'refund & return', language: 'sv' };
		expect(filterFrom(new URLSearchParams(queryOf(filter)))).toEqual(filter);
	});
	it('leaves out what it does not know', () => {
		expect(filterFrom(new URLSearchParams('tier=&x=1&market=SE'))).toEqual({ market: 'SE' });
		expect(queryOf({})).toBe('');
	});
});
