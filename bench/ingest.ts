/**
 * Ingest against bare DuckDB on one file: `ingest()` with validation, quarantine, versions and transcripts beside
 * `CREATE TABLE AS SELECT * FROM read_json(...)` with the same fields typed and none of that. Also many small
 * files, and one more day on top. Touches a temporary folder.
 */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { writeBenchFile } from '../fixtures/bench-file.server';
import { ingest } from '../ingest/ingest.server';
import { CONVERSATION_FIELDS, type Field, type Fields } from '../ingest/record-fields';
import { openWarehouse } from '../warehouse/warehouse.server';
import { alternate, line, measure, median, type Benchmark, type Part } from './benchmark';

const NOW = '2030-01-01T00:00:00Z';
const SMALL_FILES = 1000;
const SMALL_FILE_RECORDS = 10;

const LEAF_TYPES: Record<string, string> = {
	time: 'TIMESTAMPTZ',
	number: 'DOUBLE',
	integer: 'BIGINT',
	boolean: 'BOOLEAN',
	words: 'VARCHAR[]',
	json: 'JSON'
};

/** DuckDB type of a field; lists are lists of structures. */
function typeOf(field: Field): string {
	if (field.kind !== 'object' && field.kind !== 'list') return LEAF_TYPES[field.kind] ?? 'VARCHAR';
	const inner = Object.entries(field.fields).map(([name, one]) => `"${name}" ${typeOf(one)}`);
	return `STRUCT(${inner.join(', ')})${field.kind === 'list' ? '[]' : ''}`;
}

const columnsOf = (fields: Fields) =>
	`{${Object.entries(fields)
		.map(([name, field]) => `'${name}': '${typeOf(field)}'`)
		.join(', ')}}`;

const bare: Part = async ({ file, database }, clock) => {
	const instance = await DuckDBInstance.create(database!);
	const connection = await instance.connect();
	return clock(async () => {
		await connection.run(
			`CREATE TABLE conversation AS SELECT * FROM read_json('${file}', format = 'newline_delimited', columns = ${columnsOf(CONVERSATION_FIELDS)})`
		);
		const read = await connection.runAndReadAll('SELECT count(*)::INTEGER FROM conversation');
		connection.closeSync();
		instance.closeSync();
		return read.getRows()[0]?.[0];
	});
};

/** Opening is outside the clock on both sides, closing (and its checkpoint) inside. */
const product: Part = async ({ inputs, database }, clock) => {
	const warehouse = await openWarehouse(database!);
	return clock(async () => {
		const report = await ingest(warehouse, { inputs: [inputs!], source: undefined, now: NOW });
		await warehouse.close();
		const broken = report.files.find((file) => file.error !== null);
		if (broken) throw new Error(broken.error ?? '');
		return report.accepted;
	});
};

export const ingestBenchmark: Benchmark = {
	name: 'ingest',
	title: 'files into the database, against bare DuckDB',
	parts: { bare, ingest: product, again: product, small: product },
	async run({ folder, conversations, repeats }) {
		const file = join(folder, 'conversations.ndjson');
		await writeBenchFile(file, conversations);
		const bytes = statSync(file).size;
		console.log(
			`  ${conversations.toLocaleString('en')} conversations of 8 messages, ${(bytes / 1e6).toFixed(0)} MB (${(bytes / conversations).toFixed(0)} bytes each)`
		);
		let round = 0;
		let last = '';
		const fresh = () => (last = join(folder, `${round++}.duckdb`));
		const found = await alternate('ingest', repeats, {
			bare: () => ({ file, database: fresh() }),
			ingest: () => ({ inputs: file, database: fresh() })
		});
		for (const one of [...found['bare']!, ...found['ingest']!]) {
			if (one.found !== conversations) throw new Error(`${one.found} rows instead of ${conversations}.`);
		}
		const seconds = (part: string) => median(found[part]!.map((one) => one.seconds));
		console.log(line('bare DuckDB, create table from read_json', found['bare']!));
		console.log(line('ingest()', found['ingest']!));
		console.log(
			`  ratio ingest / bare: ${(seconds('ingest') / seconds('bare')).toFixed(2)} (aim: at most 1.00)`
		);
		console.log(
			line('the same file again (all unchanged)', [
				await measure('ingest', 'again', { inputs: file, database: last })
			])
		);

		const small = join(folder, 'small');
		mkdirSync(small);
		for (let at = 0; at < SMALL_FILES; at++) {
			await writeBenchFile(join(small, `${at}.ndjson`), SMALL_FILE_RECORDS, at * SMALL_FILE_RECORDS);
		}
		console.log(
			line(`${SMALL_FILES} files of ${SMALL_FILE_RECORDS} records`, [
				await measure('ingest', 'small', { inputs: small, database: fresh() })
			])
		);
	}
};
