/** Holds the field table of the SQL parser against the zod schemas, field by field. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
	complaintRecordSchema,
	conversationSchema,
	costRecordSchema,
	ratingRecordSchema,
	refundAuditRecordSchema
} from './canonical';
import { CONVERSATION_FIELDS, SIDE_FIELDS, type Field, type Fields } from './record-fields';
import { conversationJsonSchema, mappingJsonSchema } from './schema';

type Shape = Record<
	string,
	{ kind: string; required: boolean; words?: unknown; fields?: Shape; min?: unknown; max?: unknown }
>;
interface Json {
	type?: string;
	const?: unknown;
	enum?: string[];
	format?: string;
	minLength?: number;
	minimum?: number;
	exclusiveMinimum?: number;
	maximum?: number;
	properties?: Record<string, Json>;
	required?: string[];
	items?: Json;
}

/** Both sides reduced to the same words. */
function kindOfJson(name: string, json: Json): Shape[string] {
	const base = { required: false };
	if (name === 'record') return { ...base, kind: 'record' };
	if (name === 'schema_version') return { ...base, kind: 'integer' };
	if (json.enum) return { ...base, kind: 'word', words: json.enum };
	if (json.format === 'date-time') return { ...base, kind: 'time' };
	if (json.type === 'object' && json.properties)
		return { ...base, kind: 'object', fields: shapeOfJson(json) };
	if (json.type === 'object') return { ...base, kind: 'json' };
	if (json.type === 'array' && json.items?.enum) return { ...base, kind: 'words', words: json.items.enum };
	if (json.type === 'array') return { ...base, kind: 'list', fields: shapeOfJson(json.items!) };
	if (json.type === 'string') return { ...base, kind: json.minLength === 1 ? 'name' : 'text' };
	const bound = (value: number | undefined) =>
		value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
	return {
		...base,
		kind: json.type!,
		min: bound(json.minimum ?? json.exclusiveMinimum),
		max: bound(json.maximum)
	};
}

function shapeOfJson(json: Json): Shape {
	return Object.fromEntries(
		Object.entries(json.properties ?? {}).map(([name, one]) => [
			name,
			{ ...kindOfJson(name, one), required: name !== 'record' && (json.required ?? []).includes(name) }
		])
	);
}

function shapeOfFields(fields: Fields): Shape {
	return Object.fromEntries(
		Object.entries(fields).map(([name, field]: [string, Field]) => {
			const base = { required: field.required === true && name !== 'record', kind: field.kind as string };
			if (name === 'record') return [name, { ...base, kind: 'record' }];
			if (field.kind === 'object' || field.kind === 'list')
				return [name, { ...base, fields: shapeOfFields(field.fields) }];
			if (field.kind === 'word' || field.kind === 'words') return [name, { ...base, words: field.words }];
			if (field.kind === 'number' || field.kind === 'integer') {
				return [name, { ...base, min: field.min, max: field.max }];
			}
			return [name, base];
		})
	);
}

/** A schema with an id comes as a reference to its own definition. */
const inlined = (json: Json & { $ref?: string; $defs?: Record<string, Json> }): Json =>
	json.$ref ? (json.$defs?.[json.$ref.replace('#/$defs/', '')] ?? json) : json;

const jsonOf = (schema: z.ZodType) =>
	inlined(z.toJSONSchema(schema, { io: 'input' }) as Json & { $ref?: string; $defs?: Record<string, Json> });

describe('the field table', () => {
	it.each([
		['conversation', CONVERSATION_FIELDS, conversationSchema],
		['rating', SIDE_FIELDS.rating, ratingRecordSchema],
		['refund_audit', SIDE_FIELDS.refund_audit, refundAuditRecordSchema],
		['complaint', SIDE_FIELDS.complaint, complaintRecordSchema],
		['cost', SIDE_FIELDS.cost, costRecordSchema]
	] as const)('says what the schema says of %s', (_, fields, schema) => {
		expect(shapeOfFields(fields)).toEqual(shapeOfJson(jsonOf(schema)));
	});
});

/** Write it anew with: UPDATE_SCHEMA=1 npx vitest run ingest/record-fields */
describe.each([
	['conversation', conversationJsonSchema],
	['mapping', mappingJsonSchema]
])('docs/%s.schema.json', (name, schema) => {
	const path = resolve(import.meta.dirname, `../docs/${name}.schema.json`);
	if (process.env.UPDATE_SCHEMA) writeFileSync(path, `${JSON.stringify(schema(), null, '\t')}\n`);
	it('is the generated schema', () => {
		expect(existsSync(path)).toBe(true);
		expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(schema());
	});
});
