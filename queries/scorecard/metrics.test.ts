/** The wider scorecard on small logs, each with its answer worked out by hand. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MetricName } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { dailyCohorts } from '../cohorts/daily.server';
import { refreshFacts } from '../facts/refresh.server';
import type { Limits } from '../measurement';
import { addConversations, openScratch, policy, type LogRow } from '../tests/log-rows';
import { scorecard, type Filter } from './scorecard.server';

let warehouse: Warehouse;
beforeEach(async () => {
	warehouse = await openScratch();
});
afterEach(() => warehouse.close());

const calendar = { timeZone: 'Europe/Stockholm', weekStart: 'monday' } as const;
const LATE = '2026-04-30T00:00:00Z';

/** A contact of 3 March 2026, 10:00 to 11:00 in Stockholm, resolved by the bot. */
const contact = (id: string, more: Partial<LogRow> = {}): LogRow => ({
	id,
	customer_id: id,
	intent: 'refund',
	started_at: '2026-03-03T09:00:00Z',
	ended_at: '2026-03-03T10:00:00Z',
	resolved_at: '2026-03-03T10:00:00Z',
	...more
});

async function store(...rows: LogRow[]) {
	await addConversations(warehouse, rows);
	await refreshFacts(warehouse, policy);
}

async function one(metric: MetricName, limits: Limits = {}, asOf = LATE, filter: Filter = {}) {
	const [found] = await scorecard(warehouse, {
		weeks: ['2026-W10'],
		metrics: [metric],
		calendar,
		asOf,
		limits,
		filter
	});
	return found!;
}

const rated = (id: string, score: number) =>
	contact(id, {
		rating_score: score,
		rating_scale: 5,
		rating_asked_at: '2026-03-03T10:00:00Z',
		rating_answered_at: '2026-03-03T10:05:00Z'
	});
const silent = (id: string) => contact(id, { rating_asked_at: '2026-03-03T10:00:00Z' });

it('bounds satisfaction by what the silent might say', async () => {
	// 5 and 4 good, 2 bad, two asked and silent, one never asked: 6 contacts.
	await store(rated('a', 5), rated('b', 4), rated('c', 2), silent('d'), silent('e'), contact('f'));
	expect(await one('csat_mean')).toMatchObject({
		value: 11 / 3,
		evidence: { n: 3, sum: 11, sumOfSquares: 45 }
	});
	expect(await one('csat_reply_rate')).toMatchObject({ evidence: { numerator: 3, denominator: 5 } });
	expect(await one('csat_if_silent_unhappy')).toMatchObject({ evidence: { numerator: 2, denominator: 6 } });
	expect(await one('csat_if_silent_happy')).toMatchObject({ evidence: { numerator: 5, denominator: 6 } });
});

it('gives no reply rate where only those who answered are recorded', async () => {
	await store(rated('a', 5));
	expect(await one('csat_reply_rate')).toMatchObject({
		status: 'absent',
		reason: 'No unanswered requests for a rating in source canonical.'
	});
});

it('counts a return for another intent apart', async () => {
	// a returns after 30 h about an order, b not at all.
	await store(
		contact('a'),
		contact('b'),
		contact('a2', {
			customer_id: 'a',
			intent: 'order_late',
			started_at: '2026-03-04T16:00:00Z',
			ended_at: '2026-03-20T16:00:00Z',
			resolved_at: null
		})
	);
	expect(await one('recontact_72h')).toMatchObject({ evidence: { numerator: 0, denominator: 2 } });
	expect(await one('recontact_72h_any_intent')).toMatchObject({ evidence: { numerator: 1, denominator: 2 } });
});

