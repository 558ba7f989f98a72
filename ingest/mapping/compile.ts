/**
 * A mapping compiled to a source: one SQL relation that turns the rows of a table into canonical JSON text. Pure.
 *
 * Nothing of a mapping becomes SQL text: values, paths, formats and zones are bound, and the names of columns are
 * quoted. Each row is one JSON object `e`; the rows of an event log are a list of them, in their order.
 * A value that can't be read as what its field needs goes on as it is, and the parser refuses the record with a reason.
 */
import type { Parameter } from '../../warehouse/parameters';
import type { Session } from '../../warehouse/warehouse.server';
import { LONGEST_LINE_BYTES } from '../limits';
import type { Field, Fields, Leaf } from '../record-fields';
import type { Source } from '../sources/source';
import {
	cellsOf,
	KINDS,
	wholeOf,
	type Cell,
	type Condition,
	type ListMapping,
	type Mapping,
	type TimeReading,
	type WholeCell
} from './mapping';

/** Collects what is bound; each value has one name however often it is used. */
class Values {
	readonly bound: Record<string, Parameter> = {};
	#names = new Map<string, string>();

	bind(value: string | number | readonly string[]): string {
		const key = JSON.stringify(value);
		let name = this.#names.get(key);
		if (!name) {
			name = `m${this.#names.size + 1}`;
			this.#names.set(key, name);
			this.bound[name] = value;
		}
		return `$${name}`;
	}
}

interface Place {
	column?: string | undefined;
	path?: string | undefined;
	file?: true | undefined;
}

const FILE_NAME = 'parse_filename(filename, true)';
/** Key under which a row carries the name of its file. */
const FILE = 'file of the record';

const quotedName = (name: string) => `"${name.replaceAll('"', '""')}"`;
const TABLES = new Set(['csv', 'tsv', 'parquet']);

/** What an expression stands on: a row, an item of a list, or the rows of an episode. */
type Ground = { kind: 'object'; sql: string } | { kind: 'rows'; sql: string };

class Compiler {
	readonly values = new Values();
	readonly #columns = new Map<string, string>();
	#usesFile = false;

	constructor(readonly mapping: Mapping) {}

	/** Columns of the table that the mapping names, in the order in which it first does. */
	get columns(): readonly string[] {
		return [...this.#columns.keys()];
	}

	get table(): boolean {
		return TABLES.has(this.mapping.read.format);
	}

	/** JSON path of a place in the row or item; columns of a table have names of our own. */
	#pathOf(column: string | undefined, item: boolean): string {
		if (column === undefined) return '$';
		if (this.table && !item) {
			if (!this.#columns.has(column)) this.#columns.set(column, `c${this.#columns.size}`);
			return `$.${this.#columns.get(column)}`;
		}
		return column.startsWith('$') ? column : `$."${column}"`;
	}

	/** JSON at a place; what a column of a table holds is parsed first when a path leads into it. */
	#json(e: string, place: Place, item: boolean): string {
		if (place.path === undefined)
			return `json_extract(${e}, ${this.values.bind(this.#pathOf(place.column, item))})`;
		if (place.column === undefined) return `json_extract(${e}, ${this.values.bind(place.path)})`;
		const held = `json_extract_string(${e}, ${this.values.bind(this.#pathOf(place.column, item))})`;
		return `json_extract(CASE WHEN json_valid(${held}) THEN ${held}::JSON END, ${this.values.bind(place.path)})`;
	}

	/** Text at a place; null where it is missing. */
	text(e: string, place: Place, item: boolean): string {
		if (place.file) {
			this.#usesFile = true;
			return `json_extract_string(${e}, '$."${FILE}"')`;
		}
		const found =
			place.column !== undefined && place.path !== undefined
				? `(${this.#json(e, place, item)} ->> '$')`
				: `json_extract_string(${e}, ${this.values.bind(place.path ?? this.#pathOf(place.column, item))})`;
		const nothing = [...new Set([...this.mapping.read.null_values, ''])];
		return nothing.length === 1
			? `nullif(${found}, '')`
			: `CASE WHEN NOT list_contains(${this.values.bind(nothing)}::VARCHAR[], ${found}) THEN ${found} END`;
	}

