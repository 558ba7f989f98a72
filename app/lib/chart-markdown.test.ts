/** A chart's table in Markdown: what is missing is never a zero, and text from a log stays text. */
import { expect, it } from 'vitest';
import type { Measurement } from '#queries/measurement';
import { chartMarkdown } from './chart-markdown';

const one = (more: Partial<Measurement> = {}): Measurement => ({
	metric: 'csat_top_box',
	slice: {},
	window: { since: '', until: '' },
	evidence: { kind: 'proportion', numerator: 40, denominator: 50 },
	value: 0.8,
	unit: 'share',
	interval: { low: 0.67, high: 0.888, level: 0.95, method: 'wilson' },
	pending: 0,
	status: 'measured',
	reason: null,
	definition: 'csat_top_box@1',
	...more
});

it('has a row a week and a column a series, with interval and counts', () => {
	const text = chartMarkdown({
		title: 'CSAT by path',
		labels: ['2026-W01', '2026-W02', '2026-W03'],
		series: [
			{
				label: 'AI | <b>only</b>',
				measurements: [one(), one({ status: 'immature' }), one({ value: null, interval: null })]
			},
			{ label: 'People only', measurements: [null, null, one()] }
		],
		unit: 'share'
	});
	expect(text.split('\n')).toEqual([
		'**CSAT by path**',
		'',
		'| Week | AI \\| \\<b\\>only\\</b\\> | People only |',
		'| --- | --- | --- |',
		'| 2026-W01 | 80.0% (67.0% to 88.8%; 40 of 50) | – |',
		'| 2026-W02 | 80.0% (67.0% to 88.8%; 40 of 50), can still change | – |',
		'| 2026-W03 | – | 80.0% (67.0% to 88.8%; 40 of 50) |',
		'',
		'share, in percent, with 95% intervals and what was counted. Source: Plimsoll.',
		''
	]);
});
