/**
 * Makes a delivered file readable by DuckDB, or says why it can't be. Touches disk.
 *
 * A gzip is unpacked here and not by DuckDB, which takes a truncated one for a complete one without a word; a
 * UTF-8 byte order mark is dropped. Refuses missing files, broken gzips, UTF-16 and binary content.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

export class UnreadableFileError extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'UnreadableFileError';
	}
}

export interface ReadableFile {
	/** What DuckDB reads: the file itself, or its unpacked copy in the spool folder. */
	path: string;
	/** Size as delivered. */
	bytes: number;
	empty: boolean;
}

async function headOf(path: string): Promise<Buffer> {
	const handle = await open(path);
	try {
		const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
		return buffer.subarray(0, bytesRead);
	} finally {
		await handle.close();
	}
}

const startsWith = (head: Buffer, ...bytes: number[]) => bytes.every((byte, at) => head[at] === byte);

export async function openFile(file: string, spool: string): Promise<ReadableFile> {
	const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
		throw new UnreadableFileError(
			cause.code === 'ENOENT' ? 'The file does not exist.' : `The file can't be read (${cause.code}).`
		);
	});
	const bytes = found.size;
	let path = file;
	let head = await headOf(path).catch((cause: NodeJS.ErrnoException) => {
		throw new UnreadableFileError(`The file can't be read (${cause.code}).`);
	});
	if (startsWith(head, 0x1f, 0x8b)) {
		path = join(spool, basename(file).replace(/\.gz$/i, ''));
		await pipeline(createReadStream(file), createGunzip(), createWriteStream(path)).catch((cause: Error) => {
			throw new UnreadableFileError(
				`The gzip is damaged or cut short (${cause.message}); nothing of it was stored. Fetch the file again.`
			);
		});
		head = await headOf(path);
	} else if (/\.gz$/i.test(file) && bytes > 0) {
		throw new UnreadableFileError('The file is named .gz but is not a gzip.');
	}
	if (head.length === 0) return { path, bytes, empty: true };
	if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) {
		if (/\.zst$/i.test(path)) return { path, bytes, empty: false };
		throw new UnreadableFileError('The file is packed with zstd; name it .zst.');
	}
	if (startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff)) {
		throw new UnreadableFileError('The file is UTF-16; save it as UTF-8.');
	}
	if (head.subarray(0, 4).toString('latin1') === 'PAR1') return { path, bytes, empty: false };
	if (head.includes(0)) throw new UnreadableFileError('The file is binary or UTF-16, not UTF-8 text.');
	if (startsWith(head, 0xef, 0xbb, 0xbf)) {
		const stripped = join(spool, `unmarked-${basename(path)}`);
		await pipeline(createReadStream(path, { start: 3 }), createWriteStream(stripped));
		return { path: stripped, bytes, empty: head.length === 3 };
	}
	return { path, bytes, empty: false };
}
