/** The lists and the daily cohorts, with a transcript in a segment of its own. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as queries from '../queries.server';
import { addConversations, openScratch, policy } from '../tests/log-rows';

const calendar = { timeZone: 'Europe/Stockholm', weekStart: 'monday' } as const;

/** One transcript, at row 0 of s1.parquet. */
async function writeSegment(warehouse: Awaited<ReturnType<typeof openScratch>>) {
	await warehouse.run(
		`COPY (SELECT [{'at': TIMESTAMPTZ '2026-03-29 01:00:00Z', 'role': 'customer', 'text': 'I want my Money Back', 'sentiment': NULL::DOUBLE, 'public': NULL::BOOLEAN, 'ai_drafted': NULL::BOOLEAN}] AS messages, NULL::STRUCT("at" TIMESTAMPTZ, "name" VARCHAR)[] AS tool_calls) TO '${join(warehouse.transcripts, 's1.parquet')}' (FORMAT parquet)`
	);
}

it('reads lists, transcripts, derived words, and cohorts', async () => {
	const warehouse = await openScratch();
	await writeSegment(warehouse);
	const row = (id: string, closed: string, score: number) => ({
		id,
		customer_id: id,
		started_at: '2026-03-28T09:00:00Z',
		ended_at: closed,
		resolved_at: closed,
		segment: 's1.parquet',
		segment_row: 0,
		rating_score: score,
		rating_scale: 5,
		rating_answered_at: closed
	});
	// 29 March 2026 has 23 hours in Stockholm: it ends at 22:00Z. a closes on it, b on the 30th.
	await addConversations(warehouse, [
		row('a', '2026-03-29T21:59:59Z', 5),
		row('b', '2026-03-29T22:00:00Z', 3)
	]);
	await queries.refreshFacts(warehouse, policy);
	const read = (await queries.readConversation(warehouse, 'canonical', 'a'))!;
	expect(read).toMatchObject({ id: 'a', intent: 'refund', intentDerived: true, tier: 'B', toolCalls: [] });
	expect(read.messages[0]).toMatchObject({ role: 'customer', text: 'I want my Money Back' });
	expect(await queries.readConversation(warehouse, 'canonical', 'zz')).toBeNull();
	expect((await queries.listConversations(warehouse, { filter: { tier: ['B'] }, limit: 1 })).total).toBe(2);
	expect(await queries.ingestLog(warehouse)).toHaveLength(1);
	expect(await queries.quarantine(warehouse)).toEqual([]);
	expect(await queries.weeksPresent(warehouse, calendar)).toEqual(['2026-W13', '2026-W14']);
	const cohorts = (asOf: string) =>
		queries.dailyCohorts(warehouse, { metric: 'csat_top_box', calendar, asOf });
	expect(await cohorts('2026-04-05T21:59:59Z')).toEqual([]);
	expect(await cohorts('2026-04-05T22:00:00Z')).toEqual([
		{ day: '2026-03-29', intent: 'refund', n: 1, x: 1 }
	]);
	expect(await cohorts('2026-05-01T00:00:00Z')).toHaveLength(2);
	await warehouse.close();
});

