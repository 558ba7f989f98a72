/**
 * Registers the way out of stored conversations. Touches the database and a temporary file, which is gone before the
 * answer has been read to its end.
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { exportRecords } from '#ingest/export.server';
import { warehouse } from '$lib/server/plimsoll.server';
import { exportRoute } from './export-routes';
import { sentFile } from './sent-file.server';

const TYPES = { ndjson: 'application/x-ndjson', parquet: 'application/vnd.apache.parquet' };

export function registerExport(api: OpenAPIHono): void {
	api.openapi(exportRoute, async (c) => {
		const asked = c.req.valid('query');
		const { format } = asked;
		const db = await warehouse();
		const { body, size, made } = await sentFile(db, `conversations.${format}`, (target) =>
			exportRecords(db, { ...asked, target })
		);
		return c.body(body, 200, {
			'content-type': TYPES[format],
			'content-disposition': `attachment; filename="${made.source}.${format}"`,
			'content-length': String(size),
			'x-source': made.source,
			'x-conversations': String(made.conversations),
			'x-side-records': String(made.sideRecords),
			'x-without-text': String(made.withoutText)
		});
	});
}
