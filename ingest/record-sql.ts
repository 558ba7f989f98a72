/**
 * SQL of the parser, derived from `record-fields.ts`: JSON text -> structure with text leaves -> the first
 * problem in words, or typed values. Pure; every name in the SQL comes from the field table, never from a file.
 */
import { SCHEMA_VERSION } from './canonical';
import { ABOUT, LINE_TOO_LONG, LONGEST_LINE_BYTES, REFUSAL } from './limits';
import { redactedSql, type Redaction } from './redaction';
import {
	CONVERSATION_FIELDS,
	LINE_FIELDS,
	RECORD_COLUMNS,
	SIDE_FIELDS,
	STORED_FIELDS,
	type Field,
	type Fields,
	type Leaf
} from './record-fields';

const TIME = String.raw`'^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d(:?\d\d)?)$'`;

export type Lackable = 'customer_id' | 'started_at';

function structure(fields: Fields): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(fields).map(([name, field]) => {
			if (field.kind === 'object') return [name, structure(field.fields)];
			if (field.kind === 'list') return [name, [structure(field.fields)]];
			return [name, field.kind === 'words' ? ['VARCHAR'] : 'VARCHAR'];
		})
	);
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');
const at = (path: string, name: string) => `${path}."${name}"`;

/** Typed value of a leaf that has no problem. */
function typedLeaf(value: string, leaf: Leaf): string {
	switch (leaf.kind) {
		case 'time':
			return `try_cast(${value} AS TIMESTAMPTZ)`;
		case 'number':
			return `try_cast(${value} AS DOUBLE)`;
		case 'integer':
			return `try_cast(${value} AS BIGINT)`;
		case 'boolean':
			return `CASE ${value} WHEN 'true' THEN true WHEN 'false' THEN false END`;
		default:
			return value;
	}
}

function typedStruct(path: string, fields: Fields): string {
	return `{${Object.entries(fields)
		.map(([name, field]) => `'${name}': ${typed(at(path, name), field)}`)
		.join(', ')}}`;
}

export function typed(value: string, field: Field): string {
	if (field.kind === 'object')
		return `CASE WHEN ${value} IS NOT NULL THEN ${typedStruct(value, field.fields)} END`;
	if (field.kind === 'list') return `list_transform(${value}, lambda e: ${typedStruct('e', field.fields)})`;
	return typedLeaf(value, field as Leaf);
}

/** `WHEN condition THEN 'field: reason'` arms for a leaf. */
function leafArms(value: string, label: string, leaf: Leaf): string[] {
	const arm = (condition: string, reason: string) =>
		`WHEN ${value} IS NOT NULL AND ${condition} THEN '${label}: ${reason}'`;
	const arms: string[] = [];
	switch (leaf.kind) {
		case 'time':
			arms.push(
				arm(
					`NOT regexp_matches(${value}, ${TIME})`,
					'must be a time with a UTC offset, such as 2026-01-31T09:00:00Z'
				),
				arm(`try_cast(${value} AS TIMESTAMPTZ) IS NULL`, 'is not a real date and time')
			);
			break;
		case 'number':
			arms.push(arm(`NOT coalesce(isfinite(try_cast(${value} AS DOUBLE)), false)`, 'must be a number'));
			break;
		case 'integer':
			arms.push(
				arm(
					`(NOT regexp_matches(${value}, '^-?[0-9]+$') OR NOT coalesce(try_cast(${value} AS BIGINT) BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}, false))`,
					'must be a whole number'
				)
			);
			break;
		case 'boolean':
			arms.push(arm(`${value} NOT IN ('true', 'false')`, 'must be true or false'));
			break;
		case 'word':
			arms.push(
				arm(
					`${value} NOT IN (${quoted(leaf.words ?? [])})`,
					`must be one of ${(leaf.words ?? []).join(', ')}`
				)
			);
			break;
		case 'words':
			arms.push(
				arm(
					`(NOT list_has_all([${quoted(leaf.words ?? [])}], ${value}) OR len(list_filter(${value}, lambda w: w IS NULL)) > 0)`,
					`must be a list of ${(leaf.words ?? []).join(', ')}`
				)
			);
			break;
		case 'name':
			arms.push(arm(`${value} = ''`, 'must not be empty'));
			break;
		case 'json':
			arms.push(arm(`${value}[1] <> '{'`, 'must be an object'));
			break;
		case 'text':
			break;
	}
	if (leaf.exclusiveMin)
		arms.push(
			arm(
				`NOT (try_cast(${value} AS DOUBLE) > ${leaf.min} AND try_cast(${value} AS DOUBLE) <= ${leaf.max})`,
				`must be above ${leaf.min}, at most ${leaf.max}`
			)
		);
	else if (leaf.min !== undefined && leaf.max !== undefined) {
		arms.push(
			arm(
				`try_cast(${value} AS DOUBLE) NOT BETWEEN ${leaf.min} AND ${leaf.max}`,
				`must be from ${leaf.min} to ${leaf.max}`
			)
		);
	} else if (leaf.min !== undefined) {
		arms.push(arm(`try_cast(${value} AS DOUBLE) < ${leaf.min}`, `must be at least ${leaf.min}`));
	}
	if (leaf.pattern)
		arms.push(arm(`NOT regexp_matches(${value}, '${leaf.pattern}')`, `must match ${leaf.pattern}`));
	return arms;
}

