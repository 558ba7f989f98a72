/** Thirteen conversations worked out by hand under six meanings of "resolved", in a real database. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { bothViews, cameBack, DEFINITIONS, refreshFacts, RESOLVED, translate } from '../queries.server';
import { addConversations, openScratch, policy, type LogRow } from '../tests/log-rows';

let warehouse: Warehouse;
beforeEach(async () => {
	warehouse = await openScratch();
});
afterEach(() => warehouse.close());

const calendar = { timeZone: 'UTC', weekStart: 'monday' } as const;
const week = { week: '2026-W10', calendar, asOf: '2026-06-01T00:00:00Z' };
/** The bot resolved it on 3 March at 10:00, for a customer of its own. */
const solved = (id: string, more: Partial<LogRow> = {}): LogRow => ({
	id,
	customer_id: `customer of ${id}`,
	intent: 'order_status',
	channel: 'chat',
	started_at: '2026-03-03T09:00:00Z',
	first_customer_at: '2026-03-03T09:00:00Z',
	first_bot_at: '2026-03-03T09:00:10Z',
	ended_at: '2026-03-03T10:00:00Z',
	resolved_at: '2026-03-03T10:00:00Z',
	...more
});
const person = { bot_message_count: 0, agent_message_count: 1 };
const later = (at: string) => ({ started_at: at, ended_at: at, resolved_at: at });

const WORLD: LogRow[] = [
	solved('fine'),
	// 30 hours later, same matter, by phone; the second call is settled.
	solved('elsewhere'),
	solved('elsewhere 2', {
		...later('2026-03-04T16:00:00Z'),
		customer_id: 'customer of elsewhere',
		channel: 'voice'
	}),
	// 20 hours later about something else.
	solved('other matter'),
	solved('other matter 2', {
		...later('2026-03-04T06:00:00Z'),
		...person,
		customer_id: 'customer of other matter',
		intent: 'refund'
	}),
	// Wrote again in the same conversation after 80 hours.
	solved('reopened', { reopened_at: '2026-03-06T18:00:00Z', ended_at: '2026-03-06T19:00:00Z' }),
	solved('asked for a person', {
		escalation_reason: 'customer_request',
		escalation_needed_at: '2026-03-03T09:30:00Z'
	}),
	solved('handed over', {
		handed_off: true,
		handed_off_at: '2026-03-03T09:20:00Z',
		agent_message_count: 2,
		first_agent_at: '2026-03-03T09:30:00Z'
	}),
	solved('left', { resolved_at: null }),
	solved('nobody known', { customer_id: null }),
	solved('one star', { rating_score: 1, rating_scale: 5, rating_answered_at: '2026-03-03T11:00:00Z' }),
	solved('said no', { outcome_solved: false, outcome_by: 'customer', outcome_at: '2026-03-03T10:30:00Z' }),
	solved('complained', {
		complaints: `[{'id': NULL, 'at': TIMESTAMPTZ '2026-03-06 10:00:00Z', 'regulator_facing': NULL}]`
	}),
	// 50 hours later a new conversation in the same thread, answered by a person.
	solved('thread', { thread_id: 't' }),
	solved('thread 2', {
		...later('2026-03-05T12:00:00Z'),
		...person,
		customer_id: 'customer of thread',
		thread_id: 't'
	})
];

/** What each definition calls resolved, of the thirteen contacts the bot took part in. */
const RESOLVED_BY_HAND = {
	intercom_fin: 'fine, elsewhere, elsewhere 2, other matter, left, nobody known, one star, complained',
	zendesk: 'fine, elsewhere, elsewhere 2, other matter, reopened, left, nobody known, one star, complained',
	forethought:
		'fine, elsewhere, elsewhere 2, other matter, asked for a person, left, nobody known, complained',
	chatwoot:
		'fine, elsewhere, elsewhere 2, other matter, asked for a person, nobody known, one star, said no, complained',
	dialogflow_cx:
		'fine, elsewhere, elsewhere 2, reopened, asked for a person, left, one star, said no, complained, thread',
	plimsoll: 'fine, elsewhere 2, other matter, asked for a person, one star, said no'
} as const;
/** Its own denominator: without the unresolved and the handed over; without the unknown customer; the bot's alone. */
const OWN = { intercom_fin: 13, zendesk: 13, forethought: 13, chatwoot: 11, dialogflow_cx: 12, plimsoll: 11 };
const CAME_BACK = {
	intercom_fin: ['elsewhere'],
	zendesk: ['elsewhere', 'reopened'],
	forethought: ['elsewhere'],
	chatwoot: ['elsewhere'],
	dialogflow_cx: ['elsewhere', 'thread', 'reopened'],
	plimsoll: []
};

