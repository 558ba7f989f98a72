/** Explaining, translating and publishing through the API, over a real database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { warehouse } from '../lib/server/plimsoll.server';
import { createApi } from './api.server';

const api = createApi();
let folder: string;
const ask = (path: string, init?: RequestInit) => api.request(path, init);
const json = async (path: string, init?: RequestInit) => (await ask(path, init)).json();

/** Two weeks: easy 9 of 10 and hard 5 of 10 rated well, then 16 of 20 and 2 of 5; `back` comes back by phone. */
function records() {
	let next = 0;
	const contact = (day: string, intent: string, more: object = {}) => ({
		id: `c${next}`,
		customer_id: `k${next++}`,
		channel: 'chat',
		intent,
		started_at: `${day}T09:00:00Z`,
		ended_at: `${day}T09:30:00Z`,
		resolved_at: `${day}T09:30:00Z`,
		messages: [
			{ at: `${day}T09:00:00Z`, role: 'customer', text: 'Hello' },
			{ at: `${day}T09:00:20Z`, role: 'bot', text: 'Hello' }
		],
		...more
	});
	const rated = (day: string, intent: string, good: number, n: number) =>
		Array.from({ length: n }, (_, at) =>
			contact(day, intent, {
				rating: { score: at < good ? 5 : 1, scale: 5, answered_at: `${day}T10:00:00Z` }
			})
		);
	return [
		...rated('2026-03-03', 'order_status', 9, 10),
		...rated('2026-03-03', 'refund_exception', 5, 10),
		...rated('2026-03-10', 'order_status', 16, 20),
		...rated('2026-03-10', 'refund_exception', 2, 5),
		contact('2026-03-10', 'order_status', { id: '=back', customer_id: 'returns' }),
		contact('2026-03-12', 'order_status', { id: 'back 2', customer_id: 'returns', channel: 'voice' }),
		contact('2026-03-30', 'order_status')
	];
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-why-'));
	process.env['PLIMSOLL_DB'] = join(folder, 'why.duckdb');
	const body = records()
		.map((record) => JSON.stringify(record))
		.join('\n');
	expect(await json('/api/ingest', { method: 'POST', body })).toMatchObject({ quarantined: 0 });
});
afterAll(async () => {
	await (await warehouse()).close();
	delete process.env['PLIMSOLL_DB'];
	rmSync(folder, { recursive: true, force: true });
});

it('explains a change', async () => {
	const change = await json('/api/change?metric=csat_top_box&week=2026-W11&against=2026-W10');
	// 14/20 -> 18/25; each intent lost 10 points.
	expect(change.change).toBeCloseTo(0.02, 12);
	expect(change.by[0]).toMatchObject({ dimension: 'intent' });
	expect(change.by[0].rate.value).toBeCloseTo(-0.1, 12);
	expect(change.by[0].mix).toBeCloseTo(0.12, 12);
	const refused = await ask('/api/change?metric=csat_top_box&week=2026-W11&against=2026-W11');
	expect(refused.status).toBe(400);
	expect(await refused.json()).toMatchObject({ error: expect.stringContaining('overlap') });
});

it('translates, and exports what came back without a formula', async () => {
	const { views, definitions } = await json('/api/resolved?week=2026-W11');
	expect(views.press).toMatchObject({ contacts: 27, botContacts: 27, firstReply: { p50: 20 } });
	expect(views.onCall.durable.evidence).toMatchObject({ numerator: 26, denominator: 27 });
	expect(definitions.map((one: { definition: string }) => one.definition)).toContain('zendesk');
	const path = '/api/resolved/came-back?week=2026-W11&definition=zendesk';
	const rows = await json(path);
	expect(rows).toMatchObject([{ id: '=back', hoursAfter: 47.5, nextId: 'back 2', nextChannel: 'voice' }]);
	const csv = await (await ask(`${path}&format=csv`)).text();
	expect(csv.split('\n')[1]).toMatch(/^canonical,'=back,returns/);
	expect((await ask('/api/resolved/came-back?week=2026-W11&definition=decagon')).status).toBe(400);
});

it('publishes once, gives the bytes back, and restates', async () => {
	const publish = (query: string) =>
		ask(`/api/publications?week=2026-W10&by=Maja${query}`, { method: 'POST' });
	expect(await json('/api/publications')).toEqual([]);
	expect((await ask('/api/publications/card?week=2026-W10')).status).toBe(404);
	const published = await (await publish('')).json();
	expect(published).toMatchObject({ week: '2026-W10', edition: 1, publishedBy: 'Maja' });
	const again = await publish('');
	expect(again.status).toBe(400);
	expect(await again.json()).toMatchObject({ error: expect.stringContaining('needs a reason') });
	const card = await (await ask('/api/publications/card?week=2026-W10')).text();
	const late = {
		record: 'rating',
		conversation_id: 'back 2',
		score: 1,
		scale: 5,
		answered_at: '2026-03-12T12:00:00Z'
	};
	const early = { record: 'complaint', conversation_id: 'c0', id: 'k', at: '2026-03-04T12:00:00Z' };
	await json('/api/ingest', {
		method: 'POST',
		body: [late, early].map((record) => JSON.stringify(record)).join('\n')
	});
	expect(await (await ask('/api/publications/card?week=2026-W10')).text()).toBe(card);
	const restated = await json('/api/publications/restatement?week=2026-W10');
	expect(restated.later).toEqual([{ kind: 'late_complaint', path: null, n: 1 }]);
	const changed = restated.changed.find(
		(one: { old: { metric: string } }) => one.old.metric === 'durable_resolution'
	);
	expect(changed).toMatchObject({
		old: { evidence: { numerator: 20 } },
		new: { evidence: { numerator: 19 } },
		reasons: [{ kind: 'late_complaint', n: 1 }]
	});
	const foreign = await ask('/api/publications?week=2026-W10&by=x', {
		method: 'POST',
		headers: { origin: 'https://evil.example', host: 'localhost' }
	});
	expect(foreign.status).toBe(403);
});