it('estimates recontact before the windows have closed, and agrees with the plain rate afterwards', async () => {
	const back = (id: string, at: string) =>
		contact(`${id}2`, {
			customer_id: id,
			started_at: at,
			ended_at: '2026-03-20T00:00:00Z',
			resolved_at: null
		});
	await store(
		contact('a'),
		contact('b', { ended_at: '2026-03-05T10:00:00Z', resolved_at: '2026-03-05T10:00:00Z' }),
		contact('c', { ended_at: '2026-03-06T08:00:00Z', resolved_at: '2026-03-06T08:00:00Z' }),
		contact('d'),
		back('a', '2026-03-05T10:00:00Z'),
		back('b', '2026-03-06T10:00:00Z')
	);
	// At 6 March 10:00: a back after 48 h, b after 24 h, c watched for 2 h, d for 72 h.
	// c leaves; at 24 h 1 of 3 returns, at 48 h 1 of 2: survival 2/3 x 1/2 = 1/3.
	expect(await one('recontact_72h_estimate', {}, '2026-03-06T10:00:00Z')).toMatchObject({
		value: expect.closeTo(2 / 3, 12),
		evidence: { n: 4, events: 2, censored: 1 }
	});
	const [plain, estimate] = [await one('recontact_72h'), await one('recontact_72h_estimate')];
	expect(estimate.value).toBeCloseTo(plain.value!, 12);
	expect(estimate).toMatchObject({ evidence: { n: 4, events: 2, censored: 0 } });
});

it('says immature, not zero, when nobody has been followed for long enough', async () => {
	await store(contact('a'));
	expect(await one('recontact_72h_estimate', {}, '2026-03-03T12:00:00Z')).toMatchObject({
		status: 'immature',
		value: null
	});
});

it('calls a resolution durable when neither a return, a complaint nor a reversal followed', async () => {
	// a lasts; b comes back on day 5; c complains on day 3; d is reversed by an audit; e was never resolved. 1 of 5.
	await store(
		contact('a'),
		contact('b'),
		contact('b2', {
			customer_id: 'b',
			started_at: '2026-03-08T10:00:00Z',
			ended_at: '2026-03-20T10:00:00Z',
			resolved_at: null
		}),
		contact('c', {
			complaints: `[{'id': 'q', 'at': TIMESTAMPTZ '2026-03-06 10:00:00Z', 'regulator_facing': true}]`
		}),
		contact('d', { outcome_solved: false, outcome_by: 'audit', outcome_at: '2026-03-05T10:00:00Z' }),
		contact('e', { resolved_at: null })
	);
	expect(await one('durable_resolution')).toMatchObject({
		evidence: { numerator: 1, denominator: 5, parts: { resolved: 4 } }
	});
	expect(await one('durable_resolution', {}, '2026-03-09T00:00:00Z')).toMatchObject({
		status: 'immature',
		pending: 5
	});
	expect(await one('complaint_rate')).toMatchObject({ evidence: { events: 1, exposure: 5 } });
	expect(await one('complaint_rate_regulator')).toMatchObject({ evidence: { events: 1, exposure: 5 } });
	// The stop-loss reads the same contacts by day: all five closed on 3 March.
	expect(
		await dailyCohorts(warehouse, { metric: 'durable_resolution', calendar, asOf: '2026-03-15T00:00:00Z' })
	).toEqual([{ day: '2026-03-03', intent: 'refund', n: 5, x: 1 }]);
});

const waiting = (id: string, more: Partial<LogRow>) =>
	contact(id, {
		resolved_at: null,
		handed_off: true,
		handed_off_at: '2026-03-03T15:55:00Z',
		ended_at: '2026-03-04T12:00:00Z',
		...more
	});

it('counts waits in business hours, within the limit, and those that nobody ended', async () => {
	// Open 09:00 to 17:00 in Stockholm (UTC+1), Monday to Friday. All begin Tuesday 16:55 local.
	// a answered next day at 09:10: 5 + 10 = 15 min of business, 975 by the calendar. b answered after 4 min. c left after 60.
	await store(
		waiting('a', { answered_escalation_at: '2026-03-04T08:10:00Z', agent_message_count: 1 }),
		waiting('b', { answered_escalation_at: '2026-03-03T15:59:00Z', agent_message_count: 1 }),
		waiting('c', { abandoned_at: '2026-03-03T16:55:00Z' })
	);
	const businessHours = {
		spans: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, opens: '09:00', closes: '17:00' })),
		holidays: []
	};
	const business = await one('escalation_latency_business_hours', { businessHours });
	// c counts as 5 business minutes, censored: b at 4 (1 of 3), a at 15 (1 of 1): the median is 15.
	expect(business).toMatchObject({ value: 15, evidence: { n: 2, censored: 1 } });
	expect(await one('escalation_latency')).toMatchObject({ value: 975, evidence: { n: 2, censored: 1 } });
	// A holiday on Wednesday: a's wait is 5 minutes of Tuesday alone.
	expect(
		await one('escalation_latency_business_hours', {
			businessHours: { ...businessHours, holidays: ['2026-03-04'] }
		})
	).toMatchObject({ value: 5 });
	expect(await one('escalation_within_limit', { escalationMinutes: 10 })).toMatchObject({
		evidence: { numerator: 1, denominator: 3 }
	});
	expect(await one('escalation_abandonment')).toMatchObject({ evidence: { numerator: 1, denominator: 3 } });
	expect(await one('escalation_within_limit')).toMatchObject({ status: 'absent' });
	expect(await one('escalation_latency_business_hours')).toMatchObject({
		status: 'absent',
		reason: 'The policy sets no business hours (account.business_hours).'
	});
});

