/** A file that is made for one answer: written to the spool folder, streamed, and gone. Touches disk. */
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { spoolFolder, type Warehouse } from '#warehouse/warehouse.server';

export async function sentFile<Made>(
	warehouse: Warehouse,
	name: string,
	make: (target: string) => Promise<Made>
): Promise<{ body: ReadableStream; size: number; made: Made }> {
	const folder = spoolFolder(warehouse, 'sent');
	const gone = () => void rm(folder, { recursive: true, force: true });
	const file = join(folder, name);
	try {
		const made = await make(file);
		const { size } = await stat(file);
		const stream = createReadStream(file).once('close', gone);
		return { body: Readable.toWeb(stream) as ReadableStream, size, made };
	} catch (error) {
		gone();
		throw error;
	}
}
