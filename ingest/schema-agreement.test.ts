/**
 * The parser and the published schema agree on what is a conversation, whatever is broken in it. The parser forgives
 * three things that the schema doesn't, and nothing else: null is missing; a scalar of another kind is read by its
 * text; a structure in the place of a text inside a list is kept as its JSON text (docs/cli.md says so).
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { conversationSchema, ratingRecordSchema } from './canonical';
import { ingest } from './ingest.server';
import { CONVERSATION_FIELDS, SIDE_FIELDS, type Field, type Fields } from './record-fields';

const START = '2026-01-01T10:00:00Z';
const LATER = '2026-01-03T10:00:00+01:00';

const whole = {
	schema_version: 1,
	id: 'x',
	thread_id: 't',
	customer_id: 'c',
	updated_at: LATER,
	initiated_by: 'customer',
	channel: 'chat',
	started_at: START,
	ended_at: LATER,
	resolved_at: LATER,
	status: 'resolved',
	intent: 'refund',
	intent_confidence: 0.5,
	messages: [
		{ at: START, role: 'customer', text: 'hi', sentiment: 0.1, public: true },
		{ role: 'bot', ai_drafted: false }
	],
	tool_calls: [{ at: START, name: 'look', arguments: { a: 1 }, outcome: 'ok', error: 'e', actor: 'bot' }],
	escalation: { needed_at: START, reason: 'policy', engaged_at: LATER, handoff_parts: ['summary'] },
	refunds: [{ id: 'r', at: START, amount_minor: 5, currency: 'EUR', audit_verdict: 'right' }],
	rating: { score: 4, scale: 5, answered_at: LATER },
	complaints: [{ id: 'k', at: LATER, regulator_facing: false }],
	outcome: { solved: true, by: 'customer' },
	costs: { ai: 0.1, currency: 'EUR', human_minutes: 3 },
	test_traffic: false
};

type Path = readonly (string | number)[];
const pathsOf = (value: unknown, path: Path = []): Path[] =>
	typeof value === 'object' && value !== null
		? Object.entries(value).flatMap(([key, inner]) => {
				const own = [...path, Array.isArray(value) ? Number(key) : key];
				return [own, ...pathsOf(inner, own)];
			})
		: [];

const DELETED = Symbol('deleted');
const POOL = [
	DELETED,
	null,
	true,
	7,
	1,
	0,
	-1,
	1.5,
	99,
	2 ** 60,
	'abc',
	'',
	'5',
	'true',
	'nan',
	'Infinity',
	'EUR',
	'EURO',
	'bot',
	'resolved',
	LATER,
	'2026-01-02',
	'2026-02-31T10:00:00Z',
	'2026-01-02T00:00:00',
	{},
	[],
	[{}],
	['abc'],
	[7],
	{ x: 1 },
	[{ role: 'bot' }],
	[{ role: 'robot' }]
];
const PATHS = pathsOf(whole);

function changed(path: Path, to: unknown): Record<string, unknown> {
	const copy = structuredClone(whole) as Record<string, unknown>;
	let at = copy as Record<string | number, unknown>;
	for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
	const last = path.at(-1)!;
	if (to !== DELETED) at[last] = to;
	else if (Array.isArray(at)) at.splice(Number(last), 1);
	else delete at[last];
	return copy;
}

function forgiven(value: unknown, field: Field, nested: boolean): unknown {
	if (field.kind === 'list') {
		return Array.isArray(value) ? value.map((one) => forgivenAll(one, field.fields, true)) : value;
	}
	if (field.kind === 'object') return forgivenAll(value, field.fields, nested);
	if (field.kind === 'words' || field.kind === 'json') return value;
	if (field.kind === 'number' || field.kind === 'integer') {
		return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	}
	if (field.kind === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	return nested && typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function forgivenAll(value: unknown, fields: Fields, nested: boolean): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([name, one]) => {
			const field = fields[name];
			if (one === null) return [];
			return [[name, field ? forgiven(one, field, nested) : one]];
		})
	);
}

/** The problems of a file's lines, by line. */
async function refusedOf(warehouse: Warehouse, file: string, records: readonly unknown[]) {
	writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'));
	const report = await ingest(warehouse, { inputs: [file], source: undefined, now: '2026-02-01T00:00:00Z' });
	expect(report.files[0]?.error).toBeNull();
	expect(report.read).toBe(records.length);
	const rows = await warehouse.all<{ line: number; problem: string }>(
		`SELECT line, field || ': ' || reason AS problem FROM log.quarantine
		WHERE ingest_id = (SELECT max(ingest_id) FROM log.ingest)`
	);
	return new Map(rows.map(({ line, problem }) => [line, problem]));
}

