/** Measurements as text: nothing missing reads as zero, and no cell runs as a formula. */
import { describe, expect, it } from 'vitest';
import { csvCell, toCsv, toMarkdown, toTable } from '../app/cli/format';
import type { Measurement } from '../queries/measurement';

const measurement: Measurement = {
	metric: 'csat_top_box',
	slice: { path: 'ai_only', intent: '=cmd|x' },
	window: { since: '2026-03-02T00:00:00Z', until: '2026-03-09T00:00:00Z', week: '2026-W10' },
	evidence: { kind: 'proportion', numerator: 30, denominator: 40 },
	value: 0.75,
	unit: 'share',
	interval: { low: 0.598, high: 0.858, level: 0.95, method: 'wilson' },
	pending: 3,
	status: 'thin',
	reason: 'fewer than 50 ratings',
	definition: 'csat_top_box@1'
};
const absent: Measurement = {
	...measurement,
	slice: {},
	evidence: { kind: 'proportion', numerator: 0, denominator: 0 },
	value: null,
	interval: null,
	status: 'absent',
	reason: 'no ratings'
};

describe('csvCell', () => {
	it.each([
		['=1+1', "'=1+1"],
		['+49 30', "'+49 30"],
		['-x', "'-x"],
		['@sum', "'@sum"],
		['=a,b', '"\'=a,b"'],
		['say "hi"', '"say ""hi"""'],
		[-0.5, '-0.5'],
		[null, '']
	])('%j becomes %s', (value, cell) => expect(csvCell(value)).toBe(cell));
});

describe('a scorecard as text', () => {
	it('shows value, interval, n and status in the table', () => {
		const [, row, missing] = toTable([measurement, absent]).split('\n');
		expect(row).toContain('75.0 %  59.8 % to 85.8 %');
		expect(row).toContain('thin: fewer than 50 ratings');
		expect(missing).toMatch(/all\s+-\s+0/);
	});

	it('has one CSV line a measurement, with as many cells as the header', () => {
		const [header, row, missing] = toCsv([measurement, absent]).split('\n');
		expect(row!.split(',')).toHaveLength(header!.split(',').length);
		expect(row).toContain("'=cmd|x");
		const value = header!.split(',').indexOf('value');
		expect(missing!.split(',')[value]).toBe('');
	});

	it('escapes what would break a Markdown table', () => {
		expect(toMarkdown([measurement]).split('\n')[2]).toContain('=cmd\\|x');
	});
});
