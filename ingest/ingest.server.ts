/**
 * Ingest: delivered files -> canonical records -> accepted, unchanged or quarantined with a reason. Touches disk
 * and the warehouse.
 *
 * Each file is one streaming pass of DuckDB into a Parquet segment and one transaction that makes it count; a
 * crash between the two leaves a segment that nothing names, which the next opening removes. A file that can't
 * be read as a whole is reported with its error and stores nothing; its neighbours go on. Refuses unknown sources.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import type { Warehouse } from '../warehouse/warehouse.server';
import { openFile, type ReadableFile } from './open-file.server';
import { parseSql } from './record-sql';
import { sourceFor, sourceNamed, type Source } from './sources/index';
import countSegment from './sql/count-segment.sql?raw';
import insertConversations from './sql/insert-conversations.sql?raw';
import insertIngest from './sql/insert-ingest.sql?raw';
import insertQuarantine from './sql/insert-quarantine.sql?raw';
import insertSide from './sql/insert-side.sql?raw';
import stageConversations from './sql/stage-conversations.sql?raw';
import stageSide from './sql/stage-side.sql?raw';
import supersedeConversations from './sql/supersede-conversations.sql?raw';
import supersedeSide from './sql/supersede-side.sql?raw';

export interface Counts {
	read: number;
	accepted: number;
	unchanged: number;
	quarantined: number;
}

export interface FileReport extends Counts {
	file: string;
	source: string | null;
	bytes: number;
	error: string | null;
}

export interface QuarantinedRow {
	file: string;
	line: number | null;
	field: string;
	reason: string;
}

export interface IngestReport extends Counts {
	/** As asked for; null when each file found its own. */
	source: string | null;
	files: FileReport[];
	/** The first rows that were refused; all of them are in `log.quarantine`. */
	quarantine: QuarantinedRow[];
}

export interface IngestRequest {
	/** Files, folders and glob patterns. */
	inputs: readonly string[];
	/** A source by name; undefined lets each file's name decide. */
	source: string | undefined;
	/** RFC 3339; no record may be more than 24 hours past it. */
	now: string;
	onProgress?: (progress: IngestProgress) => void;
}

export interface IngestProgress {
	file: string;
	/** Files finished, and files in all. */
	done: number;
	total: number;
}

const QUARANTINE_SHOWN = 20;
const SEGMENT_FORMAT = '(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 20480)';
const NOTHING: Counts = { read: 0, accepted: 0, unchanged: 0, quarantined: 0 };

export async function ingest(warehouse: Warehouse, request: IngestRequest): Promise<IngestReport> {
	const asked = request.source === undefined ? null : sourceNamed(request.source);
	const files = await expand(request.inputs, asked);
	const report: IngestReport = { source: asked?.name ?? null, files: [], ...NOTHING, quarantine: [] };
	for (const [done, file] of files.entries()) {
		request.onProgress?.({ file, done, total: files.length });
		const { counts, quarantine } = await ingestFile(warehouse, file, asked ?? sourceFor(file), request.now);
		report.files.push(counts);
		report.read += counts.read;
		report.accepted += counts.accepted;
		report.unchanged += counts.unchanged;
		report.quarantined += counts.quarantined;
		report.quarantine.push(...quarantine.slice(0, QUARANTINE_SHOWN - report.quarantine.length));
		request.onProgress?.({ file, done: done + 1, total: files.length });
	}
	return report;
}

/** Files that the inputs name, in order, each once; an input that names nothing stays, to be reported. */
async function expand(inputs: readonly string[], asked: Source | null): Promise<string[]> {
	const files = new Set<string>();
	for (const input of inputs) {
		const found = statSync(input, { throwIfNoEntry: false });
		const taken = (name: string) =>
			asked ? asked.accepts(name.replace(/\.(gz|zst)$/i, '')) : sourceFor(name) !== null;
		if (found?.isDirectory()) {
			const inside = await glob('**/*', { cwd: input, absolute: true });
			for (const name of inside.filter(taken).sort()) files.add(name);
		} else if (found) {
			files.add(resolve(input));
		} else {
			const matches = await glob(input, { absolute: true });
			for (const name of matches.length ? matches.sort() : [resolve(input)]) files.add(name);
		}
	}
	return [...files];
}

async function ingestFile(
	warehouse: Warehouse,
	file: string,
	source: Source | null,
	now: string
): Promise<{ counts: FileReport; quarantine: QuarantinedRow[] }> {
	const counts: FileReport = { file, source: source?.name ?? null, bytes: 0, ...NOTHING, error: null };
	const spool = mkdtempSync(join(tmpdir(), 'plimsoll-spool-'));
	const segment = `${randomUUID()}.parquet`;
	try {
		const readable = await openFile(file, spool);
		counts.bytes = readable.bytes;
		if (!source) throw new Error(`No source reads a file of this name; name one with --source.`);
		const paths: Paths = {
			written: join(warehouse.transcripts, `${segment}.tmp`),
			segment: join(warehouse.transcripts, segment),
			quarantine: join(spool, 'quarantine.parquet')
		};
		const startedAt = new Date().toISOString();
		const quarantined = readable.empty ? 0 : await writeSegment(warehouse, source, readable, paths, now);
		const stored = await commit(warehouse, {
			source,
			file,
			bytes: readable.bytes,
			startedAt,
			segment,
			paths,
			quarantined,
			empty: readable.empty
		});
		Object.assign(counts, stored.counts);
		return { counts, quarantine: stored.quarantine };
	} catch (cause) {
		for (const name of [segment, `${segment}.tmp`])
			rmSync(join(warehouse.transcripts, name), { force: true });
		counts.error = (cause as Error).message;
		return { counts, quarantine: [] };
	} finally {
		rmSync(spool, { recursive: true, force: true });
	}
}