function fieldArms(
	path: string,
	name: string,
	field: Field,
	prefix: string,
	kindAt: (name: string) => string | null
): string[] {
	const value = at(path, name);
	const label = `${prefix}${name}`;
	const arms: string[] = [];
	if (field.kind === 'object' || field.kind === 'list' || field.kind === 'words') {
		const kind = kindAt(label);
		const [json, said] = field.kind === 'object' ? ['OBJECT', 'an object'] : ['ARRAY', 'a list'];
		if (kind) arms.push(`WHEN ${kind} NOT IN ('${json}', 'NULL') THEN '${label}: must be ${said}'`);
	}
	// A structure in the place of a text reads as its JSON text; the JSON is looked up only for a text that could be one.
	if ((field.kind === 'name' || field.kind === 'text') && value === at('r', name)) {
		arms.push(
			`WHEN CASE WHEN ${value}[1] IN ('{', '[') THEN json_type(json, '$.${name}') IN ('OBJECT', 'ARRAY') END THEN '${label}: must be text'`
		);
	}
	if (field.required) {
		arms.push(
			field.kind === 'list'
				? `WHEN coalesce(len(${value}), 0) = 0 THEN '${label}: is missing'`
				: `WHEN ${value} IS NULL THEN '${label}: is missing'`
		);
	}
	if (field.kind === 'object') {
		const inner = Object.entries(field.fields).flatMap(([one, spec]) =>
			fieldArms(value, one, spec, `${label}.`, kindAt)
		);
		arms.push(
			`WHEN ${value} IS NOT NULL AND (CASE ${inner.join(' ')} END) IS NOT NULL THEN CASE ${inner.join(' ')} END`
		);
	} else if (field.kind === 'list') {
		const inner = Object.entries(field.fields).flatMap(([one, spec]) =>
			fieldArms('e', one, spec, `${label}[].`, () => null)
		);
		// A text or number in the list reads as a structure of nothing but nulls, and so does an empty object.
		const nothing = Object.keys(field.fields)
			.map((one) => `${at('e', one)} IS NULL`)
			.join(' AND ');
		arms.push(
			`WHEN CASE WHEN len(list_filter(${value}, lambda e: e IS NULL OR (${nothing}))) > 0 THEN len(list_filter(json_type(json, '$.${label}[*]'), lambda kind: kind <> 'OBJECT')) > 0 END THEN '${label}[]: must be an object'`
		);
		const found = `list_filter(list_transform(${value}, lambda e: CASE ${inner.join(' ')} END), lambda p: p IS NOT NULL)[1]`;
		arms.push(`WHEN ${value} IS NOT NULL AND ${found} IS NOT NULL THEN ${found}`);
	} else {
		arms.push(...leafArms(value, label, field as Leaf));
	}
	return arms;
}

