/** Registers the routes of mappings. Touches the database and a spool folder; only saving stores anything. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { inspect } from '#ingest/mapping/inspect.server';
import { MappingRefusedError, savedMappings, saveMapping, sourceIn } from '#ingest/mapping/mappings.server';
import { preview } from '#ingest/mapping/preview.server';
import { propose } from '#ingest/mapping/propose';
import { mappingJsonSchema } from '#ingest/schema';
import { UnknownSourceError } from '#ingest/sources';
import { spoolFolder } from '#warehouse/warehouse.server';
import { warehouse } from '$lib/server/plimsoll.server';
import {
	mappingSchemaRoute,
	mappingsRoute,
	previewRoute,
	proposeMappingRoute,
	saveMappingRoute
} from './mapping-routes';
import { spool, uploadLimit } from './spool.server';

const NO_BODY = { error: 'The body is empty.', remedy: 'Send the file as the request body.' };
const message = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;

export function registerMappings(api: OpenAPIHono): void {
	api.openapi(mappingsRoute, async (c) => c.json(await savedMappings(await warehouse()), 200));

	api.openapi(saveMappingRoute, async (c) => {
		try {
			return c.json(await saveMapping(await warehouse(), await c.req.text(), new Date().toISOString()), 200);
		} catch (cause) {
			if (!(cause instanceof MappingRefusedError)) throw cause;
			const [first] = cause.problems;
			return c.json(
				{
					error: `Line ${first?.line}: ${first?.message}`,
					remedy: first?.remedy ?? '',
					problems: [...cause.problems]
				},
				400
			);
		}
	});

	api.openapi(proposeMappingRoute, async (c) => {
		const body = c.req.raw.body;
		if (!body) return c.json(NO_BODY, 400);
		const db = await warehouse();
		const spooled = await spool(body, c.req.valid('query').file, uploadLimit(), spoolFolder(db, 'sent-in'));
		try {
			return c.json(propose(await inspect(db, spooled.path)), 200);
		} catch (cause) {
			return c.json(
				{ error: message(cause), remedy: 'Send a CSV, TSV, Parquet, JSON or JSON lines file.' },
				400
			);
		} finally {
			await spooled.remove();
		}
	});

	api.openapi(previewRoute, async (c) => {
		const { source: name, file } = c.req.valid('query');
		const body = c.req.raw.body;
		if (!body) return c.json(NO_BODY, 400);
		const db = await warehouse();
		const spooled = await spool(body, file, uploadLimit(), spoolFolder(db, 'sent-in'));
		try {
			const source = await sourceIn(db, name);
			return c.json(await preview(db, { source, files: [spooled.path], now: new Date().toISOString() }), 200);
		} catch (cause) {
			const remedy =
				cause instanceof UnknownSourceError
					? 'Save the mapping first: POST /api/mappings.'
					: 'Correct the mapping, or send a file that it reads.';
			return c.json({ error: message(cause), remedy }, 400);
		} finally {
			await spooled.remove();
		}
	});

	api.openapi(mappingSchemaRoute, (c) => c.json(mappingJsonSchema() as { $schema: string }, 200));
}
