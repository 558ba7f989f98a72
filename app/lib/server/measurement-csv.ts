/**
 * Measurements as CSV, one line each. Pure.
 * A cell that a spreadsheet would run as a formula is defused with an apostrophe.
 */
import type { Measurement } from '#queries/measurement';
import { DIMENSIONS } from '#warehouse/vocabulary';
import { measurementRow, type MeasurementRow } from './measurement-row';

/** Spelled out, so that a scorecard without rows has its header too. */
export const COLUMNS = [
	...(['metric', 'week', 'since', 'until'] as const),
	...DIMENSIONS,
	...(['value', 'unit', 'low', 'high', 'level', 'method'] as const),
	...([
		'kind',
		'numerator',
		'denominator',
		'per',
		'censored',
		'p50',
		'p90',
		'n',
		'covered',
		'unweighted'
	] as const),
	...(['pending', 'status', 'reason', 'definition'] as const)
] satisfies (keyof MeasurementRow)[];

export function toCsv(measurements: readonly Measurement[]): string {
	const rows = measurements.map((one) => {
		const row = measurementRow(one);
		return COLUMNS.map((column) => row[column]);
	});
	return [COLUMNS, ...rows].map((row) => row.map(csvCell).join(',')).join('\n');
}

/** Numbers stay numbers; text that starts like a formula is defused; missing is empty. */
export function csvCell(value: string | number | null): string {
	if (value === null) return '';
	if (typeof value === 'number') return String(value);
	const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
