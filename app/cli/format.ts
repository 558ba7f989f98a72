/**
 * Measurements as text: a table for people, Markdown, CSV for spreadsheets. Pure.
 * A cell of CSV that a spreadsheet would run as a formula is defused with an apostrophe.
 */
import type { Measurement } from '#queries/measurement';
import { DIMENSIONS } from '#warehouse/vocabulary';

const PER: Record<Measurement['unit'], (value: number) => string> = {
	share: (value) => `${(value * 100).toFixed(1)} %`,
	per_1000: (value) => `${value.toFixed(2)} per 1,000`,
	minutes: (value) => `${value.toFixed(1)} min`,
	hours: (value) => `${value.toFixed(1)} h`
};

/** Absent shows as a dash, never as 0. */
export function showValue(measurement: Measurement): string {
	return measurement.value === null ? '-' : PER[measurement.unit](measurement.value);
}

export function showInterval({ interval, unit }: Measurement): string {
	if (!interval) return '';
	const show = PER[unit];
	return `${show(interval.low)} to ${interval.high === null ? 'more' : show(interval.high)}`;
}

/** What was counted: the denominator, the exposure, or the values observed. */
export function evidenceSize({ evidence }: Measurement): number {
	if (evidence.kind === 'proportion') return evidence.denominator;
	return evidence.kind === 'rate' ? evidence.exposure : evidence.n;
}

function showSlice({ slice }: Measurement): string {
	const parts = DIMENSIONS.flatMap((dimension) => (slice[dimension] === undefined ? [] : [slice[dimension]]));
	return parts.join(' / ') || 'all';
}

function cells(measurements: readonly Measurement[]): string[][] {
	const header = ['week', 'metric', 'slice', 'value', '95 % interval', 'n', 'pending', 'status'];
	const rows = measurements.map((one) => [
		one.window.week ?? `${one.window.since.slice(0, 10)} to ${one.window.until.slice(0, 10)}`,
		one.metric,
		showSlice(one),
		showValue(one),
		showInterval(one),
		evidenceSize(one).toLocaleString('en'),
		one.pending.toLocaleString('en'),
		one.reason ? `${one.status}: ${one.reason}` : one.status
	]);
	return [header, ...rows];
}

export function toTable(measurements: readonly Measurement[]): string {
	const rows = cells(measurements);
	const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
	const numeric = new Set([3, 5, 6]);
	return rows
		.map((row) =>
			row
				.map((cell, column) =>
					numeric.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
				)
				.join('  ')
				.trimEnd()
		)
		.join('\n');
}

export function toMarkdown(measurements: readonly Measurement[]): string {
	const [header, ...rows] = cells(measurements).map(
		(row) =>
			`| ${row.map((cell) => cell.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')).join(' | ')} |`
	);
	return [header, `|${'---|'.repeat(8)}`, ...rows].join('\n');
}

export function toCsv(measurements: readonly Measurement[]): string {
	const header = [
		...[
			'metric',
			'week',
			'since',
			'until',
			...DIMENSIONS,
			'value',
			'unit',
			'low',
			'high',
			'kind',
			'numerator'
		],
		...['denominator', 'n', 'pending', 'status', 'reason', 'definition']
	];
	const rows = measurements.map((one) => {
		const { evidence, interval, slice, window } = one;
		const numerator =
			evidence.kind === 'proportion' ? evidence.numerator : evidence.kind === 'rate' ? evidence.events : null;
		const denominator =
			evidence.kind === 'proportion'
				? evidence.denominator
				: evidence.kind === 'rate'
					? evidence.exposure
					: null;
		return [
			one.metric,
			window.week ?? null,
			window.since,
			window.until,
			...DIMENSIONS.map((dimension) => slice[dimension] ?? null),
			one.value,
			one.unit,
			interval?.low ?? null,
			interval?.high ?? null,
			evidence.kind,
			numerator,
			denominator,
			evidenceSize(one),
			one.pending,
			one.status,
			one.reason,
			one.definition
		];
	});
	return [header, ...rows].map((row) => row.map(csvCell).join(',')).join('\n');
}

/** Numbers stay numbers; text that starts like a formula is defused; missing is empty. */
export function csvCell(value: string | number | null): string {
	if (value === null) return '';
	if (typeof value === 'number') return String(value);
	const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
