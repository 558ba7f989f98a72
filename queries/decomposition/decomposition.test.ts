/** From log rows in a real database to the explained change: the Simpson world, and what is refused. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { explainChange, refreshFacts, spanOf } from '../queries.server';
import { addConversations, openScratch, policy, type LogRow } from '../tests/log-rows';

let warehouse: Warehouse;
beforeEach(async () => {
	warehouse = await openScratch();
});
afterEach(() => warehouse.close());

const calendar = { timeZone: 'UTC', weekStart: 'monday' } as const;
let next = 0;
/** `good` of `n` rated 5, the rest 1, all on one day. */
const rated = (day: string, intent: string, good: number, n: number, more = {}): LogRow[] =>
	Array.from({ length: n }, (_, at) => ({
		id: `c${next++}`,
		customer_id: null,
		intent,
		started_at: `${day}T09:00:00Z`,
		ended_at: `${day}T10:00:00Z`,
		resolved_at: `${day}T10:00:00Z`,
		rating_score: at < good ? 5 : 1,
		rating_scale: 5,
		rating_answered_at: `${day}T11:00:00Z`,
		...more
	}));
const ask = { metric: 'csat_top_box', week: '2026-W11', against: '2026-W10', calendar } as const;
const asOf = '2026-06-01T00:00:00Z';

it('Simpson: CSAT rises though every intent fell', async () => {
	await addConversations(warehouse, [
		...rated('2026-03-03', 'order_status', 9, 10, { channel: 'chat' }),
		...rated('2026-03-03', 'refund', 20, 40, { channel: 'chat' }),
		...rated('2026-03-10', 'order_status', 32, 40, { channel: 'chat' }),
		...rated('2026-03-10', 'refund', 4, 10, { channel: 'email' })
	]);
	await refreshFacts(warehouse, policy);
	const change = await explainChange(warehouse, { ...ask, asOf });
	// 29/50 -> 36/50; each intent lost 10 points.
	expect(change.change).toBeCloseTo(0.14, 12);
	expect(change.reason).toBeNull();
	expect(change.by.map(({ dimension }) => dimension)).toEqual(['intent', 'channel', 'market', 'language']);
	const [intent, channel, market] = change.by;
	expect(intent!.rate.value).toBeCloseTo(-0.1, 12);
	expect(intent!.mix).toBeCloseTo(0.24, 12);
	expect(channel!.segments.find(({ segment }) => segment === 'email')).toMatchObject({
		presence: 'only_after',
		rate: { value: 0, interval: null }
	});
	// One market, and it isn't named: all of the change is its rate.
	expect(market!.segments).toHaveLength(1);
	expect(market!.segments[0]).toMatchObject({ segment: '(none)' });
	expect(market!.rate.value).toBeCloseTo(0.14, 12);
	expect(market!.mix).toBe(0);
});

it('a week against the weeks before, within one channel', async () => {
	await addConversations(warehouse, [
		...rated('2026-02-24', 'refund', 5, 10, { channel: 'chat' }),
		...rated('2026-03-03', 'refund', 7, 10, { channel: 'chat' }),
		...rated('2026-03-10', 'refund', 3, 10, { channel: 'chat' }),
		...rated('2026-03-10', 'refund', 10, 10, { channel: 'email' })
	]);
	await refreshFacts(warehouse, policy);
	const change = await explainChange(warehouse, {
		...ask,
		against: '2026-W09..2026-W10',
		filter: { channel: ['chat'] },
		asOf
	});
	expect(change.before.evidence).toMatchObject({ numerator: 12, denominator: 20 });
	expect(change.change).toBeCloseTo(-0.3, 12);
	// 20 and 10 ratings are thin, and that is said.
	expect(change.reason).toMatch(/Only 20 counted/);
});

it('says what can still change, and what cannot be known', async () => {
	await addConversations(warehouse, [
		...rated('2026-03-03', 'refund', 5, 10),
		...rated('2026-03-10', 'refund', 3, 10)
	]);
	await refreshFacts(warehouse, policy);
	const young = await explainChange(warehouse, { ...ask, asOf: '2026-03-12T00:00:00Z' });
	expect(young).toMatchObject({ change: null, by: [] });
	expect(young.reason).toMatch(/can still change/);
	const none = await explainChange(warehouse, { ...ask, metric: 'recontact_72h', asOf });
	expect(none).toMatchObject({ change: null, by: [], reason: 'No customer ids in source canonical.' });
});

it('refuses overlapping windows, words that are no weeks, and metrics without shares', async () => {
	const refuse = (more: object) => explainChange(warehouse, { ...ask, asOf, ...more });
	await expect(refuse({ against: '2026-W11' })).rejects.toThrow('overlap');
	await expect(refuse({ against: '2026-W08..2026-W11' })).rejects.toThrow('overlap');
	await expect(refuse({ against: 'last week' })).rejects.toThrow('Not a week');
	await expect(refuse({ against: '2026-W10..' })).rejects.toThrow('Not weeks');
	await expect(refuse({ against: '2026-W10..2026-W08' })).rejects.toThrow('backwards');
	await addConversations(warehouse, rated('2026-03-03', 'refund', 1, 1));
	await refreshFacts(warehouse, policy);
	await expect(refuse({ metric: 'time_to_resolution' })).rejects.toThrow('no rate and mix part');
	expect(spanOf(calendar, '2026-W09..2026-W10')).toEqual({
		since: '2026-02-23T00:00:00.000Z',
		until: '2026-03-09T00:00:00.000Z'
	});
});