async function load(rows = WORLD) {
	await addConversations(warehouse, rows);
	await refreshFacts(warehouse, policy);
}

describe('by hand', () => {
	it('counts for each definition, and which ones came back', async () => {
		await load();
		for (const found of await translate(warehouse, week)) {
			const { definition } = found;
			const x = RESOLVED_BY_HAND[definition].split(', ').length;
			const unknown = definition === 'dialogflow_cx' || definition === 'plimsoll' ? 1 : 0;
			expect(found).toMatchObject({
				ofBotContacts: { x, n: 13 - unknown },
				ofOwn: { x, n: OWN[definition] },
				pending: 0,
				unknown,
				cameBack: { x: CAME_BACK[definition].length }
			});
			const returned = await cameBack(warehouse, { ...week, definition });
			expect([definition, returned.map(({ id }) => id)]).toEqual([definition, CAME_BACK[definition]]);
		}
	});

	it('which ones, and not only how many: leaving one out takes one away only where it counts', async () => {
		await load();
		for (const { id } of WORLD.filter((row) => row['bot_message_count'] !== 0)) {
			await warehouse.run(`UPDATE fact.episode SET excluded = 'test_traffic' WHERE id = $id`, { id });
			for (const { definition, ofOwn } of await translate(warehouse, week)) {
				const names = RESOLVED_BY_HAND[definition].split(', ');
				expect([definition, id, ofOwn.x]).toEqual([
					definition,
					id,
					names.includes(id) ? names.length - 1 : names.length
				]);
			}
			await warehouse.run(`UPDATE fact.episode SET excluded = NULL WHERE id = $id`, { id });
		}
	});

	it('the return is named with its hours and its conversation', async () => {
		await load();
		const [elsewhere, thread, reopened] = await cameBack(warehouse, { ...week, definition: 'dialogflow_cx' });
		expect(elsewhere).toMatchObject({
			id: 'elsewhere',
			hoursAfter: 30,
			sameConversation: false,
			nextId: 'elsewhere 2',
			nextChannel: 'voice',
			nextPath: 'ai_only',
			countedAt: '2026-03-04T10:00:00Z'
		});
		expect(thread).toMatchObject({
			id: 'thread',
			hoursAfter: 50,
			sameConversation: true,
			nextId: 'thread 2'
		});
		expect(reopened).toMatchObject({ id: 'reopened', hoursAfter: 80, sameConversation: true, nextId: null });
	});
});

it('the press release and the person on call speak of the same contacts', async () => {
	await load();
	const views = await bothViews(warehouse, week);
	// 12 of 13 by the bot alone; bad: elsewhere (30 h), asked for a person, one star, complained, thread (50 h).
	expect(views.press).toMatchObject({
		contacts: 15,
		botContacts: 13,
		handled: { x: 12, n: 13 },
		firstReply: { n: 13, p50: 10, p90: 10 }
	});
	expect(views.onCall).toMatchObject({
		durable: { evidence: { numerator: 6, denominator: 11 } },
		badContainment: { evidence: { numerator: 5, denominator: 12 } },
		recontact72h: { evidence: { numerator: 2, denominator: 10 } }
	});
	// The metric of the scorecard and the definition of the translator are one.
	const ours = (await translate(warehouse, week)).find(({ definition }) => definition === 'plimsoll')!;
	expect(views.onCall.durable.evidence).toMatchObject({ numerator: ours.ofOwn.x, denominator: ours.ofOwn.n });
});

