/**
 * Files of pieces, beside the transcripts: texts one after the other, found by their place. Touches disk. A file only
 * grows, until it is written anew without some of its pieces; what no row names is the rest of a crash. To be called
 * by the one writer of the database.
 */
import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Warehouse } from '../../warehouse/warehouse.server';

export interface Place {
	file: string;
	start: number;
	bytes: number;
}

export const ENDING = '.pieces';
/** A file of this size is full: forgetting somebody writes it anew. */
const FULL_BYTES = 32 * 2 ** 20;

/** Writes the texts behind `end`, where the rows of the file end; they are on the disk when it returns. */
export async function append(
	warehouse: Warehouse,
	last: { file: string; end: number } | null,
	texts: readonly string[]
): Promise<Place[]> {
	const open = last !== null && last.end < FULL_BYTES ? last : { file: `${randomUUID()}${ENDING}`, end: 0 };
	const buffers = texts.map((text) => Buffer.from(text));
	let start = open.end;
	const places = buffers.map(({ length: bytes }) => {
		const place = { file: open.file, start, bytes };
		start += bytes;
		return place;
	});
	await write(join(warehouse.transcripts, open.file), Buffer.concat(buffers), open.end);
	return places;
}

async function write(path: string, bytes: Buffer, at: number): Promise<void> {
	const file = await open(path, at === 0 ? 'w' : 'r+', 0o600);
	try {
		await file.truncate(at);
		await file.write(bytes, 0, bytes.length, at);
		await file.sync();
	} finally {
		await file.close();
	}
}

/** The texts at the places, in their order. */
export async function readPieces(warehouse: Warehouse, places: readonly Place[]): Promise<string[]> {
	const texts = new Map<Place, string>();
	for (const name of new Set(places.map(({ file }) => file))) {
		const file = await open(join(warehouse.transcripts, name), 'r');
		try {
			for (const place of places) {
				if (place.file !== name) continue;
				const { buffer, bytesRead } = await file.read(Buffer.alloc(place.bytes), 0, place.bytes, place.start);
				if (bytesRead !== place.bytes) throw new Error(`${name} is shorter than what is known of it.`);
				texts.set(place, buffer.toString('utf8'));
			}
		} finally {
			await file.close();
		}
	}
	return places.map((place) => texts.get(place)!);
}

export async function removePieces(warehouse: Warehouse, files: readonly string[]): Promise<void> {
	for (const name of files) await rm(join(warehouse.transcripts, name), { force: true });
}
