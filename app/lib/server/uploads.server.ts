/**
 * Files that somebody brought to the page and has not decided about yet, or that are being taken in. Each lies with
 * what is known of it in `<database>.uploads/ID/`, so that a reload, a restart and a crash lose none. Touches disk and
 * the database. One is taken in at a time; the file goes as soon as it is in, and anyway after a day, because
 * nothing in it was redacted yet. Refuses more files than may wait, and a second import while one is going on.
 */
import { randomUUID } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync
} from 'node:fs';
import { join } from 'node:path';
import { chosen } from '#ingest/choose-source.server';
import { saveMapping, sourceIn, sourceOfText } from '#ingest/mapping/mappings.server';
import type { Policy } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';
import type { Upload } from '$lib/upload';
import { takeIn } from './take-in.server';

export class UploadRefused extends Error {
	override name = 'UploadRefused';
	constructor(
		message: string,
		readonly remedy: string,
		readonly status: 404 | 409 | 503
	) {
		super(message);
	}
}

const KEPT_MS = 24 * 3_600_000;
const HELD_AT_ONCE = 20;
const ID = /^[0-9a-f-]{36}$/;
/** An estimate from less than this says nothing. */
const RATE_AFTER_MS = 1000;

/** Work of this process, by id; what a file says it is doing and isn't here was interrupted. */
const shared = globalThis as typeof globalThis & { __plimsollUploads?: Map<string, Upload> };
const working = () => (shared.__plimsollUploads ??= new Map());
let line: Promise<void> = Promise.resolve();

const roomOf = (warehouse: Warehouse) => `${warehouse.file}.uploads`;
const folderOf = (warehouse: Warehouse, id: string) => join(roomOf(warehouse), id);
const noteOf = (folder: string) => join(folder, 'upload.json');
/** Of its own, because the file may be called anything. */
const contentOf = (folder: string) => join(folder, 'content');

function keep(warehouse: Warehouse, upload: Upload): Upload {
	const note = noteOf(folderOf(warehouse, upload.id));
	writeFileSync(`${note}.tmp`, JSON.stringify(upload));
	renameSync(`${note}.tmp`, note);
	return upload;
}

function read(warehouse: Warehouse, id: string): Upload | null {
	const now = working().get(id);
	if (now) return { ...now };
	const note = noteOf(folderOf(warehouse, id));
	if (!existsSync(note)) return null;
	const upload = JSON.parse(readFileSync(note, 'utf8')) as Upload;
	return ['waiting', 'reading', 'counting'].includes(upload.stage)
		? { ...upload, stage: 'interrupted', bytesPerSecond: null, secondsLeft: null }
		: upload;
}

/** All of the last day, the newest first; older ones, and what a crash left half-written, go. */
export function uploads(warehouse: Warehouse, now = Date.now()): Upload[] {
	const room = roomOf(warehouse);
	if (!existsSync(room)) return [];
	const found = readdirSync(room).flatMap((id) => {
		const upload = ID.test(id) ? read(warehouse, id) : null;
		if (upload && (working().has(id) || now - Date.parse(upload.uploadedAt) < KEPT_MS)) return [upload];
		// One that is still being sent has no note yet.
		if (upload || olderThan(warehouse, id, now - KEPT_MS))
			rmSync(folderOf(warehouse, id), { recursive: true, force: true });
		return [];
	});
	return found.sort((one, other) => other.uploadedAt.localeCompare(one.uploadedAt));
}

const olderThan = (warehouse: Warehouse, id: string, ms: number) =>
	(statSync(folderOf(warehouse, id), { throwIfNoEntry: false })?.mtimeMs ?? 0) < ms;

/** Where the body of a new upload is to be written, and what makes it one once it is there whole. */
export function newUpload(
	warehouse: Warehouse,
	file: string
): { folder: string; held: (path: string, bytes: number, now: string) => Promise<Upload>; drop: () => void } {
	const waiting = uploads(warehouse).filter(({ stage }) => stage !== 'done');
	if (waiting.length >= HELD_AT_ONCE)
		throw new UploadRefused(
			`${waiting.length} files wait for a decision already.`,
			'Take in or remove some of them on the page Imports.',
			503
		);
	const id = randomUUID();
	const folder = folderOf(warehouse, id);
	mkdirSync(contentOf(folder), { recursive: true });
	return {
		folder: contentOf(folder),
		drop: () => rmSync(folder, { recursive: true, force: true }),
		async held(path, bytes, now) {
			const { source, doubt, recognised } = await chosen(path, null);
			return keep(warehouse, {
				id,
				file,
				bytes,
				uploadedAt: now,
				stage: 'held',
				source: source?.name ?? null,
				doubt,
				recognised,
				mapping: null,
				as: null,
				bytesDone: 0,
				bytesPerSecond: null,
				secondsLeft: null,
				report: null,
				error: null
			});
		}
	};
}

