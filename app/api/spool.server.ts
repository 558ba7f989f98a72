/**
 * A request body on disk, in a folder of its own, so that it is never held in memory whole. Touches disk.
 * Refuses bodies beyond the limit and leaves nothing behind; of the given name only its last part is used.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

export class TooLarge extends Error {
	override name = 'TooLarge';
	constructor(
		message: string,
		readonly remedy = 'Split the file, or raise PLIMSOLL_MAX_UPLOAD_BYTES (and BODY_SIZE_LIMIT) on the server.'
	) {
		super(message);
	}
}

const DEFAULT_LIMIT_BYTES = 2 * 1024 ** 3;
export const uploadLimit = () => Number(process.env['PLIMSOLL_MAX_UPLOAD_BYTES']) || DEFAULT_LIMIT_BYTES;

export interface Spooled {
	path: string;
	bytes: number;
	remove(): Promise<void>;
}

export async function spool(
	body: globalThis.ReadableStream<Uint8Array>,
	name: string,
	limitBytes: number,
	/** Where it is kept; goes with it. */
	folder: string
): Promise<Spooled> {
	await mkdir(folder, { recursive: true });
	const remove = () => rm(folder, { recursive: true, force: true });
	const path = join(folder, safeName(name));
	let bytes = 0;
	const limit = new Transform({
		transform(chunk: Uint8Array, _encoding, done) {
			bytes += chunk.byteLength;
			if (bytes > limitBytes) done(new TooLarge(`The body is larger than ${limitBytes} bytes.`));
			else done(null, chunk);
		}
	});
	try {
		await pipeline(Readable.fromWeb(body as ReadableStream<Uint8Array>), limit, createWriteStream(path));
	} catch (error) {
		await remove();
		// The adapter counts too, and cuts the stream with its own status.
		if ((error as { status?: number }).status === 413)
			throw new TooLarge('The body is larger than BODY_SIZE_LIMIT.');
		throw error;
	}
	return { path, bytes, remove };
}

/** Longest name of a file that every common file system takes, with room for the endings we add. */
const NAME_BYTES = 200;

/** No folders, no leading dots, no characters that a glob or a SQL string would read; letters of every script stay. */
export function safeName(name: string): string {
	const letters = [
		...basename(name.replaceAll('\\', '/'))
			.normalize('NFC')
			.replaceAll(/[^\p{L}\p{N}\p{M}._-]/gu, '_')
			.replace(/^\.+/, '')
	];
	// The end is what says how the file is read.
	while (Buffer.byteLength(letters.join('')) > NAME_BYTES) letters.shift();
	return letters.join('').replace(/^\.+/, '') || 'upload.ndjson';
}
