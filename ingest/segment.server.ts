/**
 * Writes the Parquet segment of a batch in one pass, and the refused rows with their lines beside it. Touches disk
 * and the warehouse; stores nothing in the database.
 */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import type { Counts } from './ingest.server';
import { LineTooLongError } from './open-file.server';
import type { Applied } from './privacy.server';
import { parseSql } from './record-sql';
import type { Source } from './sources/index';
import countSegment from './sql/count-segment.sql?raw';

export interface Paths {
	segment: string;
	/** Folder for everything that is gone after the ingest. */
	spool: string;
}

export interface SegmentRequest {
	source: Source;
	files: readonly string[];
	paths: Paths;
	now: string;
	privacy: Applied;
	onShare: (share: number) => void;
}

export const quarantineFile = ({ spool }: Paths) => join(spool, 'quarantine.parquet');

export const SEGMENT_FORMAT = '(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 20480)';
const PROGRESS_MILLISECONDS = 200;

/** Tells the share of the session's running statement for as long as the work takes. */
export async function showingShare<Result>(
	session: Session,
	onShare: ((share: number) => void) | undefined,
	work: () => Promise<Result>
): Promise<Result> {
	const watch = setInterval(() => onShare?.(session.progress()), PROGRESS_MILLISECONDS);
	try {
		return await work();
	} finally {
		clearInterval(watch);
	}
}

/** The values of a source that a statement names: DuckDB refuses one that it does not. */
function valuesIn(sql: string, { values = {} }: Source): Source['values'] {
	const named = new Set(sql.match(/\$\w+/g));
	return Object.fromEntries(Object.entries(values).filter(([name]) => named.has(`$${name}`)));
}

/** Returns how many rows were refused. */
export function writeSegment(
	warehouse: Warehouse,
	{ source, files, paths, now, privacy, onShare }: SegmentRequest
): Promise<number> {
	const written = `${paths.segment}.tmp`;
	const [first = ''] = files;
	return warehouse.withConnection(async (session) => {
		await source.check?.(session, files);
		await session.run('SET VARIABLE now = $now::TIMESTAMPTZ', { now });
		await privacy.setVariables(session);
		try {
			const rows = parseSql(source.select(first), source.mayLack, null, privacy);
			// Refused lines are kept in the quarantine only, where they can be taken out.
			await showingShare(session, onShare, () =>
				session.run(`COPY (SELECT * EXCLUDE (raw) FROM (${rows})) TO $target ${SEGMENT_FORMAT}`, {
					...valuesIn(rows, source),
					files,
					target: written
				})
			);
		} catch (cause) {
			if (/maximum_object_size/.test((cause as Error).message)) throw new LineTooLongError();
			throw cause;
		}
		const counts = await session.all<Counts>(countSegment, { segment_file: written });
		const quarantined = counts.reduce((sum, one) => sum + one.quarantined, 0);
		if (quarantined > 0) await writeRefused(session, { source, files, paths, privacy }, quarantined);
		renameSync(written, paths.segment);
		return quarantined;
	});
}

async function writeRefused(
	session: Session,
	{ source, files, paths, privacy }: Pick<SegmentRequest, 'source' | 'files' | 'paths' | 'privacy'>,
	quarantined: number
): Promise<void> {
	const target = quarantineFile(paths);
	const numbered = `SELECT file_no, line, id, problem, raw FROM (${parseSql(source.numbered(files[0] ?? ''), source.mayLack, 'line', privacy)}) WHERE problem IS NOT NULL`;
	const found = await session
		.run(`COPY (${numbered}) TO $target (FORMAT parquet)`, { ...valuesIn(numbered, source), files, target })
		.then(() => session.all<{ n: number }>('SELECT count(*) AS n FROM read_parquet($target)', { target }))
		.catch(() => []);
	if (found[0]?.n === quarantined) return;
	// Lines that can't be told apart (such as bytes that are not UTF-8): the number is not known.
	const unnumbered = `SELECT file_no, NULL::BIGINT AS line, id, problem, raw FROM (${parseSql(source.select(files[0] ?? ''), source.mayLack, null, privacy)}) WHERE problem IS NOT NULL`;
	await session.run(`COPY (${unnumbered}) TO $target (FORMAT parquet)`, {
		...valuesIn(unnumbered, source),
		files,
		target
	});
}
