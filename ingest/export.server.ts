/**
 * Writes what is stored as canonical records: the way out, for a copy, a move or another tool. Touches disk and the
 * warehouse. One streaming pass of DuckDB; taken in again by the source `canonical`, every record is unchanged.
 * Refuses a source of which nothing is stored, and to mix sources in one file, because their ids may be the same.
 */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Warehouse } from '../warehouse/warehouse.server';
import { RECORD_COLUMNS } from './record-fields';
import { conversationJson, sideJson, type ExportFormat } from './record-json';
import { SEGMENT_FORMAT, showingShare } from './segment.server';
import exportLive from './sql/export-live.sql?raw';
import exportSides from './sql/export-sides.sql?raw';

export interface ExportRequest {
	/** Whose conversations; may be missing where only one source is stored. */
	source?: string | undefined;
	/** Conversations that began from here, and before there; RFC 3339. */
	from?: string | undefined;
	to?: string | undefined;
	format: ExportFormat;
	/** Where to; it appears when it is whole. A name ending in `.gz` is packed, of NDJSON. */
	target: string;
	onShare?: (share: number) => void;
}

export interface Exported {
	source: string;
	conversations: number;
	/** Ratings, audits, complaints and costs that came on their own. A table of conversations (Parquet) holds none. */
	sideRecords: number;
	/** Of the conversations: the text was deleted (retention, or on request). */
	withoutText: number;
}

/** A JSON text has no control characters, so nothing in it is taken for a delimiter. */
const LINES = `(FORMAT csv, HEADER false, DELIMITER '\u0001', QUOTE '', ESCAPE ''`;

export async function exportRecords(warehouse: Warehouse, request: ExportRequest): Promise<Exported> {
	const source = await sourceOf(warehouse, request.source);
	const { from, to, format, target, onShare } = request;
	const written = `${target}.part`;
	return warehouse.withConnection(async (session) => {
		const span = { source, from: from ?? null, to: to ?? null };
		await session.run(`CREATE OR REPLACE TEMP TABLE live AS ${exportLive}`, span);
		await session.run(`CREATE OR REPLACE TEMP TABLE sides AS ${exportSides}`, {
			source,
			whole: from === undefined && to === undefined
		});
		const segments = (
			await session.all<{ segment: string }>('SELECT DISTINCT segment FROM live ORDER BY segment')
		).map(({ segment }) => join(warehouse.transcripts, segment));
		const [counts] = await session.all<Omit<Exported, 'source'>>(
			`SELECT count(*) AS conversations, (SELECT count(*) FROM sides) AS side_records,
				count(*) FILTER (text_deleted_at IS NOT NULL) AS without_text FROM live`
		);
		const conversations = (columns: string) =>
			`SELECT ${columns} FROM read_parquet($segments, filename = true, file_row_number = true, union_by_name = true) AS s
			JOIN live ON live.segment = parse_filename(s.filename) AND live.segment_row = s.file_row_number`;
		const empty = segments.length === 0;
		const copy = (rows: string, how: string) =>
			showingShare(session, onShare, () =>
				session.run(`COPY (${rows}) TO $target ${how}`, { ...(!empty && { segments }), target: written })
			);
		try {
			if (format === 'parquet') {
				const columns = RECORD_COLUMNS.map((name) => `s."${name}"`).join(', ');
				await copy(empty ? 'SELECT 1 AS id WHERE false' : conversations(columns), SEGMENT_FORMAT);
			} else {
				const lines = [
					...(empty ? [] : [conversations(`${conversationJson('s')} AS line`)]),
					`SELECT ${sideJson('sides')} AS line FROM sides`
				].join(' UNION ALL ');
				const packed = target.endsWith('.gz') ? ', COMPRESSION gzip' : '';
				await copy(lines, `${LINES}${packed})`);
			}
			renameSync(written, target);
		} catch (cause) {
			rmSync(written, { force: true });
			throw cause;
		} finally {
			await session.run('DROP TABLE live');
			await session.run('DROP TABLE sides');
		}
		return {
			source,
			conversations: counts?.conversations ?? 0,
			sideRecords: format === 'parquet' ? 0 : (counts?.sideRecords ?? 0),
			withoutText: counts?.withoutText ?? 0
		};
	});
}

async function sourceOf(warehouse: Warehouse, asked: string | undefined): Promise<string> {
	const stored = (
		await warehouse.all<{ source: string }>('SELECT DISTINCT source FROM log.conversation ORDER BY source')
	).map(({ source }) => source);
	const [only] = stored;
	if (only === undefined)
		throw new RangeError('No conversation is stored yet. Take some in with: plimsoll ingest FILE');
	if (asked === undefined && stored.length === 1) return only;
	if (asked === undefined)
		throw new RangeError(`Conversations of ${stored.join(', ')} are stored. Name one of them as the source.`);
	if (!stored.includes(asked))
		throw new RangeError(
			`No conversation of the source "${asked}" is stored; there are ${stored.join(', ')}.`
		);
	return asked;
}
