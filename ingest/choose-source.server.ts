/**
 * Which source reads a file: as asked, else the one whose format the start of the file shows, among those that take
 * a file of its name. Touches disk. Refuses to guess between two.
 */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { SOURCES, type Source } from './sources/index';

const HEAD_BYTES = 64 * 1024;

/** The start of a file as text, unpacked; '' when it can't be read, which `openFile` reports. */
async function headOf(file: string): Promise<string> {
	const raw = createReadStream(file, { highWaterMark: HEAD_BYTES });
	const stream = /\.gz$/i.test(file) ? raw.pipe(createGunzip()) : raw;
	const pieces: Buffer[] = [];
	let length = 0;
	try {
		// An error of the file does not cross the pipe by itself.
		raw.once('error', (cause) => stream.destroy(cause));
		for await (const piece of stream) {
			pieces.push(piece as Buffer);
			length += (piece as Buffer).length;
			if (length >= HEAD_BYTES) break;
		}
	} catch {
		// A gzip that breaks off still shows its start.
	} finally {
		raw.destroy();
	}
	return Buffer.concat(pieces)
		.subarray(0, HEAD_BYTES)
		.toString('utf8')
		.replace(/^\uFEFF/, '');
}

const none = (doubt: string): Choice => ({ source: null, doubt, recognised: false });

export interface Choice {
	source: Source | null;
	/** Why there is none. */
	doubt: string | null;
	/** The content showed the format; false where only the name of the file speaks for the source. */
	recognised: boolean;
}

export async function chosen(file: string, asked: Source | null): Promise<Choice> {
	if (asked) return { source: asked, doubt: null, recognised: false };
	const name = file.replace(/\.(gz|zst)$/i, '');
	const able = SOURCES.filter((source) => source.accepts(name) && source.recognises);
	if (able.length === 0) return none('No source reads a file of this name; name one with --source.');
	const head = able.length > 1 ? await headOf(file) : '';
	const seen = able.length > 1 ? able.filter((source) => source.recognises?.(head)) : able;
	if (seen.length === 1) return { source: seen[0]!, doubt: null, recognised: able.length > 1 };
	const names = (sources: readonly Source[]) => sources.map((source) => source.name).join(', ');
	if (seen.length > 1) {
		return none(`Its content could be ${names(seen)}; say which with --source.`);
	}
	// Lines and tables of nobody's format are taken for our own, and each says what it lacks.
	const own = able.find((source) => source.name === 'canonical');
	if (own) return { source: own, doubt: null, recognised: false };
	return none(
		`Its content is of no format that is known by its look; name one with --source: ${names(SOURCES.filter((source) => source.accepts(name)))}.`
	);
}
