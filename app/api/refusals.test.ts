/** Questions that can't be answered, through the API over a real database: each names what is wrong and what would do. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Card } from '#queries/queries.server';
import { warehouse } from '../lib/server/plimsoll.server';
import { createApi } from './api.server';

const api = createApi();
let folder: string;
const ask = async (path: string, init?: RequestInit) => {
	const response = await api.request(path, init);
	return { status: response.status, body: await response.json() };
};

const contact = (id: string, day: string, more: object = {}) => ({
	id,
	customer_id: `of ${id}`,
	market: 'SE',
	intent: 'order_status',
	started_at: `${day}T09:00:00Z`,
	ended_at: `${day}T09:30:00Z`,
	resolved_at: `${day}T09:30:00Z`,
	messages: [
		{ at: `${day}T09:00:00Z`, role: 'customer', text: 'Hello' },
		{ at: `${day}T09:00:20Z`, role: 'bot', text: 'Hello' }
	],
	rating: { score: 5, scale: 5, answered_at: `${day}T10:00:00Z` },
	...more
});
const send = (...records: object[]) =>
	ask('/api/ingest', { method: 'POST', body: records.map((record) => JSON.stringify(record)).join('\n') });

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-refusals-'));
	process.env['PLIMSOLL_DB'] = join(folder, 'refusals.duckdb');
	const taken = await send(
		contact('a', '2026-03-03'),
		contact('b', '2026-03-17', { market: 'DE', test_traffic: false }),
		contact('c', '2026-03-30', { market: 'NO', test_traffic: true })
	);
	expect(taken.body).toMatchObject({ accepted: 3, quarantined: 0 });
});
afterAll(async () => {
	await (await warehouse()).close();
	delete process.env['PLIMSOLL_DB'];
	rmSync(folder, { recursive: true, force: true });
});

const W10 = '/api/scorecard?week=2026-W10';

it.each([
	['a value that no conversation has', `${W10}&market=SX`, 'market "SX"', /Did you mean SE\? Known: SE, /],
	[
		'an intent that is nearly one',
		`${W10}&intent=order_staus`,
		'intent "order_staus"',
		/Did you mean order_status/
	],
	['a path that is none', `${W10}&path=ai`, 'path', /ai_only/],
	['a tier that is none', `${W10}&tier=D`, 'tier', /unassigned/],
	['a week after the data', '/api/scorecard?week=2099-W01', '2099-W01 lies after the data', /2026-W12/],
	['a week that is none', '/api/scorecard?week=2026-W99', '2026-W99', /2026-W12/],
	['a time that has not come', `${W10}&as_of=2099-01-01T00:00:00Z`, 'has not come yet', /data reaches to/],
	[
		'a time before anything was taken in',
		`${W10}&known_at=2020-01-01T00:00:00Z`,
		'Nothing was taken in by',
		/./
	],
	['a metric that is none', `${W10}&definition=csat_top`, 'There is no metric "csat_top"', /csat_top_box/],
	[
		'a version that never was',
		`${W10}&definition=csat_top_box@0`,
		'There is no csat_top_box@0: it is counted as version 1 now.',
		/Ask for csat_top_box@1. No week was published under version 0/
	],
	[
		'a version that is gone',
		`${W10}&definition=refund_approval@1`,
		'refund_approval@1 was replaced on 2026-11-25',
		/Ask for refund_approval@2/
	],
	[
		'a change of a value that is none',
		'/api/change?metric=csat_top_box&week=2026-W12&against=2026-W10&channel=fax',
		'channel "fax"',
		/The log names no channel at all/
	],
	[
		'a change towards the future',
		'/api/change?metric=csat_top_box&week=2099-W01&against=2026-W10',
		'2099-W01 has not begun',
		/reaches to/
	],
	[
		'meanings of "resolved" in the future',
		'/api/resolved?week=2099-W01',
		'2099-W01 has not begun',
		/reaches to/
	],
	[
		'what came back of a language that is none',
		'/api/resolved/came-back?week=2026-W10&definition=zendesk&language=tlh',
		'language "tlh"',
		/names no language/
	]
])('%s is refused', async (_, path, error, remedy) => {
	const { status, body } = await ask(path);
	expect([400, 404], JSON.stringify(body)).toContain(status);
	expect(body.error).toContain(error);
	expect(`${body.error} ${body.remedy}`).toMatch(remedy);
});

it.each([
	['a market of another week', 'market=DE'],
	['a market of tests only', 'market=NO'],
	['an intent that the policy names', 'intent=fraud_report'],
	['a tier without contacts', 'tier=C'],
	['what has no language', 'language=%28none%29&market=DE']
])('%s is absent with its reason, and no mistake', async (_, query) => {
	const { status, body } = await ask(`${W10}&by=tier&definition=csat_top_box&${query}`);
	expect(status, JSON.stringify(body)).toBe(200);
	expect(body).toMatchObject([{ status: 'absent', value: null, reason: 'No conversations in 2026-W10.' }]);
});

it('asks for one metric, and says where numbers of an older version are', async () => {
	const { body } = await ask(`${W10}&by=&definition=csat_top_box&definition=containment@1`);
	expect(body.map(({ definition }: { definition: string }) => definition)).toEqual([
		'csat_top_box@1',
		'containment@1'
	]);
	await ask('/api/publications?week=2026-W10&by=Maja', { method: 'POST' });
	const db = await warehouse();
	const [row] = await db.all<{ card: string }>('SELECT card FROM ledger.publication');
	const card = JSON.parse(row!.card) as Card;
	for (const one of card.measurements) if (one.metric === 'csat_top_box') one.definition = 'csat_top_box@0';
	const text = JSON.stringify(card);
	await db.run('UPDATE ledger.publication SET card = $text, card_sha256 = $sha', {
		text,
		sha: createHash('sha256').update(text).digest('hex')
	});
	const refused = await ask(`${W10}&definition=csat_top_box@0`);
	expect(refused.status).toBe(400);
	expect(refused.body.remedy).toContain('kept: 2026-W10');
});

it('gives the week as the log stood, byte for byte, whatever came later', async () => {
	const [before] = await (
		await warehouse()
	).all<{ at: string }>('SELECT max(finished_at) AS at FROM log.ingest');
	const path = `${W10}&as_of=2026-03-30T00:00:00Z&known_at=${encodeURIComponent(before!.at)}`;
	const bytes = async (of: string) => (await api.request(of)).text();
	const then = await bytes(path);
	expect(then).toBe(await bytes(`${W10}&as_of=2026-03-30T00:00:00Z`));
	const late = {
		record: 'rating',
		conversation_id: 'a',
		score: 1,
		scale: 5,
		answered_at: '2026-03-04T12:00:00Z'
	};
	expect((await send(late)).body).toMatchObject({ accepted: 1 });
	expect(await bytes(`${W10}&as_of=2026-03-30T00:00:00Z`)).not.toBe(then);
	expect(await bytes(path)).toBe(then);
});
