/** Refuses a JSON file that breaks off, as a whole and in words: what is left of it would pass for everything. Touches the warehouse. */
import type { Warehouse } from '../warehouse/warehouse.server';
import { UnreadableFileError } from './open-file.server';
import { isLines } from './sources/documents';
import cutShort from './sql/cut-short.sql?raw';

export async function refuseCutShort(warehouse: Warehouse, path: string): Promise<void> {
	// A broken line costs that line only.
	if (isLines(path)) return;
	const [found] = await warehouse.all<{ readable: boolean }>(cutShort, { files: [path] });
	if (!found?.readable) {
		throw new UnreadableFileError(
			'The file is not valid JSON: it is damaged or cut short, and nothing of it was stored. Export it again; NDJSON goes in line by line, with every broken line named.'
		);
	}
}
