/** Measurements as text: nothing missing reads as zero, and no cell runs as a formula. */
import { describe, expect, it } from 'vitest';
import { tableFromIPC } from 'apache-arrow';
import { toMarkdown, toTable } from '../app/cli/format';
import { toArrow } from '../app/lib/server/measurement-arrow';
import { csvCell, toCsv } from '../app/lib/server/measurement-csv';
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

	it('is Arrow in typed columns, and what is absent is null', () => {
		const wait: Measurement = {
			...measurement,
			metric: 'escalation_latency',
			evidence: { kind: 'distribution', n: 7, censored: 2, p50: 3.5, p90: null, parts: { engaged: 7 } },
			value: 3.5,
			unit: 'minutes',
			interval: { low: 2, high: null, level: 0.95, method: 'kaplan_meier_log_log' }
		};
		const table = tableFromIPC(toArrow([measurement, absent, wait]));
		const types = Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, String(type)]));
		expect(types).toMatchObject({
			metric: 'Utf8',
			since: 'Timestamp<MICROSECOND, UTC>',
			numerator: 'Float64',
			value: 'Float64',
			pending: 'Int64'
		});
		const [first, missing, distribution] = table.toArray().map((row) => row.toJSON());
		expect(first).toMatchObject({
			metric: 'csat_top_box',
			week: '2026-W10',
			path: 'ai_only',
			tier: null,
			kind: 'proportion',
			numerator: 30,
			denominator: 40,
			value: 0.75,
			low: 0.598,
			high: 0.858,
			pending: 3n,
			status: 'thin',
			definition: 'csat_top_box@1'
		});
		expect(new Date(Number(first!['since'])).toISOString()).toBe('2026-03-02T00:00:00.000Z');
		expect(missing).toMatchObject({ value: null, low: null, status: 'absent', reason: 'no ratings' });
		expect(distribution).toMatchObject({
			numerator: null,
			n: 7n,
			censored: 2n,
			p50: 3.5,
			p90: null,
			high: null
		});
		expect(distribution!['parts'].toArray().map((part: { toJSON(): unknown }) => part.toJSON())).toEqual([
			{ name: 'engaged', count: 7 }
		]);
		expect(tableFromIPC(toArrow([])).schema.fields).toHaveLength(table.schema.fields.length);
	});
});
