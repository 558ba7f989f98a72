/**
 * Rows of the desk as JSON, lines of JSON, or CSV that no spreadsheet runs. Pure. In CSV the keys are snake_case, a list
 * is one cell with spaces, and an object is a column for each of its names (`answers.tone`), in the order in which they
 * first come.
 */
import { EXPORT_COLUMNS, OBJECT_COLUMNS } from '#review/export-columns';
import type { ExportRow } from '#review/review.server';
import type { ReviewExport } from '#warehouse/vocabulary';
import { csvCell } from './measurement-csv';

export const REVIEW_FORMATS = ['json', 'ndjson', 'csv'] as const;
export type ReviewFormat = (typeof REVIEW_FORMATS)[number];

export const REVIEW_TYPES: Record<ReviewFormat, string> = {
	json: 'application/json',
	ndjson: 'application/x-ndjson',
	csv: 'text/csv; charset=utf-8'
};

const snake = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
type Flat = string | number | null;

function flat(row: ExportRow): Map<string, Flat> {
	const cells = new Map<string, Flat>();
	for (const [key, value] of Object.entries(row)) {
		if (Array.isArray(value)) cells.set(snake(key), value.join(' '));
		else if (value !== null && typeof value === 'object')
			for (const [name, one] of Object.entries(value)) cells.set(`${snake(key)}.${name}`, one);
		else cells.set(snake(key), typeof value === 'boolean' ? (value ? 'yes' : 'no') : value);
	}
	return cells;
}

export function reviewText(what: ReviewExport, rows: readonly ExportRow[], format: ReviewFormat): string {
	if (format === 'json') return JSON.stringify(rows, null, 2) + '\n';
	if (format === 'ndjson') return rows.map((row) => JSON.stringify(row) + '\n').join('');
	const cells = rows.map(flat);
	const fixed = EXPORT_COLUMNS[what].filter((key) => !OBJECT_COLUMNS.includes(key)).map(snake);
	const columns = [...new Set([...fixed, ...cells.flatMap((row) => [...row.keys()])])].filter(
		(column) => !OBJECT_COLUMNS.includes(column)
	);
	const lines = cells.map((row) => columns.map((column) => csvCell(row.get(column) ?? null)));
	return [columns.map(csvCell), ...lines].map((line) => line.join(',') + '\n').join('');
}