/**
 * Fields whose JSON kind must be looked up in every record: a container of another kind reads as null.
 */
const KINDS_OF = Object.entries(LINE_FIELDS).flatMap(([name, field]) => {
	if (field.kind === 'list') return [name];
	if (field.kind !== 'object') return [];
	const words = Object.entries(field.fields).filter(([, inner]) => inner.kind === 'words');
	return [name, ...words.map(([inner]) => `${name}.${inner}`)];
});
const kindAt = (label: string) => {
	const index = KINDS_OF.indexOf(label);
	return index < 0 ? null : `kinds[${index + 1}]`;
};

const without = (fields: Fields, lackable: readonly Lackable[]): Fields =>
	Object.fromEntries(
		Object.entries(fields).map(([name, field]) => {
			if (!lackable.includes(name as Lackable)) return [name, field];
			const { required: _, ...rest } = field;
			return [name, rest as Field];
		})
	);

function problemOf(fields: Fields): string {
	return Object.entries(fields)
		.flatMap(([name, field]) => fieldArms('r', name, field, '', kindAt))
		.join('\n\t\t');
}

/** Characters of a refused record that are kept, so that it can be mended and taken in again. */
const RAW_KEPT = 1_000_000;

/** Times a conversation holds, typed; the newest stands for its version when `updated_at` is missing. */
const EVENT_TIMES = `greatest(c.started_at, c.ended_at, c.resolved_at,
	list_max(list_transform(c.messages, lambda e: e."at")), list_max(list_transform(c.tool_calls, lambda e: e."at")),
	c.escalation.needed_at, c.escalation.handed_off_at, c.escalation.engaged_at, c.escalation.abandoned_at,
	list_max(list_transform(c.refunds, lambda e: greatest(e."at", e.audited_at))),
	c.rating.asked_at, c.rating.answered_at, list_max(list_transform(c.complaints, lambda e: e."at")), c.outcome."at")`;

const SIDE_COLUMNS: Fields = Object.fromEntries(
	Object.entries(LINE_FIELDS).filter(([name]) => Object.values(SIDE_FIELDS).some((fields) => name in fields))
);

/** What is kept of a small record: the fields of its kind, with what a missing one means. */
const SIDE_STORED = `{'record': record, ${Object.keys(SIDE_COLUMNS)
	.filter((name) => !['record', 'schema_version', 'updated_at'].includes(name))
	.map((name) => {
		const kinds = Object.entries(SIDE_FIELDS).filter(([, fields]) => name in fields);
		const value =
			name === 'conversation_source'
				? `coalesce(${at('side', name)}, 'canonical')`
				: name === 'scale'
					? `coalesce(${at('side', name)}, 5)`
					: at('side', name);
		return `'${name}': CASE WHEN record IN (${quoted(kinds.map(([kind]) => kind))}) THEN ${value} END`;
	})
	.join(', ')}}`;

/** What is done to people's texts and ids on the way. */
export interface Shield {
	redaction: Redaction;
	/** Customer ids become HMAC-SHA-256 (RFC 2104), by the variables `id_inner` and `id_outer`. */
	hashed: boolean;
	/** Records of customers whose hash is in the variable `forgotten`, by `forgotten_salt`, are refused. */
	forgotten: boolean;
}

const HASHED_ID = `sha256(getvariable('id_outer') || unhex(sha256(getvariable('id_inner') || encode(c.customer_id))))`;
const FORGOTTEN = 'customer_id: was forgotten on request, and is not taken in again';

