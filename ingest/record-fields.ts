/**
 * The one table of fields from which the SQL of the parser is derived. Pure.
 * A test holds it against the zod schema in `canonical.ts`, name by name and kind by kind.
 */
import {
	AUDIT_VERDICTS,
	DECIDERS,
	ESCALATION_REASONS,
	HANDOFF_PARTS,
	INITIATORS,
	OUTCOME_JUDGES,
	RECORD_KINDS,
	ROLES,
	STATUSES,
	TOOL_OUTCOMES
} from '../warehouse/vocabulary';

export interface Leaf {
	kind: 'text' | 'name' | 'time' | 'number' | 'integer' | 'boolean' | 'json' | 'word' | 'words';
	words?: readonly string[];
	min?: number;
	/** true: `min` itself is refused. */
	exclusiveMin?: true;
	max?: number;
	pattern?: string;
	required?: true;
}
export interface Group {
	kind: 'object' | 'list';
	fields: Fields;
	required?: true;
}
export type Field = Leaf | Group;
export type Fields = { readonly [name: string]: Field };

const text: Leaf = { kind: 'text' };
const name: Leaf = { kind: 'name' };
const time: Leaf = { kind: 'time' };
const boolean: Leaf = { kind: 'boolean' };
const integer: Leaf = { kind: 'integer' };
const probability: Leaf = { kind: 'number', min: 0, exclusiveMin: true, max: 1 };
const currency: Leaf = { kind: 'text', pattern: '^[A-Z]{3}$' };
const word = (words: readonly string[]): Leaf => ({ kind: 'word', words });
const required = <F extends Field>(field: F): F & { required: true } => ({ ...field, required: true });
const list = (fields: Fields): Group => ({ kind: 'list', fields });
const object = (fields: Fields): Group => ({ kind: 'object', fields });

const rating: Fields = {
	score: { kind: 'number', min: 1 },
	scale: { kind: 'integer', min: 2, max: 10 },
	asked_at: time,
	answered_at: time
};
const complaint: Fields = { id: name, at: required(time), regulator_facing: boolean };
const costs: Fields = { ai: { kind: 'number', min: 0 }, currency, human_minutes: { kind: 'number', min: 0 } };

export const CONVERSATION_FIELDS: Fields = {
	record: word(RECORD_KINDS),
	schema_version: integer,
	id: required(name),
	thread_id: name,
	merged_into: name,
	customer_id: required(name),
	updated_at: time,
	initiated_by: word(INITIATORS),
	channel: name,
	language: name,
	market: name,
	customer_value: name,
	started_at: required(time),
	ended_at: time,
	resolved_at: time,
	status: word(STATUSES),
	intent: name,
	intent_confidence: { kind: 'number', min: 0, max: 1 },
	messages: required(
		list({
			at: time,
			role: required(word(ROLES)),
			text,
			sentiment: { kind: 'number', min: -1, max: 1 },
			public: boolean,
			ai_drafted: boolean
		})
	),
	tool_calls: list({
		at: time,
		name: required(name),
		arguments: { kind: 'json' },
		outcome: word(TOOL_OUTCOMES),
		error: text,
		actor: word(ROLES)
	}),
	escalation: object({
		needed_at: time,
		reason: word(ESCALATION_REASONS),
		handed_off_at: time,
		engaged_at: time,
		abandoned_at: time,
		handoff_parts: { kind: 'words', words: HANDOFF_PARTS },
		re_asked: boolean
	}),
	refunds: list({
		id: name,
		at: time,
		amount_minor: integer,
		currency,
		decided_by: word(DECIDERS),
		approved_by: name,
		audit_verdict: word(AUDIT_VERDICTS),
		audited_at: time,
		correct_amount_minor: integer,
		audit_probability: probability
	}),
	rating: object(rating),
	complaints: list(complaint),
	outcome: object({ solved: required(boolean), by: word(OUTCOME_JUDGES), at: time }),
	costs: object(costs),
	test_traffic: boolean,
	spam: boolean
};

const { record: _record, schema_version: _version, ...stored } = CONVERSATION_FIELDS;
/** What is stored of a conversation: all but what says how to read the line. */
export const STORED_FIELDS: Fields = stored;
/** Columns of a segment that make a conversation, in the order of the record. */
export const RECORD_COLUMNS = Object.keys(STORED_FIELDS);

const sideFeed: Fields = {
	record: required(word(RECORD_KINDS)),
	schema_version: integer,
	conversation_id: required(name),
	conversation_source: name,
	updated_at: time
};

/** The small records, by their `record` word. */
export const SIDE_FIELDS = {
	rating: { ...sideFeed, ...rating },
	refund_audit: {
		...sideFeed,
		refund_id: name,
		audit_verdict: required(word(AUDIT_VERDICTS)),
		audited_at: time,
		correct_amount_minor: integer,
		audit_probability: probability
	},
	complaint: { ...sideFeed, ...complaint },
	cost: { ...sideFeed, ...costs }
} as const satisfies Record<string, Fields>;

/** Every field that any record has: what one line of JSON is parsed into. */
export const LINE_FIELDS: Fields = {
	...SIDE_FIELDS.cost,
	...SIDE_FIELDS.complaint,
	...SIDE_FIELDS.refund_audit,
	...SIDE_FIELDS.rating,
	...CONVERSATION_FIELDS
};
