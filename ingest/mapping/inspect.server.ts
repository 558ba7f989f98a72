/**
 * Looks into a file that no source is known for: what it is, its columns (or JSON places) and what stands in them.
 * Touches disk and the warehouse; stores nothing.
 */
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { spoolFolder, type Session, type Warehouse } from '../../warehouse/warehouse.server';
import { openFile, UnreadableFileError } from '../open-file.server';
import CELLS from './cells.sql?raw';
import type { Mapping } from './mapping';

export interface Column {
	/** Name of the column, or JSON path within a row. */
	name: string;
	/** Rows that have it, and values in all: more than one a row within a list. */
	rows: number;
	n: number;
	distinct: number;
	/** The most frequent values, cut to 80 characters. */
	examples: string[];
	/** Up to 300 different values, for guesses about how they are written. */
	spread: string[];
	/** Mean length in characters. */
	length: number;
}

export interface Inspection {
	file: string;
	format: Mapping['read']['format'];
	delimiter?: string;
	quote?: string;
	/** Rows looked at: the first ones of the file. */
	rows: number;
	columns: Column[];
}

const ROWS_LOOKED_AT = { table: 20_000, documents: 2_000 };

/** Lists that hold the records of a document, by the names that exports give them. */
const WRAPPERS = [
	'tickets',
	'conversations',
	'records',
	'results',
	'data',
	'items',
	'simulations',
	'chats',
	'sessions',
	'issues',
	'rows'
];

export async function inspect(
	warehouse: Warehouse,
	file: string
): Promise<Inspection & { records?: string }> {
	const spool = spoolFolder(warehouse, 'inspect');
	try {
		const opened = await openFile(file, spool);
		if (opened.empty) throw new UnreadableFileError('The file is empty.');
		const name = basename(file).replace(/\.(gz|zst)$/i, '');
		return await warehouse.withConnection(async (session) => {
			const kind = await formatOf(session, name, opened.path);
			const flat = kind.format === 'csv' || kind.format === 'tsv' || kind.format === 'parquet';
			await session.run(
				`CREATE OR REPLACE TEMP TABLE sample_row AS
				SELECT row, row_number() OVER () AS number FROM (${kind.rows}) WHERE json_type(row) = 'OBJECT' LIMIT ${flat ? ROWS_LOOKED_AT.table : ROWS_LOOKED_AT.documents}`,
				{ file: opened.path, ...kind.values }
			);
			const [counted] = await session.all<{ n: number }>('SELECT count(*) AS n FROM sample_row');
			const cells = await session.all<Omit<Column, 'name'> & { place: string }>(CELLS);
			await session.run('DROP TABLE sample_row');
			if (!counted?.n || cells.length === 0) {
				throw new UnreadableFileError(
					'No rows were found in the file. Is it a table (CSV, TSV, Parquet), JSON, or JSON lines?'
				);
			}
			return {
				file: basename(file),
				format: kind.format,
				...(kind.delimiter !== undefined && { delimiter: kind.delimiter }),
				...(kind.quote !== undefined && { quote: kind.quote }),
				...(kind.records !== undefined && { records: kind.records }),
				rows: counted.n,
				columns: cells.map(({ place, ...cell }) => ({
					name: flat || /^\$\.[A-Za-z_]\w*$/.test(place) ? place.slice(2) : place,
					...cell
				}))
			};
		});
	} finally {
		rmSync(spool, { recursive: true, force: true });
	}
}

interface Kind {
	format: Inspection['format'];
	/** Relation with the column `row`, JSON; reads `$file`. */
	rows: string;
	values: Record<string, string>;
	delimiter?: string;
	quote?: string;
	records?: string;
}

async function formatOf(session: Session, name: string, file: string): Promise<Kind> {
	if (/\.parquet$/i.test(name))
		return { format: 'parquet', rows: 'SELECT to_json(t) AS row FROM read_parquet($file) t', values: {} };
	const [head] = await session.all<{ head: string }>(
		`SELECT left(content, 65536) AS head FROM read_text($file)`,
		{ file }
	);
	const start = head?.head.trimStart() ?? '';
	if (start.startsWith('{') || start.startsWith('[')) {
		const [whole] = await session.all<{ valid: boolean; wrapper: string | null; kind: string | null }>(
			`SELECT valid, CASE WHEN valid THEN json_type(content::JSON) END AS kind,
				CASE WHEN valid THEN list_filter($wrappers::VARCHAR[], lambda w: json_array_length(content::JSON, '$.' || w) > 0)[1] END AS wrapper
			FROM (SELECT content, json_valid(content) AS valid FROM read_text($file))`,
			{ file, wrappers: WRAPPERS }
		);
		if (!whole?.valid)
			return {
				format: 'ndjson',
				rows: `SELECT json AS row FROM read_ndjson_objects($file, ignore_errors = true) WHERE json IS NOT NULL`,
				values: {}
			};
		const records = whole.kind === 'OBJECT' && whole.wrapper !== null ? `$.${whole.wrapper}[*]` : undefined;
		return {
			format: 'json',
			rows: records
				? `SELECT unnest(json_extract(content::JSON, $records)) AS row FROM read_text($file)`
				: `SELECT unnest(CASE json_type(content::JSON) WHEN 'ARRAY' THEN content::JSON->'$[*]' ELSE [content::JSON] END) AS row FROM read_text($file)`,
			values: records ? { records } : {},
			...(records && { records })
		};
	}
	const [sniffed] = await session.all<{ delimiter: string; quote: string }>(
		'SELECT "Delimiter" AS delimiter, "Quote" AS quote FROM sniff_csv($file, all_varchar = true, header = true, ignore_errors = true)',
		{ file }
	);
	const delimiter = sniffed?.delimiter === '\\t' ? '\t' : (sniffed?.delimiter ?? ',');
	// A table in which the sniffer met no quote may well have one further down.
	const quote = sniffed?.quote.length === 1 ? sniffed.quote : '"';
	const table = `read_csv($file, all_varchar = true, header = true, delim = $delimiter, quote = $quote, escape = $quote, nullstr = '', null_padding = true, strict_mode = false, ignore_errors = true, max_line_size = 33554432, parallel = false)`;
	return {
		format: delimiter === '\t' ? 'tsv' : 'csv',
		rows: `SELECT to_json(t) AS row FROM ${table} t`,
		values: { delimiter, quote },
		...(delimiter !== ',' && delimiter !== '\t' && { delimiter }),
		...(quote !== '"' && { quote })
	};
}
