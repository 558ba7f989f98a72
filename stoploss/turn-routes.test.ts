/** The routing of design section 2 turn by turn: a table of conversations and what the policy asks for in each. */
import { describe, expect, it } from 'vitest';
import { turnRoutes, type Known, type Turn } from './turn-routes';

const at = (minute: number) => `2026-03-02T08:${String(minute).padStart(2, '0')}:00Z`;
const customer = (minute: number, sentiment: number | null = null): Turn => ({
	kind: 'message',
	at: at(minute),
	role: 'customer',
	sentiment
});
const bot = (minute: number): Turn => ({ kind: 'message', at: at(minute), role: 'bot', sentiment: null });
const tool = (minute: number, outcome: 'ok' | 'error' | null, name = 'lookup'): Turn => ({
	kind: 'tool',
	at: at(minute),
	name,
	outcome
});
const plain: Known = {
	ceiling: 'contain',
	confidence: 0.9,
	bands: [0.6, 0.85],
	customerValue: 'standard',
	escalation: null,
	said: []
};
const talk = [customer(0), bot(1), customer(2), bot(3)];

describe('the route at each turn', () => {
	it.each<[string, Turn[], Partial<Known>, string[], string]>([
		['all is well', talk, {}, ['contain', 'contain', 'contain', 'contain'], 'nothing speaks against it'],
		['tier C', talk, { ceiling: 'escalate' }, Array(4).fill('escalate'), 'tier C'],
		['a rollback or tier B', talk, { ceiling: 'assist' }, Array(4).fill('assist'), 'the intent is at assist'],
		['no tier', talk, { ceiling: null }, Array(4).fill('assist'), 'the policy names no tier for this intent'],
		['0.85 is high', talk, { confidence: 0.85 }, Array(4).fill('contain'), 'nothing speaks against it'],
		['0.84 is medium', talk, { confidence: 0.84 }, Array(4).fill('assist'), 'medium confidence'],
		['0.59 is low', talk, { confidence: 0.59 }, Array(4).fill('assist'), 'low confidence'],
		['of high value', talk, { customerValue: 'High' }, Array(4).fill('assist'), 'a high-value customer'],
		[
			'asks for a person in the second message',
			talk,
			{ said: [{ signal: 'person_request', at: at(2) }] },
			['contain', 'contain', 'escalate', 'escalate'],
			'the customer asked for a person'
		],
		[
			'the log says when a person was asked for',
			talk,
			{ escalation: { reason: 'customer_request', neededAt: at(1) } },
			['contain', 'escalate', 'escalate', 'escalate'],
			'the customer asked for a person'
		],
		[
			'asked for a person, nobody knows when',
			talk,
			{ escalation: { reason: 'customer_request', neededAt: null } },
			['contain', 'contain', 'escalate', 'escalate'],
			'the customer asked for a person'
		],
		[
			'an exception to policy',
			talk,
			{ escalation: { reason: 'policy', neededAt: at(2) } },
			['contain', 'contain', 'assist', 'assist'],
			'an exception to policy'
		],
		[
			'the bot hands over of itself',
			talk,
			{ escalation: { reason: 'bot_handoff', neededAt: at(1) } },
			Array(4).fill('contain'),
			'nothing speaks against it'
		],
		[
			'talk of a lawyer outweighs low confidence',
			talk,
			{ confidence: 0.1, said: [{ signal: 'dispute_language', at: at(2) }] },
			['assist', 'assist', 'escalate', 'escalate'],
			'talk of lawyers, fraud or a dispute'
		],
		[
			'says the same again',
			talk,
			{ said: [{ signal: 'rephrasing', at: at(2) }] },
			['contain', 'contain', 'assist', 'assist'],
			'the customer rephrased repeatedly'
		],
		[
			'unhappy, then happy again',
			[customer(0, -0.5), bot(1), customer(2, 0.4), bot(3)],
			{},
			['assist', 'assist', 'contain', 'contain'],
			'nothing speaks against it'
		],
		[
			'a tool fails and is called again',
			[customer(0), tool(1, 'error'), bot(2), tool(3, 'ok'), bot(4)],
			{},
			['contain', 'assist', 'assist', 'contain', 'contain'],
			'nothing speaks against it'
		],
		[
			'another tool does not mend the first',
			[customer(0), tool(1, 'error', 'refund'), tool(2, 'ok', 'lookup'), bot(3)],
			{},
			['contain', 'assist', 'assist', 'assist'],
			'a tool failed'
		],
		[
			'a tool of unknown outcome',
			[customer(0), tool(1, null), bot(2)],
			{},
			['contain', 'contain', 'contain'],
			'nothing speaks against it'
		],
		['nobody wrote', [], {}, [], '']
	])('%s', (_, turns, known, routes, reason) => {
		const found = turnRoutes(turns, { ...plain, ...known });
		expect(found.turns.map(({ route }) => route)).toEqual(routes);
		expect(found.turns.at(-1)?.reason ?? '').toBe(reason);
	});

	it('gives a turn without a time that of the one before', () => {
		const turns = [customer(0), { ...bot(0), at: null } as Turn, customer(5)];
		const said = [{ signal: 'person_request' as const, at: at(5) }];
		expect(turnRoutes(turns, { ...plain, said }).turns.map(({ route }) => route)).toEqual([
			'contain',
			'contain',
			'escalate'
		]);
	});

	it('names what the log does not say, and counts it neither way', () => {
		const found = turnRoutes(talk, { ...plain, confidence: null, customerValue: null });
		expect(found.turns.every(({ route }) => route === 'contain')).toBe(true);
		expect(found.unknown).toEqual([
			'how sure the bot was of the intent',
			'the value of the customer',
			'the mood of the customer'
		]);
		expect(turnRoutes([customer(0, 0.1)], plain).unknown).toEqual([]);
	});

	it('keeps up with a thousand turns', () => {
		const turns = Array.from({ length: 1000 }, (_, index) => (index % 2 ? bot(1) : customer(1)));
		expect(turnRoutes(turns, plain).turns).toHaveLength(1000);
	});
});
