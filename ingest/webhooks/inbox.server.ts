/**
 * What came by webhook and was not taken in yet: one file a delivery in `<db>.inbox/`, beside the database. Touches
 * disk. A delivery is there, on the disk and under its name, before `keep` returns; the writers of the database are
 * not waited for. Files that were not finished when the process died are removed by `waiting`.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { WebhookSource } from '../../warehouse/vocabulary';

export interface Delivery {
	webhook: string;
	source: WebhookSource;
	/** The sender's name of it where that is signed, else the hash of the body: what comes twice has one. */
	key: string;
	receivedAt: string;
	body: string;
}

const UNFINISHED = '.tmp';
const started = Date.now();
let count = 0;

export const inboxOf = (warehouse: Warehouse) => `${warehouse.file}.inbox`;

/** Sorts as deliveries came, and says when and by which webhook. */
const nameOf = ({ receivedAt, webhook }: Delivery) =>
	[
		String(Date.parse(receivedAt)).padStart(14, '0'),
		String(count++).padStart(9, '0'),
		webhook,
		`${randomBytes(4).toString('hex')}.json`
	].join('~');

export async function keep(warehouse: Warehouse, delivery: Delivery): Promise<void> {
	const folder = inboxOf(warehouse);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const path = join(folder, nameOf(delivery));
	try {
		const file = await open(`${path}${UNFINISHED}`, 'wx', 0o600);
		try {
			await file.writeFile(JSON.stringify(delivery));
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(`${path}${UNFINISHED}`, path);
		await settle(folder);
	} catch (error) {
		// What is answered with an error must not be taken in all the same.
		await rm(`${path}${UNFINISHED}`, { force: true });
		await rm(path, { force: true });
		throw error;
	}
}

/** The name is on the disk too; file systems that can't open a folder do so on their own. */
async function settle(folder: string): Promise<void> {
	const handle = await open(folder, 'r').catch(() => null);
	if (!handle) return;
	try {
		await handle.sync().catch((error: NodeJS.ErrnoException) => {
			if (error.code !== 'EINVAL' && error.code !== 'EPERM') throw error;
		});
	} finally {
		await handle.close();
	}
}

/** Files that wait, the first to come first. */
export async function waiting(warehouse: Warehouse): Promise<string[]> {
	const folder = inboxOf(warehouse);
	const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return [];
		throw error;
	});
	const unfinished = names.filter(
		(name) => name.endsWith(UNFINISHED) && Number(name.split('~')[0]) < started
	);
	await Promise.all(unfinished.map((name) => rm(join(folder, name), { force: true })));
	return names.filter((name) => name.endsWith('.json')).sort();
}

export async function read(warehouse: Warehouse, name: string): Promise<Delivery> {
	return JSON.parse(await readFile(join(inboxOf(warehouse), name), 'utf8')) as Delivery;
}

/** Of a file that waits. */
export function labelOf(name: string): { receivedAt: string; webhook: string } {
	const [time, , webhook = ''] = name.split('~');
	return { receivedAt: new Date(Number(time)).toISOString(), webhook };
}

export async function remove(warehouse: Warehouse, names: readonly string[]): Promise<void> {
	await Promise.all(names.map((name) => rm(join(inboxOf(warehouse), name), { force: true })));
}