async function openScratch() {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-agree-'));
	const warehouse = await openWarehouse(join(folder, 'plimsoll.duckdb'));
	return { warehouse, file: join(folder, 'changes.ndjson') };
}

it('agrees with the published schema on any one change', async () => {
	const { warehouse, file } = await openScratch();
	const change = fc.tuple(fc.constantFrom(...PATHS), fc.constantFrom(...POOL));
	await fc.assert(
		fc.asyncProperty(fc.array(change, { minLength: 300, maxLength: 300 }), async (changes) => {
			const records = changes.map(([path, to]) => changed(path, to));
			const refused = await refusedOf(warehouse, file, records);
			const differences = records.flatMap((record, index) => {
				const said = conversationSchema.safeParse(forgivenAll(record, CONVERSATION_FIELDS, false));
				const problem = refused.get(index + 1);
				if (said.success === (problem === undefined)) return [];
				const [path, to] = changes[index]!;
				const issue = said.success ? 'accepts' : said.error.issues[0]?.message;
				return [
					`${path.join('.')} = ${String(JSON.stringify(to))}: parser ${problem ?? 'accepts'}, schema ${issue}`
				];
			});
			expect([...new Set(differences)]).toEqual([]);
		}),
		{ numRuns: 3, endOnFailure: true }
	);
	await warehouse.close();
});

it('agrees on every score and scale, in a conversation and in a side feed', async () => {
	const { warehouse, file } = await openScratch();
	const ratings = [undefined, null, -1, 0, 0.99, 1, 1.5, 4.5, 5, 5.01, 9, 10, 11, '9', 'nine'].flatMap(
		(score) => [undefined, null, 1, 2, 5, 9, 10, 11].map((scale) => ({ score, scale }))
	);
	const conversations = ratings.map((rating) => changed(['rating'], rating));
	const feed = ratings.map((rating) => ({
		record: 'rating',
		conversation_id: 'x',
		answered_at: LATER,
		...rating
	}));
	const refused = await refusedOf(warehouse, file, [...conversations, ...feed]);
	const said = [
		...conversations.map((record) =>
			conversationSchema.safeParse(forgivenAll(record, CONVERSATION_FIELDS, false))
		),
		...feed.map((record) => ratingRecordSchema.safeParse(forgivenAll(record, SIDE_FIELDS.rating, false)))
	];
	const accepted = [...conversations, ...feed].map((record, at) => [record, !refused.has(at + 1)]);
	expect(accepted).toEqual([...conversations, ...feed].map((record, at) => [record, said[at]!.success]));
	const lineOf = (score: unknown, scale: unknown) =>
		1 + ratings.findIndex((rating) => rating.score === score && rating.scale === scale);
	expect(refused.get(lineOf(9, 5))).toBe('rating.score: is above its scale');
	expect(refused.get(lineOf(9, undefined))).toBe('rating.score: is above its scale');
	expect(refused.get(lineOf(0, 10))).toBe('rating.score: must be at least 1');
	expect(refused.get(ratings.length + lineOf(9, 5))).toBe('score: is above its scale');
	expect(refused.has(ratings.length + lineOf(9, 9))).toBe(false);
	await warehouse.close();
});