it('knows which values a week has, and what became of a conversation', async () => {
	const warehouse = await openScratch();
	await writeSegment(warehouse);
	const row = (id: string, more: object) => ({
		id,
		customer_id: id,
		started_at: '2026-03-03T09:00:00Z',
		ended_at: '2026-03-03T10:00:00Z',
		market: 'SE',
		segment: 's1.parquet',
		segment_row: 0,
		...more
	});
	await addConversations(warehouse, [
		row('a', {
			rating_asked_at: '2026-03-03T10:01:00Z',
			rating_score: 2,
			rating_scale: 5,
			rating_answered_at: '2026-03-03T10:05:00Z',
			ai_cost: 0.021,
			cost_currency: 'EUR',
			human_minutes: 6
		}),
		row('b', { market: 'DE' }),
		row('c', {}),
		row('elsewhen', { market: 'FI', started_at: '2026-03-17T09:00:00Z', ended_at: '2026-03-17T10:00:00Z' })
	]);
	// A rating that came by its own feed, later than it counts.
	await warehouse.run(
		`INSERT INTO log.side_record (source, record, conversation_source, conversation_id, part_id, ingest_id, content_hash, score, scale, answered_at)
		VALUES ('canonical', 'rating', 'canonical', 'b', '', 1, 1, 5, 5, TIMESTAMPTZ '2026-05-01 09:00:00Z')`
	);
	await queries.refreshFacts(warehouse, policy);
	const present = await queries.valuesPresent(warehouse, queries.weekWindow(calendar, '2026-W10'));
	expect(present.market).toEqual(['SE', 'DE']);
	expect(present.language).toEqual(['(none)']);
	expect(present.source).toEqual(['canonical']);

	expect(await queries.readConversation(warehouse, 'canonical', 'a')).toMatchObject({
		ratingScore: 2,
		ratingScale: 5,
		askedAt: '2026-03-03T10:01:00Z',
		ratingAnsweredAt: '2026-03-03T10:05:00Z',
		aiCost: 0.021,
		costCurrency: 'EUR',
		humanMinutes: 6,
		refunds: [],
		complaintAt: []
	});
	expect(await queries.readConversation(warehouse, 'canonical', 'b')).toMatchObject({
		ratingScore: 5,
		ratingAnsweredAt: '2026-05-01T09:00:00Z',
		ratingShare: null
	});
	await warehouse.close();
});

it('knows what a customer said when, and when they came back, with 14 days to the second', async () => {
	const warehouse = await openScratch();
	await writeSegment(warehouse);
	const row = (id: string, startedAt: string, more: object = {}) => ({
		id,
		customer_id: 'one',
		started_at: startedAt,
		ended_at: startedAt,
		resolved_at: startedAt,
		first_customer_at: startedAt,
		last_message_at: startedAt,
		intent: 'order_status',
		...more
	});
	await addConversations(warehouse, [
		row('first', '2026-03-01T10:00:00Z'),
		row('same', '2026-03-01T10:00:00Z', { id: 'at-once' }),
		row('late', '2026-03-02T10:00:00Z', { intent: 'order_late', channel: 'email' }),
		row('other', '2026-03-03T10:00:00Z', { intent: 'refund' }),
		row('test', '2026-03-04T10:00:00Z', { test_traffic: true }),
		row('last', '2026-03-15T10:00:00Z'),
		row('beyond', '2026-03-15T10:00:01Z'),
		row('stranger', '2026-03-02T10:00:00Z', { customer_id: 'two' }),
		row('nobody', '2026-03-02T10:00:00Z', { customer_id: null })
	]);
	await queries.refreshFacts(warehouse, policy);
	expect(await queries.returnsOf(warehouse, 'canonical', 'first')).toMatchObject([
		{ id: 'late', channel: 'email', sameFamily: true, startedAt: '2026-03-02T10:00:00Z' },
		{ id: 'other', sameFamily: false },
		{ id: 'last', sameFamily: true }
	]);
	expect(await queries.returnsOf(warehouse, 'canonical', 'nobody')).toEqual([]);
	await warehouse.run(
		`INSERT INTO fact.signal SELECT conversation_key, unnest(['person_request', 'rephrasing']), TIMESTAMPTZ '2026-03-01 10:00:30Z'
		FROM fact.episode WHERE id = 'first'`
	);
	await warehouse.run(`UPDATE fact.episode SET derived_signals = ['person_request'] WHERE id = 'first'`);
	expect(await queries.signalsSaid(warehouse, 'canonical', 'first')).toEqual([
		{ signal: 'person_request', at: '2026-03-01T10:00:30Z' }
	]);
	await warehouse.close();
});
