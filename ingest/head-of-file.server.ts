/** The first part of a long file of lines, for a look that must not take as long as an import. Touches disk. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';

const TABLE = /\.(csv|tsv|txt)$/i;
const LINES = /\.(ndjson|jsonl)$/i;
const NEWLINE = 10;
const QUOTE = 34;

/**
 * The file itself when it is short or its records are not lines; else a copy of its first `bytes`, cut after a whole
 * record, in `folder` under the same name.
 */
export async function headOfFile(
	file: string,
	folder: string,
	bytes = 32 * 2 ** 20
): Promise<{ path: string; whole: boolean }> {
	const table = TABLE.test(file);
	if ((!table && !LINES.test(file)) || statSync(file).size <= bytes) return { path: file, whole: true };
	const handle = await open(file);
	try {
		const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
		const end = endOfLastRecord(buffer.subarray(0, bytesRead), table);
		if (end === 0) return { path: file, whole: true };
		mkdirSync(folder, { recursive: true });
		const path = join(folder, basename(file));
		writeFileSync(path, buffer.subarray(0, end));
		return { path, whole: false };
	} finally {
		await handle.close();
	}
}

/** Past the last line break that is not within quotes; a pair of quotes within quotes leaves the state as it was. */
function endOfLastRecord(buffer: Buffer, quoted: boolean): number {
	if (!quoted) return buffer.lastIndexOf(NEWLINE) + 1;
	let within = false;
	let end = 0;
	for (const [at, byte] of buffer.entries()) {
		if (byte === QUOTE) within = !within;
		else if (byte === NEWLINE && !within) end = at + 1;
	}
	return end;
}