it('a definition decides only when its time has passed, and knows nothing later', async () => {
	await load();
	// 4 March 09:00: 23 hours after; the conversation that was opened again had not ended yet.
	const early = await translate(warehouse, { ...week, asOf: '2026-03-04T09:00:00Z' });
	const of = (definition: string) => early.find((one) => one.definition === definition)!;
	expect(of('intercom_fin')).toMatchObject({ ofOwn: { x: 0, n: 0, value: null }, pending: 11 });
	expect(of('forethought')).toMatchObject({ pending: 0, ofOwn: { n: 11 } });
	// At 24 hours the one that comes back after 30 is still resolved; nothing has come back yet.
	const day = await translate(warehouse, { ...week, asOf: '2026-03-04T10:00:00Z' });
	expect(day[0]).toMatchObject({
		definition: 'intercom_fin',
		pending: 0,
		ofOwn: { n: 11 },
		cameBack: { x: 0 }
	});
});

it('edges: 72 hours and 24 hours to the second', async () => {
	const back = (id: string, at: string) => solved(id, { reopened_at: at, ended_at: at });
	await load([
		back('before 72 h', '2026-03-06T09:59:59Z'),
		back('at 72 h', '2026-03-06T10:00:00Z'),
		back('at 24 h', '2026-03-04T10:00:00Z'),
		back('after 24 h', '2026-03-04T10:00:01Z')
	]);
	const found = await translate(warehouse, week);
	const x = (definition: string) => found.find((one) => one.definition === definition)!.ofOwn.x;
	expect(x('zendesk')).toBe(1);
	expect(x('dialogflow_cx')).toBe(3);
});

it('edges: 7 days to the second', async () => {
	await load([
		solved('just within', { reopened_at: '2026-03-10T09:59:59Z' }),
		solved('at 7 days', { reopened_at: '2026-03-10T10:00:00Z' }),
		solved('just over', { reopened_at: '2026-03-10T10:00:01Z' })
	]);
	const found = await translate(warehouse, week);
	const x = (definition: string) => found.find((one) => one.definition === definition)!.ofOwn.x;
	// Chatwoot: reopened before 7 days; ours: back by 7 days.
	expect(x('chatwoot')).toBe(2);
	expect(x('plimsoll')).toBe(1);
});

it('ours is the metric of the scorecard, late audits and open weeks included', async () => {
	await load([
		...WORLD,
		solved('refunded wrongly', {
			refunds: `[{'id': 'r', 'at': TIMESTAMPTZ '2026-03-03 09:30:00Z', 'amount_minor': 5000, 'currency': 'EUR', 'decided_by': 'bot', 'approved_by': NULL, 'audit_verdict': 'wrong', 'audited_at': TIMESTAMPTZ '2026-03-20 09:30:00Z', 'correct_amount_minor': 2000, 'audit_probability': NULL}]`
		})
	]);
	for (const asOf of [
		'2026-03-09T00:00:00Z',
		'2026-03-11T00:00:00Z',
		'2026-03-12T00:00:00Z',
		'2026-06-01T00:00:00Z'
	]) {
		const at = { ...week, asOf };
		const ours = (await translate(warehouse, at)).find(({ definition }) => definition === 'plimsoll')!;
		const { durable } = (await bothViews(warehouse, at)).onCall;
		expect([asOf, durable.pending, durable.evidence]).toMatchObject([
			asOf,
			ours.pending,
			{ numerator: ours.ofOwn.x, denominator: ours.ofOwn.n }
		]);
	}
});

it('a filter narrows it, and an empty week is nothing', async () => {
	await load();
	const voice = await translate(warehouse, { ...week, filter: { channel: ['voice'] } });
	expect(voice.map(({ ofBotContacts }) => ofBotContacts.n)).toEqual([1, 1, 1, 1, 1, 1]);
	const empty = await translate(warehouse, { ...week, week: '2026-W20' });
	expect(empty.every(({ ofOwn }) => ofOwn.value === null)).toBe(true);
	await expect(cameBack(warehouse, { ...week, definition: 'decagon' })).rejects.toThrow('No definition');
});

it('every definition but ours names where it was read', () => {
	for (const name of DEFINITIONS) {
		expect(RESOLVED[name].sources.length > 0).toBe(name !== 'plimsoll');
		for (const { url, words } of RESOLVED[name].sources) {
			expect(URL.canParse(url)).toBe(true);
			expect(words.length).toBeGreaterThan(20);
		}
	}
});
