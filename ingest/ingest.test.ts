import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { ingest, type IngestReport } from './ingest.server';

const now = '2026-02-01T00:00:00Z';
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-ingest-'));
let counter = 0;
let warehouse: Warehouse;

const conversation = (id: string, more: Record<string, unknown> = {}) => ({
	id,
	customer_id: 'c1',
	started_at: '2026-01-01T10:00:00Z',
	messages: [
		{ role: 'customer', at: '2026-01-01T10:00:00Z', text: 'Where is my order?' },
		{ role: 'bot', at: '2026-01-01T10:00:05+00:00', text: 'On its way.' }
	],
	...more
});
const lines = (...records: unknown[]) => records.map((record) => JSON.stringify(record)).join('\n') + '\n';
function write(content: string | Buffer, extension = '.ndjson'): string {
	const file = join(folder, `f${counter++}${extension}`);
	writeFileSync(file, content);
	return file;
}
const take = (file: string, source?: string): Promise<IngestReport> =>
	ingest(warehouse, { inputs: [file], source, now });
const fresh = () => openWarehouse(join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'plimsoll.db'));

beforeAll(async () => {
	warehouse = await fresh();
});
afterAll(() => warehouse.close());

describe('refused rows', () => {
	it.each<[string, string, string, RegExp]>([
		['a malformed line', '{"id": "a", ', 'record', /not a JSON object/],
		['a list', '[1]', 'record', /not a JSON object/],
		['a missing id', lines(conversation('x', { id: undefined })), 'id', /missing/],
		['a missing customer', lines(conversation('x', { customer_id: undefined })), 'customer_id', /missing/],
		['a missing start', lines(conversation('x', { started_at: null })), 'started_at', /missing/],
		['no messages', lines(conversation('x', { messages: [] })), 'messages', /missing/],
		['messages of a wrong type', lines(conversation('x', { messages: 'hello' })), 'messages', /a list/],
		[
			'a message of a wrong type',
			lines(conversation('x', { messages: ['hello'] })),
			'messages[]',
			/an object/
		],
		['an object of a wrong type', lines(conversation('x', { rating: 5 })), 'rating', /an object/],
		[
			'a number of a wrong type',
			lines(conversation('x', { intent_confidence: 'high' })),
			'intent_confidence',
			/number/
		],
		[
			'a number out of range',
			lines(conversation('x', { intent_confidence: 1.5 })),
			'intent_confidence',
			/from 0 to 1/
		],
		['an unknown word', lines(conversation('x', { status: 'gone' })), 'status', /one of open/],
		[
			'an unknown role',
			lines(conversation('x', { messages: [{ role: 'robot' }] })),
			'messages[].role',
			/one of/
		],
		[
			'a time without an offset',
			lines(conversation('x', { ended_at: '2026-01-01T10:00:00' })),
			'ended_at',
			/offset/
		],
		[
			'a date that is not',
			lines(conversation('x', { ended_at: '2026-02-31T10:00:00Z' })),
			'ended_at',
			/real/
		],
		[
			'an end before the start',
			lines(conversation('x', { ended_at: '2025-12-31T00:00:00Z' })),
			'ended_at',
			/before/
		],
		[
			'a resolve before the start',
			lines(conversation('x', { resolved_at: '2025-12-31T00:00:00Z' })),
			'resolved_at',
			/before/
		],
		['the future', lines(conversation('x', { started_at: '2026-02-03T00:00:00Z' })), 'started_at', /future/],
		['a newer schema', lines(conversation('x', { schema_version: 2 })), 'schema_version', /newer/],
		[
			'half a cent',
			lines(conversation('x', { refunds: [{ amount_minor: 1.5 }] })),
			'refunds[].amount_minor',
			/whole/
		],
		['an unknown record', lines({ record: 'poem', id: 'x' }), 'record', /known/],
		['a rating of nothing', lines({ record: 'rating', score: 3 }), 'conversation_id', /missing/],
		['bytes that are not text', '{"id": "\xff\xfe"', 'record', /not a JSON object/]
	])('%s', async (_, bad, field, reason) => {
		const content = Buffer.from(`\n${lines(conversation(`good-${counter}`))}${bad.trimEnd()}\n`, 'latin1');
		const report = await take(write(content));
		expect(report.files[0]?.error).toBeNull();
		expect(report).toMatchObject({ read: 2, accepted: 1, unchanged: 0, quarantined: 1 });
		expect(report.quarantine[0]).toMatchObject({ field });
		expect(report.quarantine[0]?.reason).toMatch(reason);
		expect([3, null]).toContain(report.quarantine[0]?.line);
	});
});

