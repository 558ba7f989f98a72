/** Forgetting a person and retention, over a real database: nothing of the text is left, and no number moves. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { readConversation, refreshFacts, scorecard } from '../queries/queries.server';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { forget, receipts, retain } from './forget.server';
import { ingest } from './ingest.server';

const NEEDLE = 'the needle in Ann’s haystack';
const policy = {
	hash: 'x',
	intents: [{ intent: 'refund', family: 'refund', tier: 'B' as const }],
	rules: [{ intent: 'refund', tools: [], words: ['haystack'] }]
};
let folder: string;
let warehouse: Warehouse;
let files = 0;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-forget-'));
});
beforeEach(async () => {
	warehouse = await openWarehouse(join(folder, `${files++}.duckdb`));
});
afterEach(() => warehouse.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (day: number, hour = 9) =>
	`2026-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00Z`;
const conversation = (id: string, customer: string, day: number, more: object = {}) => ({
	id,
	customer_id: customer,
	started_at: at(day),
	ended_at: at(day, 10),
	resolved_at: at(day, 10),
	messages: [
		{ at: at(day), role: 'customer', text: `${NEEDLE}, says ${customer}` },
		{ at: at(day), role: 'bot', text: 'Hello' }
	],
	tool_calls: [{ name: 'find', arguments: { who: `${NEEDLE} ${customer}` }, outcome: 'ok' }],
	rating: { score: 5, scale: 5, asked_at: at(day, 11), answered_at: at(day, 12) },
	...more
});
const RECORDS = [
	conversation('a1', 'ann', 2),
	conversation('a2', 'ann', 3, { updated_at: at(4) }),
	conversation('b1', 'ben', 2),
	conversation('b2', 'ben', 20),
	{ ...conversation('a3', 'ann', 5), started_at: 'soon' }
];
async function take(records: object[], name = 'log'): Promise<{ accepted: number; quarantined: number }> {
	const file = join(folder, `${name}.ndjson`);
	writeFileSync(file, records.map((one) => JSON.stringify(one)).join('\n') + '\n');
	const report = await ingest(warehouse, {
		inputs: [file],
		source: 'canonical',
		now: '2026-06-01T00:00:00Z'
	});
	await refreshFacts(warehouse, policy);
	return report;
}
const card = async () =>
	JSON.stringify(
		(
			await scorecard(warehouse, {
				weeks: 'all',
				by: ['intent'],
				asOf: '2026-05-01T00:00:00Z',
				calendar: { timeZone: 'UTC', weekStart: 'monday' }
			})
		).map(({ metric, slice, evidence, pending, status }) => ({ metric, slice, evidence, pending, status }))
	);
const segments = () => readdirSync(warehouse.transcripts).map((name) => join(warehouse.transcripts, name));
const texts = async () =>
	(
		await warehouse.all<{ text: string | null }>(
			`SELECT unnest(messages).text AS text FROM read_parquet($files) WHERE record = 'conversation' AND problem IS NULL`,
			{ files: segments() }
		)
	).flatMap(({ text }) => (text === null ? [] : [text]));

it('takes the text and the identity of one person, moves no number, and does not take them in again', async () => {
	await take(RECORDS);
	await take([conversation('a2', 'ann', 3, { updated_at: at(6), channel: 'mail' })], 'newer');
	const before = await card();
	const facts = await warehouse.all('SELECT * EXCLUDE (customer_id, issue_id) FROM fact.episode ORDER BY id');
	const receipt = await forget(warehouse, { customer: 'ann', by: 'Mia', now: at(25), key: undefined });
	expect(receipt).toMatchObject({ askedBy: 'Mia', conversations: 3, quarantined: 1, comments: 0 });
	expect(await receipts(warehouse)).toMatchObject([{ receipt: receipt.receipt, conversations: 3 }]);
	expect(await card()).toBe(before);
	expect(
		await warehouse.all('SELECT * EXCLUDE (customer_id, issue_id) FROM fact.episode ORDER BY id')
	).toEqual(facts);
	const said = await texts();
	expect(said.filter((text) => text.includes('ann'))).toEqual([]);
	expect(said.filter((text) => text.includes('ben'))).toHaveLength(2);
	const stored = JSON.stringify(
		await warehouse.all(
			`SELECT customer_id, NULL AS raw FROM log.conversation UNION ALL SELECT customer_id, issue_id FROM fact.episode UNION ALL SELECT record_id, raw FROM log.quarantine`
		)
	);
	expect(stored).not.toMatch(/"ann|ann\/|says ann/);
	// Their transcript stands, without words; the other's as it was.
	const theirs = await readConversation(warehouse, 'canonical', 'a1');
	expect(theirs?.messages.map(({ role, text }) => [role, text])).toEqual([
		['customer', null],
		['bot', null]
	]);
	expect((await readConversation(warehouse, 'canonical', 'b2'))?.messages[0]?.text).toContain('says ben');
	// Built anew, the facts are the same.
	await refreshFacts(warehouse, { ...policy, hash: 'y' });
	expect(await card()).toBe(before);
	// The same file, and a new conversation of the same person.
	const again = await take([...RECORDS, conversation('a9', 'ann', 9)], 'again');
	expect(again).toMatchObject({ accepted: 0, quarantined: 4 });
	const refused = await warehouse.all<{ reason: string; raw: string | null }>(
		`SELECT reason, raw FROM log.quarantine WHERE field = 'customer_id'`
	);
	expect(refused).toHaveLength(3);
	expect(refused[0]).toEqual({ reason: 'was forgotten on request, and is not taken in again', raw: null });
	expect(await card()).toBe(before);
	await expect(
		forget(warehouse, { customer: 'nobody', by: 'Mia', now: at(25), key: undefined })
	).rejects.toThrow(/No record is of the customer "nobody"/);
	expect(await receipts(warehouse)).toHaveLength(1);
});

it('finds a person by the plain id where ids are kept hashed', async () => {
	const key = 'a key of some length';
	const file = join(folder, 'hashed.ndjson');
	writeFileSync(file, JSON.stringify(conversation('h', 'ann', 2)));
	const privacy = { redaction: { kinds: [], patterns: [] }, customerIds: 'hashed' as const, key };
	const request = { inputs: [file], source: 'canonical', now: '2026-06-01T00:00:00Z', privacy };
	await ingest(warehouse, request);
	expect(await forget(warehouse, { customer: 'ann', by: 'Mia', now: at(25), key })).toMatchObject({
		conversations: 1
	});
	expect(await ingest(warehouse, request)).toMatchObject({ accepted: 0, quarantined: 1 });
});

it('deletes texts that were kept long enough, and keeps what was counted', async () => {
	await take(RECORDS);
	const before = await card();
	const ask = { days: 30, now: '2026-04-10T00:00:00Z' };
	expect(await retain(warehouse, { ...ask, dryRun: true })).toEqual({
		before: '2026-03-11T00:00:00.000Z',
		conversations: 3
	});
	expect(await texts()).toHaveLength(8);
	expect(await retain(warehouse, ask)).toMatchObject({ conversations: 3 });
	expect(await retain(warehouse, ask)).toMatchObject({ conversations: 0 });
	expect((await texts()).filter((text) => text.includes(NEEDLE))).toEqual([`${NEEDLE}, says ben`]);
	expect(await card()).toBe(before);
	// What was derived from words that are gone stays, also when everything is built anew.
	await refreshFacts(warehouse, { ...policy, hash: 'z' });
	expect(await card()).toBe(before);
	// The same file is unchanged: it does not bring the texts back.
	expect(await take(RECORDS, 'once more')).toMatchObject({ accepted: 0, unchanged: 4 });
	expect((await texts()).filter((text) => text.includes(NEEDLE))).toHaveLength(1);
	await warehouse.close();
	for (const path of segments()) expect(readFileSync(path).includes('says ann')).toBe(false);
	warehouse = await openWarehouse(warehouse.file);
	expect(segments()).toHaveLength(1);
});