it('tells whether requests for a person were honoured, and what the person was given', async () => {
	const asked = { escalation_reason: 'customer_request', escalation_needed_at: '2026-03-03T09:10:00Z' };
	await store(
		contact('a', {
			...asked,
			answered_escalation_at: '2026-03-03T09:16:00Z',
			agent_message_count: 1,
			turns_to_person: 2,
			handed_off: true,
			handoff_parts: `['transcript', 'goal', 'intent', 'tool_calls', 'summary', 'next_action']`,
			re_asked: false
		}),
		contact('b', asked),
		contact('c', {
			handed_off: true,
			handoff_parts: `['transcript', 'goal', 'goal', 'intent']`,
			re_asked: true
		})
	);
	expect(await one('human_out')).toMatchObject({
		evidence: { numerator: 1, denominator: 2, parts: { median_turns: 2, median_minutes: 6 } }
	});
	// Six and three parts of twelve.
	expect(await one('handoff_completeness')).toMatchObject({
		value: 0.75,
		evidence: { n: 2, sum: 1.5, parts: { complete: 1 } }
	});
	expect(await one('re_ask_rate')).toMatchObject({ evidence: { numerator: 1, denominator: 2 } });
});

const refund = (amount: number, verdict: string | null, correct: number | null, more = '') =>
	`{'id': 'r', 'at': TIMESTAMPTZ '2026-03-03 09:30:00Z', 'amount_minor': ${amount}, 'currency': 'EUR', 'decided_by': 'bot', 'approved_by': NULL, 'audit_verdict': ${verdict === null ? 'NULL' : `'${verdict}'`}, 'audited_at': TIMESTAMPTZ '2026-03-05 09:30:00Z', 'correct_amount_minor': ${correct ?? 'NULL'}, 'audit_probability': NULL ${more}}`;

it('counts refund errors in money only where both amounts are known', async () => {
	// Paid 80, due 50; paid 20, right; paid 70, wrong, nobody knows what was due; never audited.
	await store(
		contact('a', { refunds: `[${refund(8000, 'wrong', 5000)}, ${refund(2000, 'right', null)}]` }),
		contact('b', { refunds: `[${refund(7000, 'wrong', null)}, ${refund(9000, null, null)}]` })
	);
	expect(await one('refund_error_rate')).toMatchObject({ evidence: { numerator: 2, denominator: 3 } });
	expect(await one('refund_error_money')).toMatchObject({
		value: 0.3,
		evidence: { numerator: 3000, denominator: 10_000, n: 2, currency: 'EUR', parts: { without_amounts: 1 } }
	});
	// Over 75.00: 80 and 90, both decided by the bot alone.
	expect(await one('refund_approval', { refundApprovalMinor: 7500, currency: 'EUR' })).toMatchObject({
		evidence: { numerator: 0, denominator: 2 }
	});
});

