/**
 * Everything that people decided at the desk, as flat rows for other programs. Touches the database. Every version of
 * every mark is there, also of items that were replaced since; words that were removed on request are gone here too.
 */
import type { ReviewExport } from '../warehouse/vocabulary';
import type { Warehouse } from '../warehouse/warehouse.server';
import { OBJECT_COLUMNS } from './export-columns';
import comments from './sql/export-comments.sql?raw';
import disputes from './sql/export-disputes.sql?raw';
import flags from './sql/export-flags.sql?raw';
import items from './sql/export-items.sql?raw';
import marks from './sql/export-marks.sql?raw';
import skips from './sql/export-skips.sql?raw';

const SQL: Record<ReviewExport, string> = { items, marks, comments, flags, disputes, skips };

type Cell = string | number | boolean | null | string[] | Record<string, string>;
export type ExportRow = Record<string, Cell>;

/** Rows with camelCase keys in a fixed order; `plan` null for every plan. */
export async function exportRows(
	warehouse: Warehouse,
	what: ReviewExport,
	plan: string | null
): Promise<ExportRow[]> {
	const rows = await warehouse.all<ExportRow>(SQL[what], { plan });
	return rows.map((row) =>
		Object.fromEntries(
			Object.entries(row).map(([key, value]) =>
				OBJECT_COLUMNS.includes(key) && typeof value === 'string'
					? [key, JSON.parse(value) as Record<string, string>]
					: [key, value]
			)
		)
	);
}
