/**
 * Webhooks with the real server on a real port: signed by schemes written here anew, answered when they are on the
 * disk, taken in like any file, and safe from whoever does not hold the secret. Starts processes.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Terminal, build } from './command';

const shipped = readFileSync(join(resolve(import.meta.dirname, '..'), 'plimsoll.yaml'), 'utf8');
const WEBHOOKS = `webhooks:
  - { name: live, source: canonical, secret_env: LIVE_SECRET, old_secret_env: LIVE_OLD_SECRET }
  - { name: inter, source: intercom, secret_env: INTER_SECRET }
  - { name: desk, source: zendesk, secret_env: DESK_SECRET }
  - { name: chat, source: chatwoot, secret_env: CHAT_SECRET }
  - { name: mute, source: zendesk, secret_env: NEVER_SET }
`;
const SECRET = `whsec_${Buffer.from('the secret in force').toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.from('the secret before').toString('base64')}`;

const standard = (body: string, secret = SECRET, { id = `msg_${Math.random()}`, age = 0 } = {}) => {
	const at = Math.floor(Date.now() / 1000) - age;
	const key = Buffer.from(secret.slice(6), 'base64');
	const digest = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
	return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${digest}` };
};
const intercom = (body: string) => ({
	'x-hub-signature': `sha1=${createHmac('sha1', 'inter').update(body).digest('hex')}`
});
const zendesk = (body: string) => {
	const at = new Date().toISOString();
	return {
		'x-zendesk-webhook-signature-timestamp': at,
		'x-zendesk-webhook-signature': createHmac('sha256', 'desk').update(`${at}${body}`).digest('base64')
	};
};

const chatwoot = (body: string) => {
	const at = String(Math.floor(Date.now() / 1000));
	return {
		'x-chatwoot-timestamp': at,
		'x-chatwoot-delivery': crypto.randomUUID(),
		'x-chatwoot-signature': `sha256=${createHmac('sha256', 'chat').update(`${at}.${body}`).digest('hex')}`
	};
};

const record = (id: string, more: object = {}) => ({
	id,
	customer_id: `of ${id}`,
	started_at: '2026-03-02T09:00:00Z',
	messages: [{ at: '2026-03-02T09:00:00Z', role: 'customer', text: 'Hello' }],
	...more
});

async function until<Value>(look: () => Promise<Value | false | null | undefined>): Promise<Value> {
	for (let tries = 0; tries < 600; tries++) {
		const value = await look();
		if (value) return value as Value;
		await new Promise((done) => setTimeout(done, 100));
	}
	throw new Error(`It never came: ${look}`);
}

interface State {
	name: string;
	waiting: number;
	received: number;
	refused: number;
	problem: string | null;
	lastRefusal: { reason: string } | null;
}

describe('webhooks and the real server', { timeout: 300_000 }, () => {
	let terminal: Terminal;
	let server: ChildProcess;
	let url: string;
	const db = () => ['--db', terminal.path('hooks.duckdb')];
	const serve = async () => {
		({ server, url } = await terminal.serve(...db(), '--policy', terminal.path('policy.yaml')));
	};
	const post = (name: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
		fetch(`${url}/api/webhooks/${name}`, {
			method: 'POST',
			body,
			headers: { 'content-type': 'application/json', connection: 'close', ...headers }
		});
	/** Of its own connection: one that idled is closed by then. */
	const ask = (path: string, method = 'GET') =>
		fetch(`${url}${path}`, { method, headers: { connection: 'close' } });
	const json = async <Value>(path: string) => (await (await ask(`/api${path}`)).json()) as Value;
	const state = async (name: string) => (await json<State[]>('/webhooks')).find((one) => one.name === name)!;
	const wanted = async (source: string) =>
		(await json<{ source: string; id: string }[]>('/imports/wanted'))
			.filter((one) => one.source === source)
			.map(({ id }) => id);
	const taken = (name: string) => until(async () => (await state(name)).waiting === 0);
	/** Every current conversation as a canonical record, by id. */
	const stored = async (source: string) => {
		const answer = await ask(`/api/export/conversations?source=${source}`);
		const lines = answer.ok ? await answer.text() : '';
		return new Map(
			lines
				.trim()
				.split('\n')
				.filter(Boolean)
				.map((line) => JSON.parse(line) as { id: string } & Record<string, unknown>)
				.map((one) => [one.id, one])
		);
	};

	beforeAll(async () => {
		build();
		terminal = new Terminal();
		Object.assign(terminal.environment, {
			LIVE_SECRET: SECRET,
			LIVE_OLD_SECRET: OLD_SECRET,
			INTER_SECRET: 'inter',
			DESK_SECRET: 'desk',
			CHAT_SECRET: 'chat',
			PLIMSOLL_WEBHOOK_SECONDS: '0.2'
		});
		writeFileSync(terminal.path('policy.yaml'), `${shipped}\n${WEBHOOKS}`);
		writeFileSync(terminal.path('first.ndjson'), JSON.stringify(record('first')));
		expect(terminal.run('ingest', ...db(), 'first.ndjson').status).toBe(0);
		await serve();
	}, 300_000);
	afterAll(() => terminal.close());

	it('takes in what is rightly signed, under the secret in force and the one before', async () => {
		const one = JSON.stringify(record('one'), null, 2);
		const answer = await post('live', one, standard(one));
		expect({ status: answer.status, body: await answer.json() }).toEqual({
			status: 200,
			body: { stored: true }
		});
		const lines = ['two', 'three'].map((id) => JSON.stringify(record(id))).join('\r\n');
		expect((await post('live', lines, standard(lines, OLD_SECRET))).status).toBe(200);
		await taken('live');
		expect([...(await stored('canonical')).keys()].sort()).toEqual(['first', 'one', 'three', 'two']);
	});

	const tools = ['curl', 'openssl'].every((tool) => spawnSync(tool, ['--version']).error === undefined);
	it.skipIf(!tools)('takes what the example of the documentation sends', async () => {
		const text = readFileSync(join(import.meta.dirname, '../docs/ways-in.md'), 'utf8');
		const example = /```sh\n(# A new secret[\s\S]*?)```/.exec(text)![1]!;
		writeFileSync(terminal.path('record.json'), `${JSON.stringify(record('from curl'), null, 2)}\n`);
		const child = spawn('sh', ['-eu', '-c', example], {
			cwd: terminal.folder,
			env: { ...process.env, LIVE_SECRET: SECRET, PLIMSOLL: url }
		});
		let output = '';
		child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
		expect(await new Promise((done) => child.once('exit', done))).toBe(0);
		expect(JSON.parse(output)).toEqual({ stored: true });
		await taken('live');
		expect((await stored('canonical')).has('from curl')).toBe(true);
	});

	it('says whether it is ready, also to a sender that only looks', async () => {
		expect((await ask('/api/webhooks/live', 'HEAD')).status).toBe(200);
		expect((await ask('/api/webhooks/other', 'HEAD')).status).toBe(404);
		expect(await json('/webhooks/live')).toEqual({ name: 'live', ready: true });
		expect((await state('mute')).problem).toMatch(/NEVER_SET is not set/);
		expect((await post('mute', '{}', zendesk('{}'))).status).toBe(503);
	});

	it('stores nothing of what is unsigned, wrongly signed, changed, too old or for nobody', async () => {
		const before = await state('live');
		const body = JSON.stringify(record('forged'));
		const other = `whsec_${Buffer.from('somebody else').toString('base64')}`;
		for (const [headers, sent] of [
			[{}, body],
			[standard(body, other), body],
			[standard(body), body.replace('forged', 'foreed')],
			[standard(body, SECRET, { age: 400 }), body],
			[standard(body, SECRET, { age: -400 }), body],
			[{ ...standard(body), 'webhook-id': 'msg_other' }, body],
			[intercom(body), body]
		] as const) {
			const answer = await post('live', sent, headers);
			expect(answer.status).toBe(401);
			expect(await answer.json()).toMatchObject({
				error: expect.stringMatching(/header|signature|signed time/),
				remedy: expect.stringMatching(/Nothing was stored/)
			});
		}
		expect((await post('nobody', body, standard(body))).status).toBe(404);
		expect((await post('live', '', standard(''))).status).toBe(400);
		expect(readdirSync(terminal.path('hooks.duckdb.inbox'))).toEqual([]);
		const after = await state('live');
		expect(after.refused - before.refused).toBe(7);
		expect(after.received).toBe(before.received);
		expect(after.lastRefusal!.reason).toMatch(/webhook-id is missing|webhook-signature is missing/);
		expect((await stored('canonical')).has('forged')).toBe(false);
	});

	it('does nothing again for what was overheard, and lets the later of two versions count', async () => {
		const send = async (text: string, id: string) => {
			const body = JSON.stringify(
				record('changing', { messages: [{ at: '2026-03-02T09:00:00Z', role: 'customer', text }] })
			);
			const headers = standard(body, SECRET, { id });
			expect((await post('live', body, headers)).status).toBe(200);
			return { body, headers };
		};
		const first = await send('First', 'msg_first');
		await send('Second', 'msg_second');
		await taken('live');
		const text = async () =>
			((await stored('canonical')).get('changing') as unknown as { messages: { text: string }[] })
				.messages[0]!.text;
		expect(await text()).toBe('Second');
		expect((await post('live', first.body, first.headers)).status).toBe(200);
		await taken('live');
		expect(await text()).toBe('Second');
		await send('First', 'msg_third');
		await taken('live');
		expect(await text()).toBe('First');
	});

	it('takes a message of 1 MB, refuses what is beyond the limit, and quarantines what is no record', async () => {
		const long = JSON.stringify(
			record('long', {
				messages: [{ at: '2026-03-02T09:00:00Z', role: 'customer', text: 'é'.repeat(500_000) }]
			})
		);
		expect((await post('live', long, standard(long))).status).toBe(200);
		const huge = 'x'.repeat(17 * 2 ** 20);
		const refused = await post('live', huge, standard(huge)).catch(() => null);
		// The answer may come while the body is still on its way, which closes the line.
		if (refused) expect(refused.status).toBe(413);
		const broken = '{"id": "broken",\n "messages"';
		expect((await post('live', broken, standard(broken))).status).toBe(200);
		await taken('live');
		expect((await stored('canonical')).has('long')).toBe(true);
		const health = await json<{ source: string; quarantined: number }[]>('/imports/health');
		expect(health.find(({ source }) => source === 'canonical')!.quarantined).toBeGreaterThan(0);
	});

	it('takes in a whole Zendesk ticket, and says plainly that an event is none', async () => {
		const ticket = {
			ticket: {
				id: 77,
				requester_id: 5,
				assignee_id: 6,
				status: 'open',
				created_at: '2026-03-02T09:00:00Z',
				updated_at: '2026-03-02T09:30:00Z',
				comments: [
					{ id: 1, author_id: 5, body: 'My parcel?', created_at: '2026-03-02T09:00:00Z', public: true },
					{ id: 2, author_id: 6, body: 'On its way.', created_at: '2026-03-02T09:30:00Z', public: true }
				]
			}
		};
		const event = {
			type: 'zen:event-type:ticket.comment_added',
			account_id: 1,
			id: '01HN',
			subject: 'zen:ticket:78',
			detail: { id: '78', status: 'OPEN', requester_id: '5' },
			event: { comment: { id: '3', body: 'Hello?' } }
		};
		for (const one of [ticket, event]) {
			const body = JSON.stringify(one);
			expect((await post('desk', body, zendesk(body))).status).toBe(200);
		}
		await taken('desk');
		expect((await stored('zendesk')).get('77')).toMatchObject({
			messages: [{ role: 'customer' }, { role: 'agent' }]
		});
		const health =
			await json<{ source: string; reasons: { reason: string; recordId: string }[] }[]>('/imports/health');
		expect(health.find(({ source }) => source === 'zendesk')!.reasons).toMatchObject([
			{ field: 'detail', reason: expect.stringMatching(/export the ticket/), recordId: '78' }
		]);
		expect(await wanted('zendesk')).toEqual(['78']);
		const page = await (await ask('/imports/health')).text();
		expect(page).toContain('Waiting for an export');
		expect(page).toContain('/api/webhooks/desk');
		expect(page).toContain('A webhook takes nothing in.');
	});

	it('puts a Chatwoot conversation together from events that come one by one, backwards and twice', async () => {
		const file = join(import.meta.dirname, '../fixtures/sources/chatwoot/webhooks.ndjson');
		const events = readFileSync(file, 'utf8').trim().split('\n').slice(0, -1).reverse();
		for (const body of [...events, ...events]) {
			expect((await post('chat', body, chatwoot(body))).status).toBe(200);
			await taken('chat');
		}
		const live = (await stored('chatwoot')).get('43')!;
		expect(live).toMatchObject({
			status: 'resolved',
			messages: [{ role: 'customer' }, { role: 'bot' }, { role: 'agent', text: 'Corrected, sorry!' }]
		});
		const report = JSON.parse(
			terminal.run('ingest', ...db(), '--source', 'chatwoot', '--json', file).stdout
		) as object;
		// The last line is a reporting event, which is of no conversation.
		expect(report).toMatchObject({ read: 2, unchanged: 1, quarantined: 1 });
	});

	const real =
		'/work/shared/data/intercom/api_2.15/get_conversations_conversation_id_conversation_found.json';
	it.skipIf(!existsSync(real))('takes in an Intercom conversation only with all its parts', async () => {
		const item = JSON.parse(readFileSync(real, 'utf8')) as {
			id: string;
			statistics: object | null;
			conversation_parts: { conversation_parts: object[]; total_count: number };
		};
		const notification = (item: object) =>
			JSON.stringify({
				type: 'notification_event',
				app_id: 'a',
				topic: 'conversation.admin.closed',
				id: 'notif_1',
				data: { type: 'notification_event_data', item }
			});
		const parts = item.conversation_parts.conversation_parts;
		const newest = notification({
			...item,
			conversation_parts: { ...item.conversation_parts, conversation_parts: parts.slice(-1), total_count: 1 }
		});
		const ping = JSON.stringify({
			type: 'notification_event',
			topic: 'ping',
			data: { type: 'notification_event_data', item: { type: 'ping', message: 'hello' } }
		});
		for (const body of [newest, ping]) expect((await post('inter', body, intercom(body))).status).toBe(200);
		await taken('inter');
		expect((await stored('intercom')).size).toBe(0);
		expect(await wanted('intercom')).toEqual([item.id]);
		const whole = notification({ ...item, statistics: { count_conversation_parts: parts.length } });
		expect((await post('inter', whole, intercom(whole))).status).toBe(200);
		await taken('inter');
		const live = (await stored('intercom')).get(item.id)!;
		expect(await wanted('intercom')).toEqual([]);
		const file = terminal.path('inter.json');
		writeFileSync(file, JSON.stringify(item));
		// What a file of the same conversation gives.
		const report = JSON.parse(terminal.run('ingest', ...db(), '--json', file).stdout) as object;
		expect(report).toMatchObject({ read: 1, unchanged: 1 });
		expect(live).toMatchObject({ id: item.id });
	});

	it('loses nothing to a kill right after the answer', async () => {
		const ids = Array.from({ length: 12 }, (_, at) => `killed ${at}`);
		const answers = await Promise.all(
			ids.map((id) => {
				const body = JSON.stringify(record(id));
				return post('live', body, standard(body));
			})
		);
		server.kill('SIGKILL');
		await new Promise((done) => server.once('exit', done));
		expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
		await serve();
		await taken('live');
		const known = await stored('canonical');
		expect(ids.filter((id) => !known.has(id))).toEqual([]);
	});
});