it('judges refunds in the currency of the limit only, and counts the others', async () => {
	const inKronor = (amount: number) => refund(amount, null, null).replace(`'EUR'`, `'SEK'`);
	// Over EUR 75.00: 80 alone. SEK 90.00 is less, and nobody knows in which currency the last one is.
	await store(
		contact('a', { refunds: `[${refund(8000, null, null)}, ${inKronor(9000)}]` }),
		contact('b', {
			refunds: `[${refund(7000, null, null)}, ${refund(99000, null, null).replace(`'EUR'`, 'NULL')}]`
		})
	);
	const parts = { over_limit: 1, refunds: 4, other_currency: 2, without_amount: 0 };
	expect(await one('refund_approval', { refundApprovalMinor: 7500, currency: 'EUR' })).toMatchObject({
		evidence: { numerator: 0, denominator: 1, parts },
		definition: 'refund_approval@2'
	});
	expect(await one('refund_approval', { refundApprovalMinor: 7500, currency: 'USD' })).toMatchObject({
		status: 'absent',
		value: null,
		reason: 'No refund in USD was over the limit. 4 in another currency or none are not judged.'
	});
	expect(await one('refund_approval', { refundApprovalMinor: 7500 })).toMatchObject({
		status: 'absent',
		reason: expect.stringContaining('limits.currency')
	});
});

it('prices the minutes of people in the currency of the limit only', async () => {
	const cost = { ai_cost: 0.5, human_minutes: 10 };
	await store(
		contact('a', { ...cost, cost_currency: 'EUR', agent_message_count: 1 }),
		contact('b', { ...cost, cost_currency: 'SEK', agent_message_count: 1 })
	);
	expect(await one('cost_per_contact', { humanMinuteCost: 1, currency: 'EUR' })).toMatchObject({
		value: 10.5,
		evidence: { n: 1, currency: 'EUR', parts: { without_cost: 1 } }
	});
	// Ten minutes at one euro are not ten kronor.
	expect(await one('cost_per_contact', { humanMinuteCost: 1, currency: 'USD' })).toMatchObject({
		status: 'absent'
	});
});

it('takes a complaint that does not say to whom it went for unknown, not for a no', async () => {
	const complaint = (day: string, facing: string) =>
		`{'id': '${day}', 'at': TIMESTAMPTZ '2026-03-${day} 10:00:00Z', 'regulator_facing': ${facing}}`;
	await store(
		contact('a', { complaints: `[${complaint('05', 'true')}, ${complaint('06', 'NULL')}]` }),
		contact('b', { complaints: `[${complaint('06', 'NULL')}]` }),
		contact('c', { complaints: `[${complaint('06', 'false')}]` }),
		contact('d'),
		// Another source complains and never says to whom: in this metric it can't be counted at all.
		contact('e', { source: 'mute', complaints: `[${complaint('06', 'NULL')}]` })
	);
	const found = await one('complaint_rate_regulator');
	expect(found).toMatchObject({ evidence: { events: 1, exposure: 4, parts: { unknown: 1 } }, value: 250 });
	// One known, two at the most: exact Poisson bounds of 1 and of 2, of 4 contacts.
	expect(found!.interval!.low).toBeCloseTo(0.0253178 * 250, 3);
	expect(found!.interval!.high).toBeCloseTo(7.2246877 * 250, 3);
	expect(await one('complaint_rate')).toMatchObject({ evidence: { events: 4, exposure: 5 } });
	expect(await one('complaint_rate_regulator', {}, LATE, { source: ['mute'] })).toMatchObject({
		status: 'absent',
		value: null,
		reason: 'No word on whether a complaint went to a regulator in source mute.'
	});
	// Before anybody had said it, nobody could know.
	expect(await one('complaint_rate_regulator', {}, '2026-03-05T09:00:00Z')).toMatchObject({
		status: 'absent'
	});
});

it('has no wait in business hours that no day has', async () => {
	await store(
		contact('a', { escalation_needed_at: '2026-03-03T09:10:00Z', engaged_at: '2026-03-03T09:30:00Z' })
	);
	const limits = { businessHours: { spans: [], holidays: [] } };
	expect(await one('escalation_latency_business_hours', limits)).toMatchObject({
		status: 'absent',
		value: null
	});
});

