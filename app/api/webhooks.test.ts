/** Webhooks over the API, into a real database: what can't be stored is not answered as stored, and what can't be taken in waits. */
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import shipped from '../../plimsoll.yaml?raw';
import { warehouse } from '../lib/server/plimsoll.server';
import { rounds, takeInWaiting } from '../lib/server/webhooks.server';
import { createApi } from './api.server';

const api = createApi();
let folder: string;
const disk = mkdtempSync(join(tmpdir(), 'plimsoll-hook-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]).status === 0;

const SECRET = `whsec_${Buffer.from('the secret in force').toString('base64')}`;
const signed = (body: string) => {
	const at = Math.floor(Date.now() / 1000);
	const id = `msg_${Math.random()}`;
	const key = Buffer.from(SECRET.slice(6), 'base64');
	const digest = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
	return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${digest}` };
};
const record = (id: string) =>
	JSON.stringify({
		id,
		customer_id: `of ${id}`,
		started_at: '2026-03-02T09:00:00Z',
		messages: [{ at: '2026-03-02T09:00:00Z', role: 'customer', text: 'Hello' }]
	});
const post = (body: string) =>
	api.request('/api/webhooks/live', { method: 'POST', body, headers: signed(body) });
const state = async () =>
	((await (await api.request('/api/webhooks')).json()) as { waiting: number; problem: string | null }[])[0]!;
const known = async () =>
	(await (await warehouse()).all<{ id: string }>('SELECT id FROM log.conversation ORDER BY id')).map(
		({ id }) => id
	);
const usePolicy = (more = '') => {
	writeFileSync(
		join(folder, 'policy.yaml'),
		`${shipped}\nwebhooks:\n  - { name: live, source: canonical, secret_env: LIVE_SECRET }\n${more}`
	);
	delete (globalThis as { __plimsollPolicy?: unknown }).__plimsollPolicy;
};

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-hook-api-'));
	process.env['LIVE_SECRET'] = SECRET;
	process.env['PLIMSOLL_POLICY'] = join(folder, 'policy.yaml');
	process.env['PLIMSOLL_WEBHOOK_SECONDS'] = '0.001';
});
let made = 0;
beforeEach(() => {
	process.env['PLIMSOLL_DB'] = join(folder, `${made++}.duckdb`);
	usePolicy();
	rounds().waiting = 0;
});
afterEach(async () => (await warehouse()).close());
afterAll(() => {
	for (const name of ['LIVE_SECRET', 'PLIMSOLL_POLICY', 'PLIMSOLL_WEBHOOK_SECONDS', 'PLIMSOLL_DB'])
		delete process.env[name];
	if (mounted) spawnSync('umount', [disk]);
	for (const one of [folder, disk]) rmSync(one, { recursive: true, force: true });
});

it('answers 503 where it could not be stored, and takes the same in once it can', async () => {
	const inbox = `${process.env['PLIMSOLL_DB']}.inbox`;
	await warehouse();
	writeFileSync(inbox, 'in the way');
	const refused = await post(record('one'));
	expect(refused.status).toBe(503);
	expect(refused.headers.get('retry-after')).toBe('30');
	expect(await refused.json()).toMatchObject({
		error: expect.stringMatching(/could not be stored \(EEXIST\)/),
		remedy: expect.stringMatching(/Nothing was stored/)
	});
	rmSync(inbox);
	expect((await post(record('one'))).status).toBe(200);
	expect(await takeInWaiting()).toBe(true);
	expect(await known()).toEqual(['one']);
	expect(readdirSync(inbox)).toEqual([]);
});

it.skipIf(!mounted)('says that the disk is full, and leaves nothing of it behind', async () => {
	process.env['PLIMSOLL_DB'] = join(disk, 'data', 'full.duckdb');
	mkdirSync(join(disk, 'data'));
	await warehouse();
	expect((await post(record('first'))).status).toBe(200);
	expect(await takeInWaiting()).toBe(true);
	const size = Number(/(\d+)/.exec(spawnSync('df', ['--output=avail', '-B1', disk]).stdout.toString())![1]);
	writeFileSync(join(disk, 'filler'), Buffer.alloc(size - 8192));
	const body = record('full').replace('Hello', 'x'.repeat(200_000));
	const answer = await post(body);
	expect(answer.status).toBe(503);
	expect(JSON.stringify(await answer.json())).toMatch(/The disk is full/);
	expect(readdirSync(join(disk, 'data', 'full.duckdb.inbox'))).toEqual([]);
	rmSync(join(disk, 'filler'));
	expect((await post(body)).status).toBe(200);
	expect(await takeInWaiting()).toBe(true);
	expect(await known()).toEqual(['first', 'full']);
});

it('lets only so many wait, and only so many be sent at once', async () => {
	process.env['PLIMSOLL_MAX_INBOX'] = '2';
	process.env['PLIMSOLL_MAX_WAITING'] = '3';
	try {
		const statuses = await Promise.all(
			['a', 'b', 'c', 'd', 'e'].map(async (id) => (await post(record(id))).status)
		);
		expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(2);
		expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
		const late = await post(record('late'));
		expect(late.status).toBe(503);
		expect(JSON.stringify(await late.json())).toMatch(/deliveries wait to be taken in/);
		await takeInWaiting();
		expect((await post(record('late'))).status).toBe(200);
	} finally {
		delete process.env['PLIMSOLL_MAX_INBOX'];
		delete process.env['PLIMSOLL_MAX_WAITING'];
	}
});

it('lets wait what the policy forbids to take in, says why, and takes it in after', async () => {
	usePolicy('privacy: { customer_ids: hashed }\n');
	expect((await post(record('later'))).status).toBe(200);
	await expect(takeInWaiting()).rejects.toThrow(/PLIMSOLL_ID_KEY/);
	expect(await state()).toMatchObject({ waiting: 1, problem: expect.stringMatching(/PLIMSOLL_ID_KEY/) });
	expect(await known()).toEqual([]);
	usePolicy();
	await new Promise((done) => setTimeout(done, 5));
	expect(await takeInWaiting()).toBe(true);
	expect(await state()).toMatchObject({ waiting: 0, problem: null });
	expect(await known()).toEqual(['later']);
});

it('keeps what waits to itself', async () => {
	expect((await post(record('secret'))).status).toBe(200);
	const inbox = `${process.env['PLIMSOLL_DB']}.inbox`;
	const [name] = readdirSync(inbox) as [string];
	const mode = (path: string) => Number(spawnSync('stat', ['-c', '%a', path]).stdout.toString());
	expect([mode(inbox), mode(join(inbox, name))]).toEqual([700, 600]);
	expect(readFileSync(join(inbox, name), 'utf8')).toContain('of secret');
});
