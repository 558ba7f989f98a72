/**
 * Makes a delivered file readable by DuckDB, or says why it can't be. Touches disk. Arrow becomes lines.
 *
 * A gzip is unpacked here and not by DuckDB, which takes a truncated one for a complete one without a word; a
 * UTF-8 byte order mark is dropped; a name that DuckDB would take for a pattern is linked under a plain one.
 * Refuses missing files, broken gzips, UTF-16 and binary content.
 */
import { createReadStream, createWriteStream, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { arrowLines, isArrow } from './arrow-lines.server';
import { LINE_TOO_LONG, LONGEST_LINE_BYTES } from './limits';

export class UnreadableFileError extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'UnreadableFileError';
	}
}

/** A line that DuckDB's reader can't hold; `cutLongLines` makes the rest of the file readable. */
export class LineTooLongError extends Error {}

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

const PATTERN = /[*?[\]]/;
/** Name without the characters of patterns: DuckDB would read other files than this one. */
const plain = (name: string) => name.replaceAll(/[*?[\]]/g, '_');

/** Size as delivered; 0 when there is no such file, which `openFile` reports. */
export const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

const startsWith = (head: Buffer, ...bytes: number[]) => bytes.every((byte, at) => head[at] === byte);

export async function openFile(file: string, spool: string): Promise<ReadableFile> {
	const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
		throw new UnreadableFileError(
			cause.code === 'ENOENT' ? 'The file does not exist.' : `The file can't be read (${cause.code}).`
		);
	});
	const bytes = found.size;
	mkdirSync(spool, { recursive: true });
	let path = file;
	let head = await headOf(path).catch((cause: NodeJS.ErrnoException) => {
		throw new UnreadableFileError(`The file can't be read (${cause.code}).`);
	});
	if (startsWith(head, 0x1f, 0x8b)) {
		path = join(spool, plain(basename(file).replace(/\.gz$/i, '')));
		await pipeline(createReadStream(file), createGunzip(), createWriteStream(path)).catch((cause: Error) => {
			throw new UnreadableFileError(
				`The gzip is damaged or cut short (${cause.message}); nothing of it was stored. Fetch the file again.`
			);
		});
		head = await headOf(path);
	} else if (PATTERN.test(path)) {
		path = join(spool, plain(basename(file)));
		symlinkSync(file, path);
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
	if (isArrow(head)) {
		const lines = join(spool, `${plain(basename(path))}.ndjson`);
		await arrowLines(path, lines);
		return { path: lines, bytes, empty: (await stat(lines)).size === 0 };
	}
	if (head.includes(0)) throw new UnreadableFileError('The file is binary or UTF-16, not UTF-8 text.');
	if (startsWith(head, 0xef, 0xbb, 0xbf)) {
		const stripped = join(spool, `unmarked-${plain(basename(path))}`);
		await pipeline(createReadStream(path, { start: 3 }), createWriteStream(stripped));
		return { path: stripped, bytes, empty: head.length === 3 };
	}
	return { path, bytes, empty: false };
}

/** Copies a file of lines into the spool, each line that is too long replaced by one that says so. */
export async function cutLongLines(path: string, spool: string): Promise<string> {
	if (/\.zst$/i.test(path)) {
		throw new UnreadableFileError(
			`A line is longer than ${LONGEST_LINE_BYTES / 2 ** 20} MB; unpack the .zst, and the other lines can be read.`
		);
	}
	const target = join(spool, `cut-${basename(path)}`);
	await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), shorten, createWriteStream(target));
	return target;
}

/** Bytes in, bytes out; at most one line is held. */
async function* shorten(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	let held: Buffer[] = [];
	let length = 0;
	const take = (piece: Buffer) => {
		length += piece.length;
		if (length <= LONGEST_LINE_BYTES) held.push(piece);
		else held = [];
	};
	const line = () => {
		const whole = length > LONGEST_LINE_BYTES ? Buffer.from(`${LINE_TOO_LONG}\n`) : Buffer.concat(held);
		held = [];
		length = 0;
		return whole;
	};
	for await (const chunk of chunks) {
		const first = chunk.indexOf(10);
		if (first < 0) {
			take(chunk);
			continue;
		}
		take(chunk.subarray(0, first + 1));
		yield line();
		const from = first + 1;
		const last = chunk.lastIndexOf(10) + 1;
		// Whole lines within a chunk are shorter than the limit.
		if (last > from) yield chunk.subarray(from, last);
		take(chunk.subarray(last));
	}
	if (length > 0) yield line();
}