it('weights refund errors by the chance of an audit, and leaves out audits without one', async () => {
	const drawn = (p: number, verdict: string) =>
		refund(1000, verdict, verdict === 'wrong' ? 0 : null).replace(
			"'audit_probability': NULL",
			`'audit_probability': ${p}`
		);
	// Two risky ones drawn always, both wrong; one of ten ordinary ones, right: 2 / 12. A tip-off says nothing.
	await store(
		contact('a', { refunds: `[${drawn(1, 'wrong')}, ${drawn(1, 'wrong')}, ${drawn(0.1, 'right')}]` }),
		contact('b', { refunds: `[${refund(1000, 'wrong', 0)}]` })
	);
	expect(await one('refund_error_rate')).toMatchObject({
		value: expect.closeTo(2 / 12, 12),
		evidence: { numerator: 3, denominator: 4, parts: { weighted_audits: 3, population: 12 } },
		interval: { method: 'hajek_wilson' }
	});
	expect((await one('refund_error_money')).value).toBeCloseTo(2 / 12, 12);
});

it('never adds up currencies', async () => {
	await store(
		contact('a', { refunds: `[${refund(1000, 'right', null)}]`, ai_cost: 1, cost_currency: 'EUR' }),
		contact('b', {
			refunds: `[${refund(1000, 'right', null).replace("'EUR'", "'SEK'")}]`,
			ai_cost: 1,
			cost_currency: 'SEK'
		})
	);
	for (const metric of ['refund_error_money', 'cost_per_contact', 'cost_per_durable_resolution'] as const) {
		expect(await one(metric)).toMatchObject({
			status: 'absent',
			value: null,
			reason: "Several currencies (EUR, SEK) can't be added up; choose one market."
		});
	}
});

it('charges the cost of a later contact to the contact that failed', async () => {
	// The bot fails a for 0.10; a person solves it two days later in 10 minutes at 0.50. The bot solves b for 0.10.
	await store(
		contact('a', { ai_cost: 0.1, cost_currency: 'EUR' }),
		contact('a2', {
			customer_id: 'a',
			bot_message_count: 0,
			agent_message_count: 1,
			human_minutes: 10,
			cost_currency: 'EUR',
			started_at: '2026-03-05T10:00:00Z',
			ended_at: '2026-03-05T11:00:00Z',
			resolved_at: '2026-03-05T11:00:00Z'
		}),
		contact('b', { ai_cost: 0.1, cost_currency: 'EUR' }),
		// A person took part and nobody wrote the minutes down: the cost is unknown, not 0.10.
		contact('c', { ai_cost: 0.1, agent_message_count: 1, cost_currency: 'EUR' })
	);
	const limits = { humanMinuteCost: 0.5 };
	const bot = { path: ['ai_only'] };
	expect(await one('cost_per_contact', limits, LATE, bot)).toMatchObject({
		value: expect.closeTo(0.1, 12),
		unit: 'money',
		evidence: { n: 2, currency: 'EUR' }
	});
	// Bot path: 0.10 + 5.00 + 0.10 over one durable resolution.
	expect((await one('cost_per_durable_resolution', limits, LATE, bot)).value).toBeCloseTo(5.2, 12);
	// All paths: every cost once, over two durable resolutions.
	const all = await one('cost_per_durable_resolution', limits);
	expect(all).toMatchObject({ evidence: { denominator: 2, parts: { without_cost: 1 } } });
	expect(all.value).toBeCloseTo(2.6, 12);
	expect(await one('cost_per_contact', {}, LATE, { path: ['human_only'] })).toMatchObject({
		status: 'absent'
	});
});

it('leaves out spam and merged conversations, and links a thread under its first family', async () => {
	await store(
		contact('a', { thread_id: 't' }),
		contact('a2', {
			customer_id: 'a',
			thread_id: 't',
			intent: 'order_late',
			started_at: '2026-03-04T10:00:00Z',
			ended_at: '2026-03-04T11:00:00Z',
			resolved_at: '2026-03-04T11:00:00Z'
		}),
		contact('s', { spam: true }),
		contact('m', { merged_into: 'a' })
	);
	// One issue of two contacts, not solved at the first; the two others count nowhere.
	expect(await one('first_contact_resolution')).toMatchObject({ evidence: { numerator: 0, denominator: 1 } });
	expect(await one('recontact_72h')).toMatchObject({ evidence: { numerator: 1, denominator: 2 } });
});