/** A list of records whose named texts are redacted; JSON that would no longer be such is kept as one text in it. */
function shielded(column: string, redaction: Redaction): string {
	const field = CONVERSATION_FIELDS[column] as { fields: Fields };
	const inner = Object.entries(field.fields).map(([name, leaf]) => {
		const value = at('e', name);
		const free = leaf.kind === 'json' || (leaf.kind === 'text' && !('pattern' in leaf));
		if (!free) return `'${name}': ${value}`;
		const safe = redactedSql(value, redaction);
		return leaf.kind === 'json'
			? `'${name}': list_transform([${safe}], lambda j: CASE WHEN j IS NULL OR json_valid(j) THEN j ELSE json_object('redacted', j)::VARCHAR END)[1]`
			: `'${name}': ${safe}`;
	});
	return `list_transform(c."${column}", lambda e: {${inner.join(', ')}})`;
}

/** A list of records of a segment without any text that somebody wrote; roles, times and outcomes stay. */
export function scrubbed(column: string): string {
	const { fields } = CONVERSATION_FIELDS[column] as { fields: Fields };
	const inner = Object.entries(fields).map(([name, { kind }]) =>
		kind === 'text' || kind === 'json' ? `'${name}': NULL::VARCHAR` : `'${name}': ${at('e', name)}`
	);
	return `list_transform(s."${column}", lambda e: {${inner.join(', ')}})`;
}

/** Columns that hold what people wrote. */
const WRITTEN = ['messages', 'tool_calls'];

/**
 * One pass from a relation with the columns `json` and `file_no` (and, when lines are kept, `line` and `raw`) to the
 * rows of a segment: `file_no`, `record`, `problem` ('field: reason' or null), `raw` where there is a problem,
 * `version_at`, the conversation's columns, `side`, and `content_hash` of what is stored of them, so that a record
 * that was exported is known again; a row with a problem has only its `id`.
 * Reads the variable `now` (TIMESTAMPTZ).
 */
