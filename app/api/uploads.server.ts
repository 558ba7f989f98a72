/**
 * Registers the routes of uploads. Touches the database and the folder of uploads beside it. What can't be done with an
 * upload is thrown as UploadRefused, which the API answers with its status.
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { MappingRefusedError } from '#ingest/mapping/mappings.server';
import { UnknownSourceError } from '#ingest/sources';
import { policy, warehouse } from '$lib/server/plimsoll.server';
import { lookAt, outlineOf } from '$lib/server/upload-look.server';
import { draft, dropUpload, newUpload, startImport, uploadOf, uploads } from '$lib/server/uploads.server';
import { spool, uploadLimit } from './spool.server';
import {
	draftRoute,
	dropUploadRoute,
	importUploadRoute,
	newUploadRoute,
	outlineRoute,
	uploadPreviewRoute,
	uploadRoute,
	uploadsRoute
} from './upload-routes';

const EMPTY = { error: 'The file is empty.', remedy: 'Check that it was written completely.' };
const FULL = { error: 'The disk is full.', remedy: 'Make room beside the database and try again.' };

export function registerUploads(api: OpenAPIHono): void {
	api.openapi(uploadsRoute, async (c) => c.json(uploads(await warehouse()), 200));

	api.openapi(newUploadRoute, async (c) => {
		const body = c.req.raw.body;
		if (!body) return c.json(EMPTY, 400);
		const { file } = c.req.valid('query');
		const place = newUpload(await warehouse(), file);
		try {
			const { path, bytes } = await spool(body, file, uploadLimit(), place.folder);
			if (bytes > 0) return c.json(await place.held(path, bytes, new Date().toISOString()), 201);
			place.drop();
			return c.json(EMPTY, 400);
		} catch (error) {
			place.drop();
			if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
			return c.json(FULL, 507);
		}
	});

	api.openapi(uploadRoute, async (c) => c.json(uploadOf(await warehouse(), c.req.valid('param').id), 200));

	api.openapi(outlineRoute, async (c) => {
		const outline = await outlineOf(await warehouse(), c.req.valid('param').id);
		if (!('error' in outline)) return c.json(outline, 200);
		return c.json(
			{ ...outline, remedy: 'Say which format it is, or bring a CSV, Parquet or JSON file.' },
			422
		);
	});

	api.openapi(uploadPreviewRoute, async (c) => {
		const { source = null } = c.req.valid('query');
		return c.json(await lookAt(await warehouse(), { id: c.req.valid('param').id, source }), 200);
	});

	api.openapi(draftRoute, async (c) =>
		c.json(draft(await warehouse(), c.req.valid('param').id, await c.req.text()), 200)
	);

	api.openapi(importUploadRoute, async (c) => {
		const { id } = c.req.valid('param');
		const { source = null } = c.req.valid('query');
		try {
			return c.json(await startImport(await warehouse(), policy(), { id, source }), 202);
		} catch (error) {
			if (!(error instanceof MappingRefusedError || error instanceof UnknownSourceError)) throw error;
			return c.json({ error: error.message, remedy: 'Correct it, and try again.' }, 400);
		}
	});

	api.openapi(dropUploadRoute, async (c) => {
		dropUpload(await warehouse(), c.req.valid('param').id);
		return c.json({ removed: true as const }, 200);
	});
}
