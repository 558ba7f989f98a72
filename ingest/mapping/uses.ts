/**
 * A mapping seen from the columns of its table: which field each one fills, and a column given to another field. Pure.
 * Works on the text, sound or not, so that comments stay and somebody can mend it step by step.
 */
import { Document, isMap, isScalar, parseDocument } from 'yaml';

/** Where a column stands in a mapping: the field of the record, `group`, or a condition of a field. */
export type Use = string;

/** Fields that a column fills by its mere name, in the order in which a person looks for them. */
export const ASSIGNABLE = [
	'id',
	'customer_id',
	'started_at',
	'ended_at',
	'resolved_at',
	'intent',
	'channel',
	'language',
	'market',
	'customer_value',
	'intent_confidence',
	'rating.score'
] as const;
export type Assignable = (typeof ASSIGNABLE)[number];

/** Keys of a cell that hold values and no columns. */
const VALUES = new Set([
	'constant',
	'then',
	'else',
	'values',
	'otherwise',
	'prefix',
	'is',
	'is_not',
	'begins',
	'time',
	'take',
	'group'
]);
/** Keys of a cell that are no field of the record. */
const OF_A_CELL = new Set(['column', 'path', 'first_of', 'in', 'if', 'when', 'from']);

export function usesOf(text: string, columns: readonly string[]): Map<string, Use[]> {
	const found = new Map<string, Set<Use>>(columns.map((name) => [name, new Set()]));
	const walk = (value: unknown, field: string, prefixes: readonly string[]): void => {
		if (typeof value === 'string') {
			for (const prefix of prefixes) found.get(prefix + value)?.add(field);
		} else if (Array.isArray(value)) for (const one of value) walk(one, field, prefixes);
		else if (value !== null && typeof value === 'object') {
			const object = value as Record<string, unknown>;
			// Within a list of a row, columns are named from its items.
			const place = (object['from'] ?? object['in']) as { column?: string; path?: string } | undefined;
			const list = typeof place === 'object' && place ? (place.path ?? place.column) : undefined;
			const inside = list === undefined ? prefixes : [...prefixes, `${list}[*].`];
			for (const [key, one] of Object.entries(object)) {
				if (VALUES.has(key)) continue;
				walk(one, OF_A_CELL.has(key) ? field : field === '' ? key : `${field}.${key}`, inside);
			}
		}
	};
	const mapping = parsed(text);
	walk(mapping?.['record'], '', ['']);
	const group = mapping?.['group'] as { by?: unknown; order?: unknown } | undefined;
	walk(group?.by, 'group', ['']);
	walk(group?.order, 'order of the rows', ['']);
	return new Map([...found].map(([name, uses]) => [name, [...uses]]));
}

function parsed(text: string): Record<string, unknown> | null {
	try {
		const value: unknown = parseDocument(text).toJS({ maxAliasCount: 100 });
		return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : null;
	} catch {
		return null;
	}
}

/**
 * The text with a column filling a field, and no other of the fields that can be assigned so; with null none of them.
 * What a person wrote beyond a mere name, such as a value map, stays unless the field itself is given away. A text
 * that is no YAML comes back as it is.
 */
export function assign(text: string, column: string, field: Assignable | null): string {
	const document = parseDocument(text);
	if (document.errors.length > 0 || !isMap(document.contents)) return text;
	for (const other of ASSIGNABLE) {
		const path = ['record', ...other.split('.')];
		if (other !== field && document.getIn(path) === column) document.deleteIn(path);
	}
	if (field !== null) {
		document.setIn(['record', ...field.split('.')], column);
		settle(document, field);
	}
	return document.toString({ lineWidth: 110 });
}

/** What was unsure or lacking about a field that a person has now decided. */
function settle(document: Document, field: Assignable): void {
	const [name] = field.split('.') as [string];
	const record = document.get('record', true);
	if (isMap(record))
		for (const { key } of record.items)
			if (isScalar(key) && key.value === name) key.commentBefore = undefined as unknown as string;
	const lacks: unknown = document.toJS()?.may_lack;
	if (!Array.isArray(lacks) || !lacks.includes(field)) return;
	const left = lacks.filter((one) => one !== field);
	if (left.length > 0) document.set('may_lack', left);
	else document.delete('may_lack');
}