export function parseSql(
	relation: string,
	lackable: readonly Lackable[],
	keep: 'line' | null,
	{ redaction, hashed, forgotten }: Shield
): string {
	const redacts = redaction.kinds.length + redaction.patterns.length > 0;
	const customerId = hashed ? HASHED_ID : 'c.customer_id';
	const columnSql = (name: string) => {
		if (name === 'id') return 'coalesce(c.id, refused_id) AS id';
		if (name === 'customer_id') return `${customerId} AS customer_id`;
		if (redacts && WRITTEN.includes(name)) return `${shielded(name, redaction)} AS "${name}"`;
		return `c."${name}"`;
	};
	const kept = keep ? `file_no, ${keep}` : 'file_no';
	const kinds = CONVERSATION_FIELDS.record as Leaf;
	const version = 'r.schema_version';
	const isVersion = `regexp_matches(${version}, '^-?[0-9]+$')`;
	return `
WITH valid AS (
	SELECT ${kept}, ${keep ? 'raw' : 'json'} AS raw, json = '${LINE_TOO_LONG}' OR strlen(json) > ${LONGEST_LINE_BYTES} AS too_long,
		CASE WHEN starts_with(json, '${REFUSAL}') THEN string_split(substr(json, ${REFUSAL.length + 1}), '${ABOUT}') END AS refusal,
		CASE
			WHEN strlen(json) > ${LONGEST_LINE_BYTES} THEN NULL
			WHEN starts_with(json, '{') THEN json
			WHEN starts_with(json, '${REFUSAL}') THEN NULL
			WHEN ltrim(json)[1] = '{' THEN json
		END AS json
	FROM (${relation})
), parsed AS (
	SELECT ${kept}, raw, too_long, refusal[1] AS refusal, nullif(refusal[2], '') AS about, json, from_json(json, '${JSON.stringify(structure(LINE_FIELDS))}') AS r,
		json_type(json, [${KINDS_OF.map((name) => `'$.${name}'`).join(', ')}]) AS kinds
	FROM valid
), shaped AS (
	SELECT ${kept}, raw, r, about, coalesce(r.record, 'conversation') AS record,
	CASE
		WHEN too_long THEN 'record: is longer than ${LONGEST_LINE_BYTES / 2 ** 20} MB'
		WHEN refusal IS NOT NULL THEN refusal
		WHEN json IS NULL THEN 'record: is not a JSON object'
		WHEN ${isVersion} AND try_cast(${version} AS BIGINT) > ${SCHEMA_VERSION} THEN 'schema_version: is newer than ${SCHEMA_VERSION}, the version this Plimsoll reads'
		WHEN ${isVersion} AND try_cast(${version} AS BIGINT) < 1 THEN 'schema_version: must be ${SCHEMA_VERSION}'
		WHEN r.record IS NOT NULL AND r.record NOT IN (${quoted(kinds.words ?? [])}) THEN 'record: is not a known kind of record'
		${Object.entries(SIDE_FIELDS)
			.map(([record, fields]) => `WHEN r.record = '${record}' THEN CASE ${problemOf(fields)} END`)
			.join('\n\t\t')}
		${problemOf(without(CONVERSATION_FIELDS, lackable))}
	END AS problem
	FROM parsed
), typed AS (
	SELECT ${kept}, raw, record, problem, coalesce(r.id, about) AS refused_id,
	CASE WHEN problem IS NULL AND record = 'conversation' THEN ${typedStruct('r', STORED_FIELDS)} END AS c,
	CASE WHEN problem IS NULL AND record <> 'conversation' THEN ${typedStruct('r', SIDE_COLUMNS)} END AS side
	FROM shaped
), timed AS (
	SELECT *, ${EVENT_TIMES} AS newest,
		greatest(side.asked_at, side.answered_at, side.audited_at, side."at") AS side_newest
	FROM typed
), judged AS (
	SELECT * EXCLUDE (problem), CASE
		WHEN problem IS NOT NULL THEN problem
		${forgotten ? `WHEN list_contains(getvariable('forgotten'), sha256(getvariable('forgotten_salt') || ${customerId})) THEN '${FORGOTTEN}'` : ''}
		WHEN c.ended_at < c.started_at THEN 'ended_at: is before started_at'
		WHEN c.resolved_at < c.started_at THEN 'resolved_at: is before started_at'
		WHEN c.rating.score > coalesce(c.rating.scale, 5) THEN 'rating.score: is above its scale'
		WHEN record = 'rating' AND side.score > coalesce(side.scale, 5) THEN 'score: is above its scale'
		WHEN c.started_at > getvariable('now') + INTERVAL 24 HOUR THEN 'started_at: is more than 24 hours in the future'
		WHEN c.updated_at > getvariable('now') + INTERVAL 24 HOUR THEN 'updated_at: is more than 24 hours in the future'
		WHEN side.updated_at > getvariable('now') + INTERVAL 24 HOUR THEN 'updated_at: is more than 24 hours in the future'
		WHEN greatest(newest, side_newest) > getvariable('now') + INTERVAL 24 HOUR THEN 'times: one is more than 24 hours in the future'
	END AS problem
	FROM timed
), shielded AS (
SELECT ${kept}, record, problem, CASE WHEN problem IS NOT NULL${forgotten ? ` AND problem <> '${FORGOTTEN}'` : ''} THEN ${redactedSql(`left(raw, ${RAW_KEPT})`, redaction)} END AS raw,
	coalesce(c.updated_at, side.updated_at, newest, side_newest) AS version_at,
	${RECORD_COLUMNS.map(columnSql).join(', ')}, side
FROM judged
)
SELECT *, CASE WHEN record = 'conversation' THEN hash({${RECORD_COLUMNS.map((name) => `'${name}': "${name}"`).join(', ')}}) ELSE hash(${SIDE_STORED}) END AS content_hash
FROM shielded`;
}
