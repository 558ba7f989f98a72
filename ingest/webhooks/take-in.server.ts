/**
 * Takes in what waits in the inbox, through the ordinary sources and the ordinary ingest. Touches disk and the
 * warehouse. A delivery leaves the inbox only after the transaction that stored it, or put it aside with its reason;
 * what came before under the same key is not done again. A round that fails leaves everything where it is.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spoolFolder, type Warehouse } from '../../warehouse/warehouse.server';
import { ingest, type IngestReport } from '../ingest.server';
import type { Privacy } from '../privacy.server';
import { answeredAmong, rememberAnswers } from '../requests.server';
import { IN_PIECES, linesOfEvents } from './fragments.server';
import { read, remove, waiting, type Delivery } from './inbox.server';

export interface Round {
	/** Deliveries that left the inbox. */
	taken: number;
	/** Of them, those that had been taken in before. */
	again: number;
	accepted: number;
	quarantined: number;
}

export interface RoundRequest {
	/** RFC 3339; no record may be more than 24 hours past it. */
	now: string;
	privacy: Privacy;
}

/** Deliveries of one round, so that memory stays small. */
const MOST_FILES = 2000;
const MOST_CHARACTERS = 64 * 2 ** 20;

export async function takeInbox(warehouse: Warehouse, request: RoundRequest): Promise<Round> {
	const round: Round = { taken: 0, again: 0, accepted: 0, quarantined: 0 };
	for (const group of await grouped(warehouse)) {
		const known = await answeredAmong(warehouse, group.map(requestKey));
		const fresh = group.filter(
			(one, at) => !known.has(requestKey(one)) && group.findIndex((other) => other.key === one.key) === at
		);
		const again = group.filter((one) => !fresh.includes(one));
		await leave(warehouse, again);
		round.again += again.length;
		round.taken += group.length;
		if (fresh.length === 0) continue;
		const report = await takeIn(warehouse, fresh, request);
		round.accepted += report.accepted;
		round.quarantined += report.quarantined;
	}
	return round;
}

/** Waits in a file of its own. */
interface Waiting extends Delivery {
	name: string;
}

const requestKey = ({ webhook, key }: Delivery) => `webhook ${webhook} ${key}`;
const leave = (warehouse: Warehouse, deliveries: readonly Waiting[]) =>
	remove(
		warehouse,
		deliveries.map(({ name }) => name)
	);

/** The first of what waits, by webhook and in the order of its coming. */
async function grouped(warehouse: Warehouse): Promise<Waiting[][]> {
	const groups = new Map<string, Waiting[]>();
	let characters = 0;
	for (const name of (await waiting(warehouse)).slice(0, MOST_FILES)) {
		const delivery = { ...(await read(warehouse, name)), name };
		characters += delivery.body.length;
		if (groups.size > 0 && characters > MOST_CHARACTERS) break;
		const label = `${delivery.webhook} ${delivery.source}`;
		if (!groups.get(label)?.push(delivery)) groups.set(label, [delivery]);
	}
	return [...groups.values()];
}

async function takeIn(
	warehouse: Warehouse,
	deliveries: readonly Waiting[],
	{ now, privacy }: RoundRequest
): Promise<IngestReport> {
	const [{ webhook, source }] = deliveries as [Waiting];
	const spool = spoolFolder(warehouse, 'plimsoll-webhook');
	try {
		const inPieces = IN_PIECES.includes(source);
		const parts: { path: string; deliveries: readonly Waiting[] }[] = [];
		for (const those of inPieces ? [deliveries] : inOrder(deliveries)) {
			const lines = inPieces
				? await linesOfEvents(warehouse, source, those, privacy)
				: those.map(({ body }) => linesOf(body));
			const name = `webhook-${webhook}${parts.length === 0 ? '' : `-${parts.length + 1}`}.ndjson`;
			if (lines.length === 0) await leave(warehouse, those);
			else parts.push({ path: join(spool, name), deliveries: those });
			await writeFile(join(spool, name), lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
		}
		const report = await ingest(warehouse, {
			inputs: parts.map(({ path }) => path),
			source,
			now,
			privacy,
			idsAsStored: inPieces,
			within: async (session, { files }) => {
				const stored = new Set(files.flatMap(({ file, error }) => (error === null ? [file] : [])));
				const those = parts.filter(({ path }) => stored.has(path)).flatMap((part) => part.deliveries);
				await rememberAnswers(session, those.map(requestKey), now);
			}
		});
		const failed = new Map(report.files.flatMap(({ file, error }) => (error ? [[file, error]] : [])));
		for (const { path, deliveries: those } of parts) if (!failed.has(path)) await leave(warehouse, those);
		for (const [, error] of failed)
			throw new Error(`Webhook ${webhook}: ${error} What came waits and is tried again.`);
		return report;
	} finally {
		await rm(spool, { recursive: true, force: true });
	}
}

/** A document is one line: outside of its texts a line break means nothing, and inside none can be. */
function linesOf(body: string): string {
	try {
		JSON.parse(body);
		return body.replaceAll(/[\r\n]+/g, ' ');
	} catch {
		return body;
	}
}

/**
 * Files to be taken in one after the other: of two versions of a record that name no time of change the later delivery
 * counts, and within one file nobody could say which that is.
 */
function inOrder(deliveries: readonly Waiting[]): Waiting[][] {
	const files: Waiting[][] = [];
	const next = new Map<string, number>();
	for (const delivery of deliveries) {
		const records = recordsIn(linesOf(delivery.body));
		const at = Math.max(0, ...records.map((record) => next.get(record) ?? 0));
		for (const record of records) next.set(record, at + 1);
		(files[at] ??= []).push(delivery);
	}
	return files;
}

/** Which records the lines are of, as far as that can be seen. */
function recordsIn(lines: string): string[] {
	return lines.split('\n').flatMap((line) => {
		try {
			const { record, id, conversation_id } = JSON.parse(line) as Record<string, unknown>;
			return [JSON.stringify([record, id, conversation_id])];
		} catch {
			return [];
		}
	});
}
