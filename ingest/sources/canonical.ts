/**
 * Plimsoll's own record as NDJSON (.ndjson, .jsonl), CSV (dotted columns for nested values, JSON text for lists)
 * or Parquet; Arrow comes as lines that were made of it. Pure.
 */
import { LONGEST_LINE_BYTES } from '../limits';
import { CONVERSATION_FIELDS, LINE_FIELDS, type Fields } from '../record-fields';
import type { Source } from './source';

const bare = (fileName: string) => fileName.replace(/\.(gz|zst)$/i, '').toLowerCase();

/** JSON object of a flat row: groups from their dotted columns, lists parsed where they are JSON. */
function nested(fields: Fields, prefix = ''): string {
	const pairs = Object.entries(fields).map(([name, field]) => {
		const cell = `(flat->>'$."${prefix}${name}"')`;
		if (field.kind === 'object') {
			const cells = Object.keys(field.fields).map((inner) => `(flat->>'$."${prefix}${name}.${inner}"')`);
			return `'${name}', CASE WHEN coalesce(${cells.join(', ')}) IS NOT NULL THEN ${nested(field.fields, `${prefix}${name}.`)} END`;
		}
		if (field.kind === 'list' || field.kind === 'words' || field.kind === 'json') {
			return `'${name}', CASE WHEN json_valid(${cell}) THEN ${cell}::JSON ELSE to_json(${cell}) END`;
		}
		return `'${name}', ${cell}`;
	});
	return `json_object(${pairs.join(', ')})`;
}

const CSV_JSON = nested({ ...LINE_FIELDS, ...CONVERSATION_FIELDS });

/** No column is known beforehand and no cell is guessed: everything is text until the parser casts it. */
const CSV = `read_csv($files, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', null_padding = true, strict_mode = false, max_line_size = 33554432, parallel = false)`;

export const canonical: Source = {
	name: 'canonical',
	title: 'Plimsoll records',
	description: 'Conversations and side records as NDJSON, CSV with dotted columns, Parquet, or Arrow.',
	accepts: (fileName) => /\.(ndjson|jsonl|csv|parquet|arrow|arrows|feather)$/i.test(bare(fileName)),
	recognises: (head) =>
		(/"messages"\s*:/.test(head) && /"role"\s*:\s*"(customer|bot|agent)"/.test(head)) ||
		/"record"\s*:\s*"/.test(head) ||
		/^(PAR1|ARROW1|\uFFFD{4})/.test(head) ||
		/^[^\n{]*\b(customer_id|conversation_id)\b/.test(head),
	mayLack: [],
	batches: (fileName) => /\.(ndjson|jsonl)(\.gz)?$/i.test(fileName),
	select(fileName) {
		const name = bare(fileName);
		if (name.endsWith('.csv')) {
			return `SELECT ${CSV_JSON}::VARCHAR AS json, 1 AS file_no FROM (SELECT to_json(c) AS flat FROM ${CSV} c)`;
		}
		if (name.endsWith('.parquet'))
			return `SELECT to_json(c)::VARCHAR AS json, 1 AS file_no FROM read_parquet($files) c`;
		return `SELECT json::VARCHAR AS json, list_position($files, filename) AS file_no FROM read_ndjson_objects($files, filename = true, ignore_errors = true, maximum_object_size = ${LONGEST_LINE_BYTES})`;
	},
	numbered(fileName) {
		const name = bare(fileName);
		if (name.endsWith('.csv') || name.endsWith('.parquet')) {
			return `SELECT json, file_no, row_number() OVER () ${name.endsWith('.csv') ? '+ 1' : ''} AS line, json AS raw FROM (${this.select(fileName)})`;
		}
		// Split by hand: read_csv skips blank lines, and the numbers would be off. Runs only when rows were refused.
		return `SELECT CASE WHEN json_valid(line) THEN line END AS json, line AS raw, list_position($files, filename) AS file_no, number AS line FROM (
			SELECT filename, unnest(parts) AS line, generate_subscripts(parts, 1) AS number
			FROM (SELECT filename, string_split(content, chr(10)) AS parts FROM read_text($files))
		) WHERE trim(line, E' \\t\\r') <> ''`;
	}
};