describe('files', () => {
	const good = lines(conversation('file-1'));
	it.each<[string, () => string, RegExp]>([
		[
			'a truncated gzip',
			() => write(gzipSync(good.repeat(50)).subarray(0, -9), '.ndjson.gz'),
			/damaged or cut short/
		],
		['UTF-16', () => write(Buffer.from('\ufeff' + good, 'utf16le')), /UTF-16/],
		['binary content', () => write(Buffer.from([1, 0, 2, 0])), /binary/],
		['a missing file', () => join(folder, 'nowhere.ndjson'), /does not exist/],
		['an unknown name', () => write('x', '.docx'), /--source/]
	])('refuses %s and stores nothing', async (_, make, message) => {
		const before = readdirSync(warehouse.transcripts).length;
		const report = await take(make());
		expect(report.files[0]?.error).toMatch(message);
		expect(report.read).toBe(0);
		expect(readdirSync(warehouse.transcripts)).toHaveLength(before);
	});

	it('refuses an unknown source by naming the known ones', async () => {
		await expect(take(write(good), 'helpdesk')).rejects.toThrow(/canonical, agent-trajectories/);
	});

	it.each<[string, (id: string) => string]>([
		['a byte order mark', (id) => write('\ufeff' + lines(conversation(id)))],
		['gzip', (id) => write(gzipSync(lines(conversation(id))), '.ndjson.gz')],
		['carriage returns', (id) => write(lines(conversation(id)).replaceAll('\n', '\r\n'))],
		[
			'a 10 MB line',
			(id) => write(lines(conversation(id, { messages: [{ role: 'bot', text: 'x'.repeat(10_000_000) }] })))
		],
		['a quote in its name', (id) => write(lines(conversation(id)), `it's.ndjson`)],
		[
			'CSV with dotted columns',
			(id) =>
				write(
					`id,customer_id,started_at,messages,escalation.reason,test_traffic\n${id},c,2026-01-01T00:00:00Z,"[{""role"":""customer"",""text"":""hi, you""}]",policy,\n`,
					'.csv'
				)
		]
	])('reads %s', async (name, make) => {
		const id = `read-${name}`;
		const report = await take(make(id));
		expect(report.files[0]?.error).toBeNull();
		expect(report.quarantine).toEqual([]);
		expect(report).toMatchObject({ read: 1, accepted: 1 });
	});

	it('reads Parquet', async () => {
		const file = join(folder, 'x.parquet');
		await warehouse.run(
			`COPY (SELECT 'pq' AS id, 'c' AS customer_id, '2026-01-01T00:00:00Z' AS started_at, [{'role': 'customer', 'text': 'hi'}] AS messages) TO '${file}' (FORMAT parquet)`
		);
		const report = await take(file);
		expect(report.quarantine).toEqual([]);
		expect(report).toMatchObject({ read: 1, accepted: 1 });
	});

	it('takes an empty file as nothing', async () => {
		const report = await take(write(''));
		expect(report.files[0]).toMatchObject({ read: 0, error: null });
	});

	it('takes folders and patterns', async () => {
		const inside = join(folder, 'inside');
		mkdirSync(inside);
		writeFileSync(join(inside, 'a.ndjson'), lines(conversation('in-a')));
		writeFileSync(join(inside, 'b.jsonl'), lines(conversation('in-b')));
		writeFileSync(join(inside, 'notes.txt'), 'x');
		expect((await take(inside)).accepted).toBe(2);
		expect((await take(join(inside, '*.ndjson'))).unchanged).toBe(1);
	});
});

describe('versions', () => {
	it('takes the same file twice as unchanged, and a newer version as superseding', async () => {
		const own = await fresh();
		const run = (content: string) => ingest(own, { inputs: [write(content)], source: undefined, now });
		const first = lines(conversation('v'), {
			record: 'rating',
			conversation_id: 'v',
			score: 4,
			answered_at: now
		});
		expect(await run(first)).toMatchObject({ read: 2, accepted: 2 });
		expect(await run(first)).toMatchObject({ read: 2, unchanged: 2 });
		expect(readdirSync(own.transcripts)).toHaveLength(1);
		const newer = conversation('v', { updated_at: '2026-01-05T00:00:00Z', intent: 'order_status' });
		const older = conversation('v', { updated_at: '2026-01-04T00:00:00Z' });
		expect(await run(lines(older, newer, older))).toMatchObject({ read: 3, accepted: 1, unchanged: 2 });
		expect(await run(lines(older))).toMatchObject({ unchanged: 1 });
		const corrected = conversation('v', { updated_at: '2026-01-05T00:00:00Z', intent: 'refund' });
		expect(await run(lines(corrected))).toMatchObject({ accepted: 1 });
		expect(
			await own.all(
				'SELECT intent, superseded_by IS NULL AS is_current FROM log.conversation ORDER BY ingest_id'
			)
		).toEqual([
			{ intent: null, isCurrent: false },
			{ intent: 'order_status', isCurrent: false },
			{ intent: 'refund', isCurrent: true }
		]);
		expect(await own.all('SELECT DISTINCT conversation_key AS key FROM log.conversation')).toHaveLength(1);
		await own.close();
	});

	it('reconcile: read = accepted + unchanged + quarantined, whatever is delivered', async () => {
		const own = await fresh();
		const record = fc.oneof(
			fc
				.record({
					id: fc.constantFrom('a', 'b', 'c', 'd'),
					day: fc.integer({ min: 1, max: 9 }),
					intent: fc.constantFrom('x', 'y')
				})
				.map(({ id, day, intent }) =>
					JSON.stringify(conversation(id, { updated_at: `2026-01-0${day}T12:00:00Z`, intent }))
				),
			fc.constantFrom('{bad', '[]', '""', '   ', '', '{"id":1}'),
			fc.json(),
			fc
				.record({ score: fc.integer({ min: 1, max: 5 }), id: fc.constantFrom('a', 'b', '') })
				.map(({ score, id }) => JSON.stringify({ record: 'rating', conversation_id: id, score }))
		);
		await fc.assert(
			fc.asyncProperty(fc.array(record, { maxLength: 12 }), async (rows) => {
				const report = await ingest(own, { inputs: [write(rows.join('\n'))], source: undefined, now });
				expect(report.files[0]?.error).toBeNull();
				expect(report.read).toBe(rows.filter((row) => row.trim() !== '').length);
				expect(report.accepted + report.unchanged + report.quarantined).toBe(report.read);
				expect(report.quarantine.map((row) => row.line)).not.toContain(null);
				const [twice] = await own.all<{ n: number }>(
					'SELECT count(*) AS n FROM (SELECT id FROM log.conversation WHERE superseded_by IS NULL GROUP BY ALL HAVING count(*) > 1)'
				);
				expect(twice?.n).toBe(0);
			}),
			{ numRuns: 4, seed: 7 }
		);
		await own.close();
	});
});
