/** Versions of definitions: which are counted, which are gone, and where a line breaks. */
import { expect, it } from 'vitest';
import { METRICS } from '../../warehouse/vocabulary';
import { CATALOGUE } from './catalogue';
import { breaksOf, fateOf, parseDefinition } from './versions';

it('numbers versions from 1 without a gap, the newest counted now', () => {
	for (const { name, version, former } of METRICS.map((metric) => CATALOGUE[metric])) {
		expect([...former.map((one) => one.version), version], name).toEqual(
			Array.from({ length: version }, (_, at) => at + 1)
		);
		for (const { until, changed } of former)
			expect(until + changed, name).toMatch(/^\d{4}-\d\d-\d\d[A-Z].*\.$/);
	}
});

it('reads a definition, and refuses what is none', () => {
	expect(parseDefinition('csat_top_box')).toEqual({ metric: 'csat_top_box', version: 1 });
	expect(parseDefinition('refund_approval@1')).toEqual({ metric: 'refund_approval', version: 1 });
	for (const text of ['csat', '', '@1', 'csat_top_box@', 'csat_top_box@x', 'csat_top_box@1@2'])
		expect(() => parseDefinition(text), text).toThrow(RangeError);
});

it('says what became of a version', () => {
	expect(fateOf('refund_approval', 1)).toMatch(
		/^refund_approval@1 was replaced on 2026-11-25 and is no longer/
	);
	expect(fateOf('refund_approval', 9)).toBe(
		'There is no refund_approval@9: it is counted as version 2 now, and was as version 1 until 2026-11-25.'
	);
	expect(fateOf('csat_top_box', 0)).toBe('There is no csat_top_box@0: it is counted as version 1 now.');
});

it('breaks a line where the version changes, over a gap as well, and nowhere else', () => {
	expect(breaksOf('csat_top_box', ['csat_top_box@1', null, 'csat_top_box@1'])).toEqual([]);
	expect(
		breaksOf('refund_approval', [null, 'refund_approval@1', null, 'refund_approval@2', 'refund_approval@2'])
	).toEqual([
		{
			at: 3,
			after: 1,
			from: 1,
			to: 2,
			until: '2026-11-25',
			changed: expect.stringContaining('another currency')
		}
	]);
	// Published under a version that the catalogue no longer knows of, and back.
	expect(breaksOf('csat_top_box', ['csat_top_box@1', 'csat_top_box@0', 'csat_top_box@1'])).toMatchObject([
		{ at: 1, after: 0, from: 1, to: 0, until: null },
		{ at: 2, after: 1, from: 0, to: 1, until: null }
	]);
});
