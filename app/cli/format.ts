/** Measurements as text for people: a table, and Markdown to paste. Pure. */
import type { Measurement } from '#queries/measurement';
import { DIMENSIONS } from '#warehouse/vocabulary';
import { evidenceSize } from '../lib/server/measurement-row';

const PER: Record<Measurement['unit'], (value: number) => string> = {
	share: (value) => `${(value * 100).toFixed(1)} %`,
	per_1000: (value) => `${value.toFixed(2)} per 1,000`,
	minutes: (value) => `${value.toFixed(1)} min`,
	hours: (value) => `${value.toFixed(1)} h`,
	score: (value) => value.toFixed(2),
	points: (value) => value.toFixed(1),
	money: (value) => value.toFixed(2)
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

function showSlice({ slice }: Measurement): string {
	const parts = DIMENSIONS.flatMap((dimension) => (slice[dimension] === undefined ? [] : [slice[dimension]]));
	return parts.join(' / ') || 'all';
}

/** Of a figure that is weighted to a population: how much of it, and what the reviews would say without weights. */
function sampled({ unit, evidence: { parts } }: Measurement): string[] {
	const [covered, naive] = [parts?.['covered'] ?? null, parts?.['naive'] ?? null];
	if (covered === null || naive === null) return [];
	return [`(speaks for ${PER.share(covered)} of ${parts!['population']}; unweighted ${PER[unit](naive)})`];
}

function cells(measurements: readonly Measurement[]): string[][] {
	const header = ['week', 'metric', 'slice', 'value', '95 % interval', 'n', 'pending', 'status'];
	const rows = measurements.map((one) => [
		one.window.week ?? `${one.window.since.slice(0, 10)} to ${one.window.until.slice(0, 10)}`,
		one.metric,
		showSlice(one),
		showValue(one),
		showInterval(one),
		evidenceSize(one.evidence).toLocaleString('en'),
		one.pending.toLocaleString('en'),
		[one.reason ? `${one.status}: ${one.reason}` : one.status, ...sampled(one)].join(' ')
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
