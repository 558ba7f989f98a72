/** The one transaction that makes a written segment count. Touches the warehouse and removes a segment of which nothing was kept. */
import { rmSync } from 'node:fs';
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import type { Counts, QuarantinedRow } from './ingest.server';
import { quarantineFile, type Paths } from './segment.server';
import type { Source } from './sources/index';
import countSegment from './sql/count-segment.sql?raw';
import countStaged from './sql/count-staged.sql?raw';
import insertConversations from './sql/insert-conversations.sql?raw';
import insertIngest from './sql/insert-ingest.sql?raw';
import insertQuarantine from './sql/insert-quarantine.sql?raw';
import insertSide from './sql/insert-side.sql?raw';
import stageConversations from './sql/stage-conversations.sql?raw';
import stageSide from './sql/stage-side.sql?raw';
import supersedeConversations from './sql/supersede-conversations.sql?raw';
import supersedeSide from './sql/supersede-side.sql?raw';

export const NOTHING: Counts = { read: 0, accepted: 0, unchanged: 0, quarantined: 0 };

export interface Commit {
	source: Source;
	/** `number` is the file's `file_no` in the segment; 0 when it was empty. */
	files: readonly { file: string; bytes: number; number: number }[];
	startedAt: string;
	segment: string;
	paths: Paths;
	quarantined: number;
	/** Refused rows that are given back, of each file. */
	shown: number;
	/** Runs at the end of the transaction; the results are one a file, in their order. */
	within: (session: Session, stored: readonly Stored[]) => Promise<void>;
}

export interface Stored {
	counts: Counts;
	quarantine: QuarantinedRow[];
}

interface StagedCounts {
	fileNo: number;
	conversations: number;
	sideRecords: number;
}

export async function commit(
	warehouse: Warehouse,
	{ source, files, startedAt, segment, paths, quarantined, shown, within }: Commit
): Promise<void> {
	const kept = await warehouse.write(async (session) => {
		// Writes queue, so the ids of one batch follow each other: a row's ingest is `ingest_base + file_no`.
		const ids = await session.all<{ id: number }>(
			`SELECT nextval('log.ingest_ids') AS id FROM range($n) ORDER BY id`,
			{ n: Math.max(...files.map(({ number }) => number), 0) + files.length }
		);
		const base = (ids[0]?.id ?? 1) - 1;
		let spare = ids.length;
		const key = { source: source.name };
		const inSegment = { segment_file: paths.segment };
		const written = { ...key, ingest_base: base };
		const read = new Map<number, Counts>();
		const staged = new Map<number, StagedCounts>();
		if (files.some(({ number }) => number > 0)) {
			for (const one of await session.all<Counts & { fileNo: number }>(countSegment, inSegment)) {
				read.set(one.fileNo, one);
			}
			await session.run(stageConversations, { ...key, ...inSegment });
			await session.run(supersedeConversations, written);
			// Keys from the row's place: a sequence would hold the insert to one thread.
			const [next] = await session.all<{ key: number }>(
				'SELECT coalesce(max(conversation_key), 0) + 1 AS key FROM log.conversation'
			);
			await session.run(insertConversations, {
				...written,
				...inSegment,
				segment,
				key_base: next?.key ?? 1
			});
			await session.run(stageSide, { ...key, ...inSegment });
			await session.run(supersedeSide, written);
			await session.run(insertSide, written);
			for (const one of await session.all<StagedCounts>(countStaged)) staged.set(one.fileNo, one);
		}
		if (quarantined > 0) {
			await session.run(insertQuarantine, {
				ingest_base: base,
				files: files.filter(({ number }) => number > 0).map(({ file }) => file),
				quarantine_file: quarantineFile(paths)
			});
		}
		const stored: Stored[] = [];
		for (const { file, bytes, number } of files) {
			const ingestId = base + (number > 0 ? number : spare--);
			const { conversations = 0, sideRecords = 0 } = staged.get(number) ?? {};
			const { read: rows = 0, quarantined: refused = 0 } = read.get(number) ?? {};
			const accepted = conversations + sideRecords;
			const counts = {
				read: rows,
				accepted,
				quarantined: refused,
				unchanged: rows - accepted - refused
			};
			await session.run(insertIngest, {
				...key,
				...counts,
				ingest_id: ingestId,
				file,
				bytes,
				started_at: startedAt,
				finished_at: new Date().toISOString(),
				segment: conversations > 0 ? segment : null
			});
			const quarantine =
				refused === 0
					? []
					: await session.all<QuarantinedRow>(
							'SELECT file, line, field, reason FROM log.quarantine WHERE ingest_id = $ingest_id ORDER BY line LIMIT $shown',
							{ ingest_id: ingestId, shown }
						);
			stored.push({ counts, quarantine });
		}
		await within(session, stored);
		return [...staged.values()].some((one) => one.conversations > 0);
	});
	if (!kept) rmSync(paths.segment, { force: true });
}