export function uploadOf(warehouse: Warehouse, id: string): Upload {
	const upload = ID.test(id) ? read(warehouse, id) : null;
	if (!upload)
		throw new UploadRefused(
			'This file is not here any more.',
			'It was removed, or kept for a day already. Bring it again.',
			404
		);
	return upload;
}

/** The path of the content; refuses one that was taken in and is gone. */
export function fileOf(warehouse: Warehouse, id: string): string {
	const folder = contentOf(folderOf(warehouse, uploadOf(warehouse, id).id));
	const [name] = readdirSync(folder);
	if (name === undefined)
		throw new UploadRefused('This file was taken in and is not kept.', 'Bring it again.', 409);
	return join(folder, name);
}

/** Remembers the mapping that is being tried, so that a reload shows it again. */
export function draft(warehouse: Warehouse, id: string, mapping: string): Upload {
	const upload = uploadOf(warehouse, id);
	refuseBusy(upload);
	return keep(warehouse, { ...upload, mapping });
}

export function dropUpload(warehouse: Warehouse, id: string): void {
	const upload = uploadOf(warehouse, id);
	refuseBusy(upload);
	rmSync(folderOf(warehouse, upload.id), { recursive: true, force: true });
}

function refuseBusy({ id }: Upload): void {
	if (working().has(id))
		throw new UploadRefused('This file is being taken in.', 'Wait until it is done.', 409);
}

/**
 * Begins to take the file in, as a named source or as its own mapping says, and answers at once; `uploadOf` says how
 * far it is. A mapping is kept only when a file could be read by it. Throws for a source that is not known and a
 * mapping with problems.
 */
export async function startImport(
	warehouse: Warehouse,
	rules: Policy,
	{ id, source: name }: { id: string; source: string | null }
): Promise<Upload> {
	const held = uploadOf(warehouse, id);
	refuseBusy(held);
	const path = fileOf(warehouse, id);
	const text = name === null ? held.mapping : null;
	if (name === null && text === null)
		throw new UploadRefused('No mapping was tried on this file yet.', 'Try one first.', 409);
	const source = text === null ? await sourceIn(warehouse, name!) : sourceOfText(text);
	const upload: Upload = { ...held, stage: 'waiting', as: source.name, error: null, report: null };
	working().set(id, upload);
	keep(warehouse, upload);
	line = line
		.then(() => work(warehouse, rules, upload, path, source, text))
		.catch((error: unknown) => {
			console.error(error);
			Object.assign(upload, { stage: 'failed', error: (error as Error).message.split('\n')[0] });
			keep(warehouse, upload);
		})
		.finally(() => void working().delete(id));
	return { ...upload };
}

async function work(
	warehouse: Warehouse,
	rules: Policy,
	upload: Upload,
	path: string,
	source: Awaited<ReturnType<typeof sourceIn>>,
	mapping: string | null
): Promise<void> {
	const began = Date.now();
	upload.stage = 'reading';
	const { files, ...report } = await takeIn(
		warehouse,
		rules,
		{
			inputs: [path],
			source,
			now: new Date().toISOString(),
			onProgress: ({ bytesDone, bytesTotal }) => {
				const spent = (Date.now() - began) / 1000;
				const rate = spent * 1000 < RATE_AFTER_MS || bytesDone === 0 ? null : bytesDone / spent;
				upload.bytesDone = bytesDone;
				upload.bytesPerSecond = rate;
				upload.secondsLeft = rate === null ? null : Math.max(0, bytesTotal - bytesDone) / rate;
			}
		},
		() => Object.assign(upload, { stage: 'counting', bytesPerSecond: null, secondsLeft: null })
	);
	const error = files[0]?.error?.split('\n')[0] ?? null;
	if (error !== null) {
		Object.assign(upload, { stage: 'failed', error });
	} else {
		if (mapping !== null) await saveMapping(warehouse, mapping, new Date().toISOString());
		const { read, accepted, unchanged, quarantined } = report;
		Object.assign(upload, { stage: 'done', report: { read, accepted, unchanged, quarantined } });
		rmSync(path, { force: true });
	}
	keep(warehouse, upload);
}
