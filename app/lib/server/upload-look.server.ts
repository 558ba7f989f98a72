/**
 * What an upload looks like: its columns with a mapping proposed for them, and what a source or a mapping would make of
 * it. Touches disk and the database; stores nothing.
 */
import { rmSync } from 'node:fs';
import { headOfFile } from '#ingest/head-of-file.server';
import { inspect } from '#ingest/mapping/inspect.server';
import { MappingRefusedError, sourceIn, sourceOfText } from '#ingest/mapping/mappings.server';
import { preview, type Preview } from '#ingest/mapping/preview.server';
import { propose, type Unsure } from '#ingest/mapping/propose';
import type { Problem } from '#warehouse/yaml';
import { spoolFolder, type Warehouse } from '#warehouse/warehouse.server';
import { fileOf, uploadOf, UploadRefused } from './uploads.server';

/** Values of a column that a table of columns shows. */
const EXAMPLES = 3;

export interface Outline {
	/** The mapping that is being tried, else the proposed one. */
	text: string;
	proposed: string;
	unsure: Unsure[];
	rows: number;
	columns: { name: string; filled: number; distinct: number; examples: string[] }[];
}

export interface Look {
	preview: (Preview & { whole: boolean }) | null;
	/** What is wrong with the mapping, by line. */
	problems: Problem[];
	/** Why there is no preview. */
	error: string | null;
}

const told = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;

/** The columns of the file and a mapping for them; a message where it is no table that can be looked into. */
export async function outlineOf(warehouse: Warehouse, id: string): Promise<Outline | { error: string }> {
	const upload = uploadOf(warehouse, id);
	try {
		const seen = await onHead(warehouse, id, ({ path }) => inspect(warehouse, path));
		const columns = seen.columns.map(({ name, rows, distinct, examples }) => ({
			name,
			filled: rows,
			distinct,
			examples: examples.slice(0, EXAMPLES)
		}));
		const proposal = propose(seen);
		return {
			text: upload.mapping ?? proposal.text,
			proposed: proposal.text,
			unsure: proposal.unsure,
			rows: seen.rows,
			columns
		};
	} catch (cause) {
		if (cause instanceof UploadRefused) throw cause;
		return { error: told(cause) };
	}
}

/** What would go in, as a named source or, with null, by the mapping that is being tried, else the proposed one. */
export async function lookAt(
	warehouse: Warehouse,
	{ id, source: name }: { id: string; source: string | null }
): Promise<Look> {
	try {
		const source =
			name === null ? sourceOfText(await mappingOf(warehouse, id)) : await sourceIn(warehouse, name);
		const seen = await onHead(warehouse, id, async ({ path, whole }) => ({
			...(await preview(warehouse, { source, files: [path], now: new Date().toISOString() })),
			whole
		}));
		return { preview: seen, problems: [], error: null };
	} catch (cause) {
		if (cause instanceof UploadRefused) throw cause;
		if (cause instanceof MappingRefusedError)
			return { preview: null, problems: [...cause.problems], error: null };
		return { preview: null, problems: [], error: told(cause) };
	}
}

async function mappingOf(warehouse: Warehouse, id: string): Promise<string> {
	const { mapping } = uploadOf(warehouse, id);
	if (mapping !== null) return mapping;
	const outline = await outlineOf(warehouse, id);
	if ('error' in outline) throw new Error(outline.error);
	return outline.text;
}

async function onHead<Result>(
	warehouse: Warehouse,
	id: string,
	work: (head: { path: string; whole: boolean }) => Promise<Result>
): Promise<Result> {
	const folder = spoolFolder(warehouse, 'look');
	try {
		return await work(await headOfFile(fileOf(warehouse, id), folder));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
