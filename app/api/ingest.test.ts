/** Logs over the API, into a real database: by source, line by line, packed, named by a key, and more than can wait. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IngestReport } from '#ingest/ingest.server';
import { warehouse } from '../lib/server/plimsoll.server';
import { createApi } from './api.server';

const api = createApi();
let folder: string;

const record = (id: string, more: object = {}) =>
	JSON.stringify({
		id,
		customer_id: `of ${id}`,
		started_at: '2026-03-02T09:00:00Z',
		messages: [{ at: '2026-03-02T09:00:00Z', role: 'customer', text: 'Hello' }],
		...more
	});
const send = (
	body: string | Uint8Array<ArrayBuffer>,
	headers: Record<string, string> = {},
	path = '/canonical'
) => api.request(`/api/ingest${path}`, { method: 'POST', body, headers });
const reportOf = async (answer: Promise<Response> | Response) =>
	(await (await answer).json()) as IngestReport;
const known = async () =>
	(
		await (
			await warehouse()
		).all<{ id: string }>('SELECT id FROM log.conversation WHERE superseded_by IS NULL ORDER BY id')
	).map(({ id }) => id);

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-api-ingest-'));
	process.env['PLIMSOLL_DB'] = join(folder, 'log.duckdb');
});
afterAll(async () => {
	await (await warehouse()).close();
	delete process.env['PLIMSOLL_DB'];
	rmSync(folder, { recursive: true, force: true });
});

it('names every line that it puts aside, takes its neighbours in, and gives the lines back for repair', async () => {
	const bad = record('bad', { started_at: 'yesterday' });
	const answer = await send([record('one'), bad, '{"id":', record('two')].join('\n'));
	expect(answer.status).toBe(200);
	const report = await reportOf(answer);
	expect(report).toMatchObject({ read: 4, accepted: 2, unchanged: 0, quarantined: 2 });
	expect(report.quarantine).toMatchObject([
		{ line: 2, field: 'started_at', reason: expect.stringMatching(/must be a time/) },
		{ line: 3, field: 'record', reason: 'is not a JSON object' }
	]);
	const [{ id }] = (await (
		await warehouse()
	).all<{ id: number }>('SELECT max(ingest_id) AS id FROM log.ingest')) as [{ id: number }];
	const lines = await (await api.request(`/api/imports/${id}/refused`)).text();
	expect(lines).toBe(`${bad}\n{"id":\n`);
	const reasons = await (await api.request(`/api/imports/${id}/refused?format=json`)).text();
	expect(JSON.parse(reasons.split('\n')[0]!)).toMatchObject({ line: 2, recordId: 'bad', raw: bad });
	const mended = await reportOf(send(lines.split('\n')[0]!.replace('yesterday', '2026-03-02T09:00:00Z')));
	expect(mended).toMatchObject({ read: 1, accepted: 1 });
	expect(await known()).toEqual(['bad', 'one', 'two']);
	expect((await api.request('/api/imports/999999/refused')).status).toBe(404);
});

it('refuses a source that nobody knows, and takes a gzip as it is', async () => {
	const unknown = await send(record('x'), {}, '/zendes');
	expect(unknown.status).toBe(400);
	expect(JSON.stringify(await unknown.json())).toMatch(/zendesk/);
	const packed = await reportOf(
		send(new Uint8Array(gzipSync(record('packed'))), { 'content-encoding': 'gzip' })
	);
	expect(packed).toMatchObject({ read: 1, accepted: 1 });
	const bomb = await send(new Uint8Array(gzipSync(record('cut').repeat(50)).subarray(0, -9)));
	expect(bomb.status).toBe(422);
	expect(await known()).not.toContain('cut');
});

it('answers a request that named itself as before, also after a restart, and refuses its key for another', async () => {
	const key = { 'idempotency-key': 'order 66' };
	const first = await send(record('named'), key);
	const said = await first.json();
	expect(said).toMatchObject({ accepted: 1, unchanged: 0 });
	const again = await send(record('named'), key);
	expect(again.headers.get('idempotency-replayed')).toBe('true');
	expect(await again.json()).toEqual(said);
	await (await warehouse()).close();
	expect(await (await send(record('named'), key)).json()).toEqual(said);
	const other = await send(record('other'), key);
	expect(other.status).toBe(422);
	expect(JSON.stringify(await other.json())).toMatch(/came before with another body/);
	expect(await known()).not.toContain('other');
	// What could not be read may be sent again under its key.
	const broken = { 'idempotency-key': 'broken' };
	expect((await send(new Uint8Array(gzipSync(record('late')).subarray(0, -9)), broken)).status).toBe(422);
	expect(await reportOf(send(record('late'), broken))).toMatchObject({ accepted: 1 });
});

it('counts what was stored although it could not be counted at once, when the same is sent again', async () => {
	const db = await warehouse();
	const counted = async (id: string) =>
		(await db.all('SELECT 1 FROM fact.episode WHERE id = $id', { id })).length;
	const judged = async () =>
		Number((await db.all<{ n: number }>('SELECT count(*) AS n FROM ledger.evaluation'))[0]!.n);
	for (const key of [undefined, 'uncounted']) {
		const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
		const id = `uncounted ${key}`;
		await db.run('ALTER TABLE fact.source RENAME TO elsewhere');
		expect((await send(record(id), headers)).status).toBe(500);
		await db.run('ALTER TABLE fact.elsewhere RENAME TO source');
		expect(await known()).toContain(id);
		expect(await counted(id)).toBe(0);
		const before = await judged();
		expect((await send(record(id), headers)).status).toBe(200);
		expect(await counted(id)).toBe(1);
		expect(await judged()).toBe(before + 1);
		// And then no more.
		expect(await reportOf(send(record(id)))).toMatchObject({ unchanged: 1 });
		expect(await judged()).toBe(before + 1);
	}
});

it('lets so many wait and asks the others to come again', async () => {
	process.env['PLIMSOLL_MAX_WAITING'] = '2';
	try {
		const answers = await Promise.all(
			Array.from({ length: 6 }, (_, at) => send(record(`crowd ${at}`), { 'idempotency-key': `crowd ${at}` }))
		);
		const statuses = answers.map(({ status }) => status).sort();
		expect(statuses).toEqual([200, 200, 503, 503, 503, 503]);
		const refused = answers.find(({ status }) => status === 503)!;
		expect(refused.headers.get('retry-after')).toBe('5');
		const same = await Promise.all([1, 2].map(() => send(record('twice'), { 'idempotency-key': 'twice' })));
		expect(same.map(({ status }) => status).sort()).toEqual([200, 409]);
	} finally {
		delete process.env['PLIMSOLL_MAX_WAITING'];
	}
});

it('comes to the same, however a log is cut into requests and however often they are sent', async () => {
	const records = Array.from({ length: 12 }, (_, at) =>
		record(`cut ${at % 9}`, { updated_at: `2026-03-0${2 + Math.floor(at / 9)}T10:00:00Z` })
	);
	const stored = async () =>
		(await warehouse()).all(
			`SELECT id, version_at, content_hash FROM log.conversation WHERE superseded_by IS NULL AND id LIKE 'cut %' ORDER BY id`
		);
	await send(records.join('\n'));
	const whole = await stored();
	expect(whole).toHaveLength(9);
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.array(fc.nat(11), { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
			async (requests) => {
				await (await warehouse()).run(`DELETE FROM log.conversation WHERE id LIKE 'cut %'`);
				for (const lines of [...requests, records.map((_, at) => at)]) {
					const report = await reportOf(send(lines.map((at) => records[at]).join('\n')));
					expect(report.read).toBe(report.accepted + report.unchanged + report.quarantined);
				}
				expect(await stored()).toEqual(whole);
			}
		),
		{ numRuns: 6 }
	);
}, 60_000);