interface Paths {
	written: string;
	segment: string;
	quarantine: string;
}

/** Writes the segment, and the refused rows with their lines; returns how many were refused. */
function writeSegment(
	warehouse: Warehouse,
	source: Source,
	readable: ReadableFile,
	paths: Paths,
	now: string
): Promise<number> {
	const file = readable.path;
	return warehouse.withConnection(async (session) => {
		await session.run('SET VARIABLE now = $now::TIMESTAMPTZ', { now });
		// Rows are known by their place in the segment, not in the file; keeping the file's order would serialise the copy.
		await session.run('SET preserve_insertion_order = false');
		try {
			await session.run(
				`COPY (${parseSql(source.select(file), source.mayLack)}) TO $target ${SEGMENT_FORMAT}`,
				{
					file,
					target: paths.written
				}
			);
		} finally {
			await session.run('SET preserve_insertion_order = true');
		}
		const [count] = await session.all<Counts>(countSegment, { segment_file: paths.written });
		const quarantined = count?.quarantined ?? 0;
		if (quarantined > 0) {
			const numbered = `SELECT line, id, problem, raw FROM (${parseSql(source.numbered(file), source.mayLack, 'line')}) WHERE problem IS NOT NULL`;
			const found = await session
				.run(`COPY (${numbered}) TO $target (FORMAT parquet)`, { file, target: paths.quarantine })
				.then(() =>
					session.all<{ n: number }>('SELECT count(*) AS n FROM read_parquet($file)', {
						file: paths.quarantine
					})
				)
				.catch(() => []);
			if (found[0]?.n !== quarantined) {
				// Lines that can't be told apart (such as bytes that are not UTF-8): the reason is kept, the line is not.
				await session.run(
					`COPY (SELECT NULL::BIGINT AS line, id, problem, raw FROM read_parquet($file) WHERE problem IS NOT NULL) TO $target (FORMAT parquet)`,
					{ file: paths.written, target: paths.quarantine }
				);
			}
		}
		renameSync(paths.written, paths.segment);
		return quarantined;
	});
}

interface Commit {
	source: Source;
	file: string;
	bytes: number;
	startedAt: string;
	segment: string;
	paths: Paths;
	quarantined: number;
	empty: boolean;
}

async function commit(
	warehouse: Warehouse,
	{ source, file, bytes, startedAt, segment, paths, quarantined, empty }: Commit
): Promise<{ counts: Counts; quarantine: QuarantinedRow[] }> {
	const stored = await warehouse.write(async (session) => {
		const one = async (sql: string, parameters = {}) =>
			(await session.all<{ n: number }>(sql, parameters))[0]?.n ?? 0;
		const ingestId = await one(`SELECT nextval('log.ingest_ids') AS n`);
		const key = { source: source.name };
		const inSegment = { segment_file: paths.segment };
		const written = { ...key, ingest_id: ingestId };
		let counts = NOTHING;
		let conversations = 0;
		if (!empty) {
			const [count] = await session.all<{ read: number }>(countSegment, inSegment);
			await session.run(stageConversations, { ...key, ...inSegment });
			await session.run(supersedeConversations, written);
			await session.run(insertConversations, { ...written, ...inSegment, segment });
			await session.run(stageSide, { ...key, ...inSegment });
			await session.run(supersedeSide, written);
			await session.run(insertSide, written);
			conversations = await one('SELECT count(*) AS n FROM staged_conversation');
			const accepted = conversations + (await one('SELECT count(*) AS n FROM staged_side'));
			const read = count?.read ?? 0;
			counts = { read, accepted, quarantined, unchanged: read - accepted - quarantined };
		}
		let quarantine: QuarantinedRow[] = [];
		if (quarantined > 0) {
			await session.run(insertQuarantine, { ingest_id: ingestId, file, quarantine_file: paths.quarantine });
			quarantine = await session.all<QuarantinedRow>(
				'SELECT file, line, field, reason FROM log.quarantine WHERE ingest_id = $ingest_id ORDER BY line LIMIT 20',
				{ ingest_id: ingestId }
			);
		}
		await session.run(insertIngest, {
			...written,
			...counts,
			file,
			bytes,
			started_at: startedAt,
			finished_at: new Date().toISOString(),
			segment: conversations > 0 ? segment : null
		});
		return { counts, quarantine, kept: conversations > 0 };
	});
	if (!stored.kept) rmSync(paths.segment, { force: true });
	return stored;
}
