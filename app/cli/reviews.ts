/** `plimsoll reviews`: what people decided at the desk, for other programs. Touches the database, or asks the server. */
import { exportRows, type ExportRow } from '#review/review.server';
import type { ReviewExport } from '#warehouse/vocabulary';
import { reviewText, type ReviewFormat } from '../lib/server/review-export';
import { withExisting } from './database';
import { EXIT } from './failure';
import { askServer } from './running-server';

export async function runReviews(
	what: ReviewExport,
	options: { db: string; plan?: string; format: ReviewFormat }
): Promise<number> {
	const { plan, format } = options;
	const rows = await withExisting<ExportRow[]>(options.db, {
		directly: (warehouse) => exportRows(warehouse, what, plan ?? null),
		async through(server) {
			const asked = { what, format: 'json', ...(plan && { plan }) };
			return (await (await askServer(server, '/api/review/export', asked)).json()) as ExportRow[];
		}
	});
	process.stdout.write(reviewText(what, rows, format));
	return EXIT.clear;
}
