/** The way out: what was exported and is taken in again changes nothing, whatever the records hold. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import {
	AUDIT_VERDICTS,
	DECIDERS,
	ESCALATION_REASONS,
	HANDOFF_PARTS,
	INITIATORS,
	OUTCOME_JUDGES,
	ROLES,
	STATUSES,
	TOOL_OUTCOMES
} from '../warehouse/vocabulary';
import { conversationSchema } from './canonical';
import { exportRecords } from './export.server';
import { forget, retain } from './forget.server';
import { ingest } from './ingest.server';
import type { Privacy } from './privacy.server';

const now = '2026-06-01T00:00:00Z';
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-export-'));
let counter = 0;
let warehouse: Warehouse;
const opened: Warehouse[] = [];
const fresh = async () => {
	const one = await openWarehouse(join(folder, `w${counter++}`, 'log.duckdb'));
	opened.push(one);
	return one;
};
beforeEach(async () => {
	warehouse = await fresh();
});
afterAll(async () => {
	for (const one of opened) await one.close();
});

const write = (rows: readonly unknown[], extension = '.ndjson') => {
	const file = join(folder, `f${counter++}${extension}`);
	writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
	return file;
};
const take = (into: Warehouse, file: string, privacy?: Privacy) =>
	ingest(into, { inputs: [file], source: 'canonical', now, ...(privacy && { privacy }) });
const out = async (from: Warehouse, name: string, more: object = {}) => {
	const target = join(folder, `${counter++}-${name}`);
	const format = name.includes('.parquet') ? ('parquet' as const) : ('ndjson' as const);
	return { target, told: await exportRecords(from, { source: undefined, format, target, ...more }) };
};
const plain = (id: string, more: object = {}) => ({
	id,
	customer_id: `customer of ${id}`,
	started_at: '2026-03-02T09:00:00Z',
	messages: [{ role: 'customer', at: '2026-03-02T09:00:00Z', text: 'Hello' }],
	...more
});

/** Texts that break careless writers: quotes, separators, controls, what spreadsheets run, right-to-left marks. */
const text = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 30 }).map((one) => one.replaceAll('\0', '')),
	fc.constantFrom(
		'',
		' ',
		'"',
		'\\',
		'\u0001',
		'\r\n',
		'\u2028',
		'=1+1',
		'\u202Eabc',
		'null',
		'{"a":1}',
		'[]',
		'é😀'
	)
);
const name = text.filter((one) => one !== '' && !/^[[{]/.test(one));
const time = fc
	.tuple(
		fc.date({ min: new Date('1970-01-01'), max: new Date('2026-05-01'), noInvalidDate: true }),
		fc.integer({ min: 0, max: 999 })
	)
	.map(([date, micros]) => date.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`));
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const some = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
const of = (words: readonly string[]) => fc.constantFrom(...words);
const argumentsOf = fc.dictionary(
	fc.string({ maxLength: 8 }).filter((key) => key !== '__proto__'),
	fc.jsonValue({ maxDepth: 2 })
);
const money = fc.integer({ min: -1e9, max: 1e9 });
const scored = {
	score: some(number(1, 5)),
	scale: some(fc.integer({ min: 5, max: 10 })),
	asked_at: some(time),
	answered_at: some(time)
};
const complaint = { at: time, regulator_facing: some(fc.boolean()) };
const costs = {
	ai: some(number(0, 100)),
	currency: some(of(['EUR', 'SEK'])),
	human_minutes: some(number(0, 100))
};
const conversation = fc.record({
	id: name,
	customer_id: name,
	started_at: fc.constant('2000-01-01T00:00:00+05:30'),
	updated_at: some(time),
	thread_id: some(name),
	merged_into: some(name),
	initiated_by: some(of(INITIATORS)),
	channel: some(name),
	language: some(name),
	market: some(name),
	customer_value: some(name),
	status: some(of(STATUSES)),
	intent: some(name),
	intent_confidence: some(number(0, 1)),
	test_traffic: some(fc.boolean()),
	spam: some(fc.boolean()),
	messages: fc.array(
		fc.record({
			at: some(time),
			role: of(ROLES),
			text: some(text),
			sentiment: some(number(-1, 1)),
			public: some(fc.boolean()),
			ai_drafted: some(fc.boolean())
		}),
		{ minLength: 1, maxLength: 3 }
	),
	tool_calls: some(
		fc.array(
			fc.record({
				at: some(time),
				name,
				arguments: some(argumentsOf),
				outcome: some(of(TOOL_OUTCOMES)),
				error: some(text),
				actor: some(of(ROLES))
			}),
			{ maxLength: 2 }
		)
	),
	escalation: some(
		fc.record({
			needed_at: some(time),
			reason: some(of(ESCALATION_REASONS)),
			handed_off_at: some(time),
			engaged_at: some(time),
			abandoned_at: some(time),
			handoff_parts: some(fc.array(of(HANDOFF_PARTS), { maxLength: 3 })),
			re_asked: some(fc.boolean())
		})
	),
	refunds: some(
		fc.array(
			fc.record({
				id: some(name),
				at: some(time),
				amount_minor: some(money),
				currency: some(of(['EUR', 'JPY'])),
				decided_by: some(of(DECIDERS)),
				approved_by: some(name),
				audit_verdict: some(of(AUDIT_VERDICTS)),
				audited_at: some(time),
				correct_amount_minor: some(money),
				audit_probability: some(number(0.001, 1))
			}),
			{ maxLength: 2 }
		)
	),
	rating: some(fc.record(scored)),
	complaints: some(fc.array(fc.record({ id: some(name), ...complaint }), { maxLength: 2 })),
	outcome: some(fc.record({ solved: fc.boolean(), by: some(of(OUTCOME_JUDGES)), at: some(time) })),
	costs: some(fc.record(costs))
});
const about = {
	conversation_id: fc.constantFrom('a', 'b'),
	updated_at: some(time),
	schema_version: some(fc.constant(1))
};
const side = fc.oneof(
	fc.record({ record: fc.constant('rating'), ...about, ...scored }),
	fc.record({
		record: fc.constant('complaint'),
		...about,
		...complaint,
		id: some(name),
		conversation_source: some(fc.constant('canonical'))
	}),
	fc.record({ record: fc.constant('cost'), ...about, ...costs }),
	fc.record({
		record: fc.constant('refund_audit'),
		...about,
		refund_id: some(name),
		audit_verdict: of(AUDIT_VERDICTS),
		audited_at: some(time),
		correct_amount_minor: some(money),
		audit_probability: some(number(0.001, 1))
	})
);

const privacies: [string, Privacy | undefined][] = [
	['as delivered', undefined],
	[
		'redacted',
		{
			redaction: { kinds: ['email', 'phone', 'card', 'iban', 'network'], patterns: [] },
			customerIds: 'plain',
			key: undefined
		}
	]
];

describe('round trip', () => {
	it.each(privacies)('of any records is unchanged, %s', { timeout: 600_000 }, async (_, privacy) => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.oneof({ weight: 3, arbitrary: conversation }, side), { minLength: 40, maxLength: 60 }),
				async (rows) => {
					const into = await fresh();
					const first = await take(into, write(rows), privacy);
					expect(first.accepted).toBeGreaterThan(0);
					const [stored] = await into.all<{ n: number }>(
						'SELECT count(*) AS n FROM log.conversation WHERE superseded_by IS NULL'
					);
					if (stored?.n === 0) return;
					const { target, told } = await out(into, 'all.ndjson');
					const again = await take(into, target, privacy);
					expect(again.quarantine).toEqual([]);
					expect(again).toMatchObject({
						read: told.conversations + told.sideRecords,
						accepted: 0,
						unchanged: told.conversations + told.sideRecords,
						quarantined: 0
					});
					// Elsewhere it makes the same records.
					const copy = await fresh();
					await take(copy, target, privacy);
					const second = await out(copy, 'copy.ndjson');
					expect(linesOf(second.target)).toEqual(linesOf(target));
				}
			),
			{ numRuns: 5 }
		);
	});

	const linesOf = (file: string) =>
		(file.endsWith('.gz') ? gunzipSync(readFileSync(file)).toString() : readFileSync(file, 'utf8'))
			.split('\n')
			.filter((line) => line !== '')
			.sort();

	it('holds what was delivered, by the published schema', async () => {
		const record = plain('a', {
			ended_at: '2026-03-02T10:00:00.5+01:00',
			tool_calls: [{ name: 'refund', arguments: { note: null, deep: [{ x: null }], big: 1234567890123456 } }],
			escalation: {},
			refunds: []
		});
		await take(warehouse, write([record]));
		const { target, told } = await out(warehouse, 'a.ndjson.gz');
		expect(told).toEqual({ source: 'canonical', conversations: 1, sideRecords: 0, withoutText: 0 });
		const [line] = linesOf(target);
		expect(conversationSchema.parse(JSON.parse(line!))).toBeDefined();
		expect(JSON.parse(line!)).toEqual({
			...JSON.parse(JSON.stringify(record)),
			ended_at: '2026-03-02T09:00:00.500000Z'
		});
	});

	it('goes by Parquet as well', async () => {
		await take(
			warehouse,
			write([plain('a', { escalation: {}, refunds: [], rating: { score: 4 } }), plain('b')])
		);
		const { target, told } = await out(warehouse, 'all.parquet');
		expect(told.conversations).toBe(2);
		expect(await take(warehouse, target)).toMatchObject({ read: 2, unchanged: 2, quarantined: 0 });
	});
});

describe('Arrow', () => {
	const arrow = async (sql: string, name: string) => {
		const file = join(folder, `${counter++}-${name}`);
		writeFileSync(file, await warehouse.arrow(sql));
		return file;
	};

	it('holds the same records as the table', async () => {
		const rows = [
			plain('a', {
				ended_at: '2026-03-02T10:00:00.000001Z',
				refunds: [{ id: 'r', amount_minor: 4990, currency: 'EUR' }],
				rating: { score: 4 },
				tool_calls: [{ name: 'find', arguments: { x: [1, null] } }],
				escalation: { handoff_parts: ['summary'] }
			}),
			plain('b')
		];
		await take(warehouse, write(rows));
		const { target } = await out(warehouse, 'all.parquet');
		const file = await arrow(`SELECT * FROM read_parquet('${target}')`, 'all.arrow');
		expect(await ingest(warehouse, { inputs: [file], source: undefined, now })).toMatchObject({
			read: 2,
			unchanged: 2,
			quarantined: 0
		});
	});

	it('refuses a time without a zone, by its row', async () => {
		const messages = `[{'role': 'customer', 'text': 'x'}] AS messages`;
		const file = await arrow(
			`SELECT 'c' || i AS id, 'k' AS customer_id, CASE i WHEN 1 THEN '2026-03-02T09:00:00' ELSE '2026-03-02T09:00:00Z' END AS started_at, ${messages} FROM range(2) r(i) ORDER BY i`,
			'local.arrow'
		);
		const report = await take(warehouse, file);
		expect(report).toMatchObject({ read: 2, accepted: 1, quarantined: 1 });
		expect(report.quarantine[0]).toMatchObject({ line: 2, field: 'started_at' });
	});

	it('refuses a file that is cut short, and stores nothing of it', async () => {
		const file = await arrow('SELECT i::VARCHAR AS id FROM range(5000) r(i)', 'cut.arrow');
		writeFileSync(file, readFileSync(file).subarray(0, 3000));
		const report = await take(warehouse, file);
		expect(report.files[0]!.error).toMatch(/damaged or cut short/);
		expect(report.read).toBe(0);
	});
});

it('takes the current version only, and the days that were asked for', async () => {
	const later = { updated_at: '2026-03-05T00:00:00Z', status: 'resolved' };
	await take(warehouse, write([plain('a'), plain('b', { started_at: '2026-04-01T00:00:00Z' })]));
	await take(warehouse, write([plain('a', later), { record: 'rating', conversation_id: 'a', score: 3 }]));
	await take(warehouse, write([{ record: 'rating', conversation_id: 'never came', score: 2 }]));
	const all = await out(warehouse, 'all.ndjson');
	expect(all.told).toMatchObject({ conversations: 2, sideRecords: 2 });
	const march = await out(warehouse, 'march.ndjson', {
		from: '2026-03-01T00:00:00Z',
		to: '2026-04-01T00:00:00Z'
	});
	expect(march.told).toMatchObject({ conversations: 1, sideRecords: 1 });
	expect(readFileSync(march.target, 'utf8')).toMatch(/"status":"resolved"/);
});

it('says whose text is gone, and has none of it', async () => {
	await take(warehouse, write([plain('a'), plain('b', { started_at: '2026-05-30T00:00:00Z' })]));
	await forget(warehouse, { customer: 'customer of a', by: 'Mia', now, key: undefined });
	const { target, told } = await out(warehouse, 'all.ndjson');
	expect(told).toMatchObject({ conversations: 2, withoutText: 1 });
	expect(readFileSync(target, 'utf8')).not.toMatch(/customer of a/);
	await retain(warehouse, { days: 1, now });
	expect((await out(warehouse, 'all.ndjson')).told).toMatchObject({ withoutText: 2 });
});

it('refuses to guess a source, and leaves no half-written file', async () => {
	await expect(out(warehouse, 'x.ndjson')).rejects.toThrow(/No conversation is stored yet/);
	await take(warehouse, write([plain('a')]));
	await expect(out(warehouse, 'x.ndjson', { source: 'intercom' })).rejects.toThrow(/there are canonical/);
	const target = join(folder, 'no', 'such', 'folder.ndjson');
	await expect(exportRecords(warehouse, { source: undefined, format: 'ndjson', target })).rejects.toThrow();
	expect(existsSync(`${target}.part`)).toBe(false);
});