	condition(e: string, given: Condition | readonly Condition[], item: boolean): string {
		const all = (Array.isArray(given) ? given : [given]) as readonly Condition[];
		return `(${all
			.flatMap((one) => {
				const value = this.text(e, one, item);
				const list = (words: string | string[]) =>
					this.values.bind(Array.isArray(words) ? words : [words]) + '::VARCHAR[]';
				const parts: string[] = [];
				if (one.is !== undefined) parts.push(`coalesce(list_contains(${list(one.is)}, ${value}), false)`);
				if (one.is_not !== undefined)
					parts.push(`NOT coalesce(list_contains(${list(one.is_not)}, ${value}), false)`);
				if (one.begins !== undefined)
					parts.push(
						`coalesce(len(list_filter(${list(one.begins)}, lambda b: starts_with(${value}, b))) > 0, false)`
					);
				if (one.present !== undefined) parts.push(`(${value} IS NOT NULL) = ${one.present}`);
				if (one.above !== undefined)
					parts.push(`coalesce(try_cast(${value} AS DOUBLE) > ${this.values.bind(one.above)}, false)`);
				return parts.length > 0 ? parts : ['true'];
			})
			.join(' AND ')})`;
	}

	/** Text of a cell on one row or item. */
	#onObject(e: string, cell: WholeCell, field: Field, item: boolean): string {
		const bare = (): string => {
			if (cell.constant !== undefined) return this.values.bind(cell.constant);
			if (cell.if !== undefined) {
				const [yes, no] = [cell.then, cell.else].map((word) =>
					word === undefined ? 'NULL' : this.values.bind(word)
				);
				return `CASE WHEN ${this.condition(e, cell.if, item)} THEN ${yes} ELSE ${no} END`;
			}
			if (cell.first_of !== undefined)
				return `coalesce(${cell.first_of
					.map((one) => this.text(e, typeof one === 'string' ? { column: one } : one, item))
					.join(', ')}, NULL)`;
			return this.text(e, cell, item);
		};
		let value = bare();
		if (cell.values !== undefined) value = this.#translated(value, cell);
		if (cell.html) value = plainText(value);
		if (field.kind === 'time') value = this.#time(value, { ...this.mapping.time, ...cell.time });
		else if (field.kind === 'number' || field.kind === 'integer') value = this.#number(value, cell, field);
		else if (field.kind === 'boolean') value = `lower(${value})`;
		if (cell.prefix !== undefined) value = `${this.values.bind(cell.prefix)} || ${value}`;
		return cell.when === undefined
			? value
			: `CASE WHEN ${this.condition(e, cell.when, item)} THEN ${value} END`;
	}

	#translated(value: string, { values = {}, otherwise }: WholeCell): string {
		const words = Object.entries(values);
		const from = this.values.bind(words.map(([word]) => word));
		// A null can't stand in a bound list of texts; an empty text stands for it, which no word is.
		const to = this.values.bind(words.map(([, word]) => word ?? ''));
		const rest = otherwise === undefined ? value : otherwise === null ? 'NULL' : this.values.bind(otherwise);
		return `CASE WHEN ${value} IS NULL THEN NULL WHEN list_contains(${from}::VARCHAR[], ${value}) THEN nullif((${to}::VARCHAR[])[list_position(${from}::VARCHAR[], ${value})], '') ELSE ${rest} END`;
	}

	/** RFC 3339 in UTC; a text that is none of what was said stays as it is. */
	#time(value: string, { formats, zone, unit }: TimeReading): string {
		const utc = (instant: string) => `strftime(timezone('UTC', ${instant}), '%Y-%m-%dT%H:%M:%S.%fZ')`;
		const said: string[] = [];
		if (unit !== undefined) {
			const scale = unit === 'seconds' ? 1_000_000 : 1000;
			said.push(utc(`make_timestamptz(round(try_cast(${value} AS DECIMAL(24, 6)) * ${scale})::BIGINT)`));
		}
		if (zone !== undefined) {
			const local = (stamp: string) => utc(`timezone(${this.values.bind(zone)}, ${stamp})`);
			if (formats !== undefined)
				said.push(local(`try_strptime(${value}, ${this.values.bind(formats)}::VARCHAR[])::TIMESTAMP`));
			else {
				// Two-digit years and the like need a format; ISO needs none.
				const iso = `regexp_matches(${value}, '^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?)?$')`;
				said.push(local(`CASE WHEN ${iso} THEN try_cast(${value} AS TIMESTAMP) END`));
			}
		}
		return said.length === 0 ? value : `coalesce(${said.join(', ')}, ${value})`;
	}

	#number(value: string, cell: WholeCell, field: Leaf | Field): string {
		const plain = cell.decimal_comma ? `replace(replace(${value}, '.', ''), ',', '.')` : value;
		if (cell.multiply === undefined) return plain;
		const product = `try_cast(${plain} AS DECIMAL(18, 6)) * ${this.values.bind(String(cell.multiply))}::DECIMAL(18, 6)`;
		const text =
			field.kind === 'integer'
				? `CASE WHEN ${product} = trunc(${product}) THEN (${product})::HUGEINT::VARCHAR ELSE (${product})::VARCHAR END`
				: `(${product})::DOUBLE::VARCHAR`;
		return `CASE WHEN ${value} IS NOT NULL THEN coalesce(${text}, 'no number: ' || ${value}) END`;
	}

	/** Text of a cell on whatever the record stands on. */
	#cell(ground: Ground, given: Cell, field: Field, item: boolean): string {
		const cell = wholeOf(given);
		if (cell.group !== undefined) return cell.group === 'key' ? 'group_key' : 'group_episode';
		if (cell.in !== undefined) {
			const { in: place, ...rest } = cell;
			return this.#cell({ kind: 'rows', sql: this.#listAt(ground, place) }, rest, field, true);
		}
		if (ground.kind === 'object') return this.#onObject(ground.sql, cell, field, item);
		if (cell.constant !== undefined) return this.#onObject("'{}'::JSON", cell, field, item);
		const all = `list_transform(${ground.sql}, lambda e: ${this.#onObject('e', cell, field, item)})`;
		if (cell.take === 'last') return `${all}[-1]`;
		const known = `list_filter(${all}, lambda v: v IS NOT NULL)`;
		if (cell.take === 'first') return `${known}[1]`;
		if (cell.take !== 'min' && cell.take !== 'max') return `${known}[-1]`;
		const sorted =
			field.kind === 'number' || field.kind === 'integer'
				? `list_transform(${known}, lambda v: try_cast(v AS DOUBLE))`
				: known;
		const best = `list_${cell.take}(${sorted})`;
		return field.kind === 'integer' ? `${best}::BIGINT::VARCHAR` : `${best}::VARCHAR`;
	}

	#words(ground: Ground, given: Record<string, Condition | Condition[]>): string {
		const holds = (condition: Condition | Condition[]) =>
			ground.kind === 'object'
				? this.condition(ground.sql, condition, false)
				: `len(list_filter(${ground.sql}, lambda e: ${this.condition('e', condition, false)})) > 0`;
		const parts = Object.entries(given).map(
			([word, condition]) => `CASE WHEN ${holds(condition)} THEN ${this.values.bind(word)} END`
		);
		return `list_filter([${parts.join(', ')}], lambda w: w IS NOT NULL)`;
	}

	#items(ground: Ground, { from, when, ...cells }: ListMapping, fields: Fields): string {
		const over = from ?? (ground.kind === 'rows' ? 'rows' : 'row');
		const nested = typeof over === 'object';
		const objects = nested
			? this.#listAt(ground, over)
			: ground.kind === 'rows'
				? over === 'rows'
					? ground.sql
					: `[${ground.sql}[-1]]`
				: `[${ground.sql}]`;
		const kept =
			when === undefined
				? objects
				: `list_filter(${objects}, lambda i: ${this.condition('i', when as Condition, nested)})`;
		const item: Ground = { kind: 'object', sql: 'i' };
		return `list_transform(${kept}, lambda i: ${this.#object(item, cells, fields, nested)})`;
	}

	#listAt(ground: Ground, { column, path }: Place): string {
		const place = { column, path: path?.replace(/\[\*\]$/, '') };
		const list = (e: string) => `coalesce(json_extract(${this.#json(e, place, false)}, '$[*]'), [])`;
		return ground.kind === 'object'
			? list(ground.sql)
			: `flatten(list_transform(${ground.sql}, lambda e: ${list('e')}))`;
	}

	#list(ground: Ground, given: ListMapping | ListMapping[], fields: Fields): string {
		const lists = (Array.isArray(given) ? given : [given]).map((one) => this.#items(ground, one, fields));
		const all = lists.length === 1 ? lists[0]! : `flatten([${lists.join(', ')}])`;
		if (!('at' in fields)) return all;
		const keyed = `list_transform(${all}, lambda i, place: {'at': try_cast(i->>'$.at' AS TIMESTAMPTZ), 'place': place, 'i': i})`;
		// Put in order of time where every item has one; otherwise the order of the file is all there is.
		return `CASE WHEN len(list_filter(${all}, lambda i: i->>'$.at' IS NULL)) = 0 THEN list_transform(list_sort(${keyed}), lambda k: k.i) ELSE ${all} END`;
	}

	#object(ground: Ground, given: Record<string, unknown>, fields: Fields, item: boolean): string {
		const pairs = Object.entries(given)
			.filter(([, value]) => value !== undefined)
			.map(([name, value]) => {
				const field = fields[name]!;
				if (field.kind === 'object') {
					const inner = value as Record<string, unknown>;
					const leaves = Object.entries(inner)
						.filter(([one, cell]) => cell !== undefined && field.fields[one]!.kind !== 'words')
						.filter(([, cell]) => wholeOf(cell as Cell).constant === undefined)
						.map(([one, cell]) => this.#cell(ground, cell as Cell, field.fields[one]!, item));
					const object = this.#object(ground, inner, field.fields, item);
					// A group of which nothing is known but our own constants is not there at all.
					return `'${name}', ${leaves.length === 0 ? object : `CASE WHEN coalesce(${leaves.join(', ')}, NULL) IS NOT NULL THEN ${object} END`}`;
				}
				if (field.kind === 'list')
					return `'${name}', ${this.#list(ground, value as ListMapping, field.fields)}`;
				if (field.kind === 'words')
					return `'${name}', ${this.#words(ground, value as Record<string, Condition>)}`;
				return `'${name}', ${this.#cell(ground, value as Cell, field, item)}`;
			});
		return `json_object(${pairs.join(', ')})`;
	}

	record(): string {
		const { kind, record, group } = this.mapping;
		const ground: Ground = group ? { kind: 'rows', sql: 'rows' } : { kind: 'object', sql: 'row' };
		const cells = this.#object(ground, record, KINDS[kind], false);
		return kind === 'conversation'
			? cells
			: cells.replace('json_object(', `json_object('record', '${kind}', `);
	}

	/**
	 * Rows of the files as JSON: `row`, `file_no`, and, where it is asked for, `place` within the file and `raw` as
	 * delivered. Lines are numbered only then: it keeps the reader from working side by side.
	 */
	rows(placed: boolean): string {
		const { read } = this.mapping;
		const fileNo = 'list_position($files, filename)::INTEGER AS file_no';
		if (this.table) {
			const table =
				read.format === 'parquet'
					? 'read_parquet($files, filename = true, file_row_number = true)'
					: `read_csv($files, filename = true, all_varchar = true, header = true, delim = ${this.values.bind(delimiterOf(this.mapping))}, quote = ${this.values.bind(read.quote ?? '"')}, escape = ${this.values.bind(read.quote ?? '"')}, nullstr = '', null_padding = true, strict_mode = false, max_line_size = 33554432, parallel = false)`;
			const place =
				read.format === 'parquet' ? 'file_row_number + 1' : 'row_number() OVER (PARTITION BY filename) + 1';
			const cells = [...this.#columns].map(([name, key]) => `'${key}', t.${quotedName(name)}`);
			if (this.#usesFile) cells.push(`'${FILE}', ${FILE_NAME}`);
			return `SELECT json_object(${cells.join(', ')}) AS row, ${fileNo}${placed ? `, ${place} AS place, json_object(${[...this.#columns.keys()].map((name) => `${this.values.bind(name)}, t.${quotedName(name)}`).join(', ')})::VARCHAR AS raw` : ''} FROM ${table} t`;
		}
		const named = (row: string) =>
			this.#usesFile ? `json_merge_patch(${row}, json_object('${FILE}', ${FILE_NAME}))` : row;
		if (read.format === 'ndjson') {
			const lines = placed
				? `SELECT CASE WHEN json_valid(line) THEN line::JSON END AS content, line AS raw, filename, ${fileNo}, number AS place FROM (
	SELECT filename, unnest(parts) AS line, generate_subscripts(parts, 1) AS number
	FROM (SELECT filename, string_split(content, chr(10)) AS parts FROM read_text($files))
) WHERE trim(line, E' \\t\\r') <> ''`
				: `SELECT json AS content, filename, ${fileNo} FROM read_ndjson_objects($files, filename = true, ignore_errors = true, maximum_object_size = ${LONGEST_LINE_BYTES})`;
			return `SELECT ${named('row')} AS row, file_no${placed ? ', place, raw' : ''} FROM (SELECT ${this.#records()} AS row, * FROM (${lines}))`;
		}
		return `SELECT ${named('row')} AS row, file_no${placed ? ', row_number() OVER (PARTITION BY file_no) AS place, row::VARCHAR AS raw' : ''} FROM (
	SELECT ${this.#records()} AS row, filename, file_no FROM (SELECT content::JSON AS content, filename, ${fileNo} FROM read_text($files))
)`;
	}

	/** The records of a document: at the place that was said, else the items of a list, else the document itself. */
	#records(): string {
		const { records, carry = {}, format } = this.mapping.read;
		if (records === undefined)
			return format === 'ndjson'
				? 'content'
				: `unnest(CASE json_type(content) WHEN 'ARRAY' THEN content->'$[*]' ELSE [content] END)`;
		const place = this.values.bind(records.endsWith('[*]') ? records : `${records}[*]`);
		const carried = Object.entries(carry).map(
			([name, from]) => `${this.values.bind(name)}, json_extract(content, ${this.values.bind(from)})`
		);
		const found = `json_extract(content, ${place})`;
		const items =
			carried.length === 0
				? found
				: `list_transform(${found}, lambda r: json_merge_patch(r, json_object(${carried.join(', ')})))`;
		// A document without that place is one record, which the parser refuses with a reason.
		return `unnest(CASE WHEN len(${found}) > 0 THEN ${items} ELSE [content] END)`;
	}

	/** The rows of an episode together: `rows`, `group_key`, `group_episode`. */
	grouped(): string {
		const group = this.mapping.group!;
		const by = Array.isArray(group.by) ? group.by : [group.by];
		const parts = by.map((name) => this.text('row', { column: name }, false));
		const key = parts.length === 1 ? parts[0]! : `concat_ws('/', ${parts.join(', ')})`;
		const known = parts.map((part) => `${part} IS NOT NULL`).join(' AND ');
		const ordered = group.order === undefined ? 'NULL' : this.text('row', { column: group.order }, false);
		const order =
			group.order_as === 'time'
				? `try_cast(${this.#time(ordered, this.mapping.time ?? {})} AS TIMESTAMPTZ)`
				: group.order_as === 'number'
					? `try_cast(${ordered} AS DOUBLE)`
					: ordered;
		const gap =
			group.gap_hours === undefined
				? '0'
				: `CASE WHEN ordering - lag(ordering) OVER episode > to_hours(1) * ${this.values.bind(group.gap_hours)} THEN 1 ELSE 0 END`;
		return `WITH placed AS (
	SELECT row, file_no, place, raw, CASE WHEN ${known} THEN ${key} END AS group_key, ${order} AS ordering
	FROM (${this.rows(true)})
), split AS (
	SELECT *, ${gap} AS opens
	FROM placed
	WINDOW episode AS (PARTITION BY group_key ORDER BY ordering NULLS FIRST, file_no, place)
), numbered AS (
	SELECT *, sum(opens) OVER (PARTITION BY group_key ORDER BY ordering NULLS FIRST, file_no, place ROWS UNBOUNDED PRECEDING) AS episode_no
	FROM split
)
SELECT list(row ORDER BY ordering NULLS FIRST, file_no, place) AS rows, min(file_no) AS file_no, min(place) AS place,
	list(raw ORDER BY ordering NULLS FIRST, file_no, place)::VARCHAR AS raw, any_value(group_key) AS group_key,
	any_value(group_key)${group.gap_hours === undefined ? '' : ` || '/' || strftime(timezone('UTC', min(ordering)), '%Y%m%dT%H%M%S')`} AS group_episode
FROM numbered
GROUP BY group_key, episode_no, CASE WHEN group_key IS NULL THEN (file_no, place) END`;
	}
}

const delimiterOf = ({ read }: Mapping) => read.delimiter ?? (read.format === 'tsv' ? '\t' : ',');

/** Text of HTML: tags go, line ends stay, the five entities of every editor are read. */
export function plainText(html: string): string {
	const untagged = `regexp_replace(regexp_replace(${html}, '(?i)<\\s*(br|/p|/div|/li|/tr|/h[1-6])[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g')`;
	const entities = [
		['&nbsp;', ' '],
		['&lt;', '<'],
		['&gt;', '>'],
		['&quot;', '"'],
		['&#39;', "''"],
		['&amp;', '&']
	];
	return `trim(${entities.reduce((sql, [name, sign]) => `replace(${sql}, '${name}', '${sign}')`, untagged)}, E' \\t\\r\\n')`;
}

export class MappingMisfitError extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'MappingMisfitError';
	}
}

/** A source that reads by this mapping. */
export function sourceOf(mapping: Mapping): Source {
	const compiler = new Compiler(mapping);
	const record = compiler.record();
	const relation = (placed: boolean) => (mapping.group ? compiler.grouped() : compiler.rows(placed));
	const select = `SELECT ${record}::VARCHAR AS json, file_no FROM (${relation(false)})`;
	const numbered = `SELECT CASE WHEN ${mapping.group ? 'true' : 'row IS NOT NULL'} THEN ${record}::VARCHAR END AS json, raw, file_no, place AS line FROM (${relation(true)})`;
	const { read } = mapping;
	const ending = (read.files ?? `.${read.format}`).toLowerCase();
	return {
		name: mapping.source,
		title: mapping.title ?? mapping.source,
		description: mapping.description ?? `Read by the mapping ${mapping.source}.`,
		accepts: (fileName) => fileName.toLowerCase().endsWith(ending),
		...(read.looks_like && {
			recognises: (head: string) => read.looks_like!.every((text) => head.includes(text))
		}),
		...(read.format === 'json' && { documents: true }),
		mayLack: mapping.may_lack,
		together: mapping.group !== undefined,
		batches: () => true,
		values: compiler.values.bound,
		select: () => select,
		numbered: () => numbered,
		async check(session: Session, files: readonly string[]) {
			if (!compiler.table) return;
			for (const file of files) await columnsAreThere(session, mapping, compiler.columns, file);
		}
	};
}

/** Refuses a table that lacks a column that the mapping names. */
async function columnsAreThere(
	session: Session,
	mapping: Mapping,
	columns: readonly string[],
	file: string
): Promise<void> {
	const { read } = mapping;
	const found =
		read.format === 'parquet'
			? await session.all<{ name: string }>('SELECT name FROM parquet_schema($file)', { file })
			: await session.all<{ name: string }>(
					`SELECT column_name AS name FROM (DESCRIBE SELECT * FROM read_csv($file, all_varchar = true, header = true, delim = $delim, quote = $quote, escape = $quote, null_padding = true, strict_mode = false, max_line_size = 33554432, parallel = false))`,
					{ file, delim: delimiterOf(mapping), quote: read.quote ?? '"' }
				);
	const there = found.map(({ name }) => name);
	const lower = new Set(there.map((name) => name.toLowerCase()));
	const missing = columns.filter((name) => !lower.has(name.toLowerCase()));
	if (missing.length === 0) return;
	const used = cellsOf(mapping).find(({ cell }) => cell.column === missing[0]);
	throw new MappingMisfitError(
		`The file has no column "${missing[0]}"${used ? `, which the mapping reads as ${used.name}` : ''}. It has ${there
			.slice(0, 30)
			.map((name) => `"${name}"`)
			.join(
				', '
			)}${there.length > 30 ? ' and more' : ''}. Correct the name in the mapping${read.format === 'csv' && there.length === 1 ? ', or its delimiter' : ''}.`
	);
}
