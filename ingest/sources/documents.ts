/**
 * How JSON deliveries are read, for the sources that take them: a document, a list, a page of an API that holds a
 * list, a list of such pages, or lines of any of these. Pure.
 */
import { LONGEST_LINE_BYTES } from '../limits';

/** Name without the suffix of its packing. */
export const bare = (fileName: string) => fileName.replace(/\.(gz|zst)$/i, '').toLowerCase();

export const isLines = (fileName: string) => /\.(ndjson|jsonl)$/.test(bare(fileName));
export const isJson = (fileName: string) => /\.(json|ndjson|jsonl)$/.test(bare(fileName));

const BLANK = String.raw`E' \t\r\n'`;

/** Whole files: each is one document, or lines of documents when it is not JSON as a whole. */
const TEXT = `SELECT file_no, line, raw, CASE WHEN json_valid(raw) THEN raw::JSON END AS doc, whole FROM (
	SELECT file_no, whole, unnest(parts) AS raw, generate_subscripts(parts, 1) AS line FROM (
		SELECT file_no, whole, CASE WHEN whole THEN [content] ELSE string_split(content, chr(10)) END AS parts FROM (
			SELECT list_position($files, filename) AS file_no, content, json_valid(content) AS whole FROM read_text($files))))
	WHERE trim(raw, ${BLANK}) <> ''`;

/** Lines as they stream in; nothing is held. Their numbers are not known. */
const STREAM = `SELECT list_position($files, filename) AS file_no, NULL::BIGINT AS line, NULL::VARCHAR AS raw, json AS doc, false AS whole
	FROM read_ndjson_objects($files, filename = true, ignore_errors = true, maximum_object_size = ${LONGEST_LINE_BYTES})`;

/**
 * Relation with one row an entry: `entry` (JSON, or null where a line is none), `raw` as delivered, `file_no` and
 * `line` (of the file; the position in the list where the file is one document).
 * `lists` are the paths under which a page holds its list, such as `$.conversations`.
 * `single`: condition on `doc` under which a list is one record and not a list of records; `record`: condition on
 * `page` under which an object with such a list is a record all the same.
 */
export function entries(
	how: { fileName: string; numbered: boolean; whole?: boolean },
	lists: readonly string[],
	single = 'false',
	record = 'false'
): string {
	const documents = isLines(how.fileName) && !how.numbered && !how.whole ? STREAM : TEXT;
	const pages = lists.map((path) => `WHEN json_type(page, '${path}') = 'ARRAY' THEN page->'${path}[*]'`);
	const opened =
		pages.length > 0 ? `CASE WHEN ${record} THEN [page] ${pages.join(' ')} ELSE [page] END` : '[page]';
	return `SELECT file_no, CASE WHEN whole THEN row_number() OVER (PARTITION BY file_no ORDER BY line, place, position) ELSE line END AS line,
		entry, coalesce(CASE WHEN whole OR raw IS NULL THEN entry::VARCHAR END, raw) AS raw
	FROM (
		SELECT file_no, line, raw, whole, place, unnest(items) AS entry, generate_subscripts(items, 1) AS position FROM (
			SELECT file_no, line, raw, whole, place, ${opened} AS items FROM (
				SELECT file_no, line, raw, whole, unnest(pages) AS page, generate_subscripts(pages, 1) AS place FROM (
					SELECT *, CASE WHEN json_type(doc) = 'ARRAY' AND NOT coalesce(${single}, false) THEN doc->'$[*]' ELSE [doc] END AS pages FROM (${documents})))))`;
}
