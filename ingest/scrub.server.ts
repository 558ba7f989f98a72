/**
 * Takes texts out of what is stored. Touches disk and the warehouse. A segment that holds any is written anew and takes
 * the old one's place in one transaction with everything else that goes; the old file is removed after it. A crash
 * before leaves a file that nothing names, which the next opening removes, and all is as it was.
 */
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import { scrubbed } from './record-sql';
import { SEGMENT_FORMAT } from './segment.server';
import { dropFragments, type Rewritten } from './webhooks/drop-fragments.server';
import scrubSegment from './sql/scrub-segment.sql?raw';

export interface Scrub {
	/** Fills the temporary table `gone` (segment, segment_row) with what is to go. */
	choose: (session: Session) => Promise<void>;
	/** Takes the customer's place in the segments; null leaves it. */
	anonymous: string | null;
	now: string;
	/** What else goes, in the same transaction; a statement that fills `gone_fragment` (file, start) with pieces that go. */
	within?: (session: Session) => Promise<void>;
}

/** How many stored versions lost their text. */
export async function scrub(
	warehouse: Warehouse,
	{ choose, anonymous, now, within }: Scrub
): Promise<number> {
	const written: { old: string; file: string }[] = [];
	const pieces: Rewritten = { old: [], written: [] };
	const remove = (name: string) => rmSync(join(warehouse.transcripts, name), { force: true });
	try {
		const count = await warehouse.write(async (session) => {
			await session.run('CREATE OR REPLACE TEMP TABLE gone (segment VARCHAR, segment_row BIGINT)');
			await session.run('CREATE OR REPLACE TEMP TABLE gone_fragment (file VARCHAR, start BIGINT)');
			await choose(session);
			const segments = await session.all<{ segment: string }>('SELECT DISTINCT segment FROM gone');
			for (const { segment: old } of segments) {
				const path = join(warehouse.transcripts, old);
				const file = `${randomUUID()}.parquet`;
				written.push({ old, file });
				await rewrite(session, { old, path, target: join(warehouse.transcripts, file), anonymous });
				await session.run(
					`UPDATE log.conversation SET segment = $file, segment_row = placed.file_row_number
					FROM (SELECT former_row, file_row_number FROM read_parquet($path, file_row_number = true)) AS placed
					WHERE log.conversation.segment = $old AND log.conversation.segment_row = placed.former_row`,
					{ file, old, path: join(warehouse.transcripts, file) }
				);
				await session.run('UPDATE log.ingest SET segment = $file WHERE segment = $old', { file, old });
				// `gone` was of the old file.
				await session.run(
					`UPDATE gone SET segment = $file, segment_row = placed.file_row_number
					FROM (SELECT former_row, file_row_number FROM read_parquet($path, file_row_number = true)) AS placed
					WHERE gone.segment = $old AND gone.segment_row = placed.former_row`,
					{ file, old, path: join(warehouse.transcripts, file) }
				);
			}
			await session.run(
				`UPDATE log.conversation SET text_deleted_at = $now::TIMESTAMPTZ
				WHERE (segment, segment_row) IN (SELECT (segment, segment_row) FROM gone)`,
				{ now }
			);
			await within?.(session);
			await dropFragments(warehouse, session, pieces);
			const [found] = await session.all<{ n: number }>('SELECT count(*) AS n FROM gone');
			await session.run('DROP TABLE gone; DROP TABLE gone_fragment');
			return Number(found?.n ?? 0);
		});
		for (const { old } of written) remove(old);
		for (const old of pieces.old) remove(old);
		return count;
	} catch (error) {
		for (const { file } of written) remove(file);
		for (const file of pieces.written) remove(file);
		throw error;
	}
}

async function rewrite(
	session: Session,
	given: { old: string; path: string; target: string; anonymous: string | null }
): Promise<void> {
	const { old, path, target, anonymous } = given;
	const columns = await session.all<{ name: string }>(
		`SELECT name FROM parquet_schema($path) WHERE name IN ('former_row', 'raw')`,
		{ path }
	);
	const sql = scrubSegment
		.replace(', {{former}}', columns.map(({ name }) => `, ${name}`).join(''))
		.replace('{{messages}}', scrubbed('messages'))
		.replace('{{tool_calls}}', scrubbed('tool_calls'));
	await session.run(`COPY (${sql}) TO $target ${SEGMENT_FORMAT}`, {
		segment_file: path,
		segment: old,
		anonymous,
		target: `${target}.tmp`
	});
	const rows = async (file: string) =>
		(await session.all<{ n: number }>('SELECT count(*) AS n FROM read_parquet($file)', { file }))[0]?.n;
	if ((await rows(path)) !== (await rows(`${target}.tmp`)))
		throw new Error(`${old} could not be written anew: rows are missing. Nothing was changed.`);
	renameSync(`${target}.tmp`, target);
}
