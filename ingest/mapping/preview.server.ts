/**
 * What a source would make of files, without storing any of it: the same reading and the same parser as an ingest.
 * Touches disk (a temporary folder) and the warehouse.
 */
import { AS_IT_COMES } from '../privacy.server';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { spoolFolder, type Warehouse } from '../../warehouse/warehouse.server';
import { refuseCutShort } from '../cut-short.server';
import { cutLongLines, LineTooLongError, openFile } from '../open-file.server';
import { quarantineFile, writeSegment } from '../segment.server';
import type { Source } from '../sources/index';

export interface Preview {
	read: number;
	/** Records that would go in; some may be known already. */
	good: number;
	quarantined: number;
	/** The first records as they would be stored, without what is not known. */
	records: Record<string, unknown>[];
	/** Why records would be refused, the most frequent first, each with an example. */
	reasons: {
		field: string;
		reason: string;
		records: number;
		file: string;
		line: number | null;
		raw: string | null;
	}[];
}

const SHOWN = 20;

export async function preview(
	warehouse: Warehouse,
	{ source, files, now }: { source: Source; files: readonly string[]; now: string }
): Promise<Preview> {
	const spool = spoolFolder(warehouse, 'preview');
	const paths = { segment: join(spool, 'segment.parquet'), spool };
	try {
		const opened: string[] = [];
		for (const [at, file] of files.entries()) {
			const readable = await openFile(file, join(spool, String(at)));
			if (readable.empty) continue;
			if (source.documents) await refuseCutShort(warehouse, readable.path);
			opened.push(readable.path);
		}
		if (opened.length === 0) return { read: 0, good: 0, quarantined: 0, records: [], reasons: [] };
		const write = (paths_: readonly string[]) =>
			writeSegment(warehouse, {
				source,
				files: paths_,
				paths,
				now,
				privacy: AS_IT_COMES,
				onShare: () => undefined
			});
		const quarantined = await write(opened).catch(async (cause: unknown) => {
			if (!(cause instanceof LineTooLongError)) throw cause;
			return write(await Promise.all(opened.map((path) => cutLongLines(path, spool))));
		});
		const [counts] = await warehouse.all<{ n: number }>('SELECT count(*) AS n FROM read_parquet($segment)', {
			segment: paths.segment
		});
		const shown = await warehouse.all<{ record: string }>(
			`SELECT to_json(s)::VARCHAR AS record FROM (
				SELECT * EXCLUDE (file_no, problem, version_at, content_hash)
				FROM read_parquet($segment) WHERE problem IS NULL LIMIT ${SHOWN}
			) s`,
			{ segment: paths.segment }
		);
		const reasons =
			quarantined === 0
				? []
				: await warehouse.all<Preview['reasons'][number] & { fileNo: number }>(
						`SELECT split_part(problem, ': ', 1) AS field, substr(problem, strpos(problem, ': ') + 2) AS reason,
							count(*) AS records, arg_min(file_no, line) AS file_no, min(line) AS line, arg_min(raw, line) AS raw
						FROM read_parquet($file) GROUP BY ALL ORDER BY records DESC, field, reason LIMIT ${SHOWN}`,
						{ file: quarantineFile(paths) }
					);
		const read = counts?.n ?? 0;
		return {
			read,
			good: read - quarantined,
			quarantined,
			records: shown.map(({ record }) => known(JSON.parse(record)) as Record<string, unknown>),
			reasons: reasons.map(({ fileNo, ...reason }) => ({
				...reason,
				file: basename(opened[fileNo - 1] ?? files[0] ?? '')
			}))
		};
	} finally {
		rmSync(spool, { recursive: true, force: true });
	}
}

/** Without what is null: a record has many fields, and few of them are said. */
function known(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(known);
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, one]) => one !== null && !(Array.isArray(one) && one.length === 0))
			.map(([name, one]) => [name, known(one)])
	);
}
