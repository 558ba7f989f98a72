/** The scorecard against small worlds worked out by hand. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MetricName } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { refreshFacts, scorecard } from '../queries.server';
import { addConversations, openScratch, policy } from '../tests/log-rows';

let warehouse: Warehouse;
beforeEach(async () => {
	warehouse = await openScratch();
});
afterEach(() => warehouse.close());

const calendar = { timeZone: 'Europe/Stockholm', weekStart: 'monday' } as const;
const one = async (metric: MetricName, asOf = '2026-06-01T00:00:00Z', week = '2026-W10') =>
	(await scorecard(warehouse, { weeks: [week], metrics: [metric], asOf, calendar }))[0]!;
const contact = (id: string, customer: string | null, more = {}) => ({
	id,
	customer_id: customer,
	started_at: '2026-03-03T09:00:00Z',
	ended_at: '2026-03-03T10:00:00Z',
	resolved_at: '2026-03-03T10:00:00Z',
	intent: 'order_status',
	...more
});

it('a week without ratings is absent, and so is a source without customer ids', async () => {
	await addConversations(warehouse, [contact('a', null)]);
	await refreshFacts(warehouse, policy);
	expect(await one('csat_top_box')).toMatchObject({
		status: 'absent',
		value: null,
		reason: 'No ratings in source canonical.'
	});
	expect(await one('recontact_72h')).toMatchObject({
		status: 'absent',
		value: null,
		reason: 'No customer ids in source canonical.'
	});
	expect(await one('containment', undefined, '2026-W20')).toMatchObject({
		status: 'absent',
		reason: 'No conversations in 2026-W20.'
	});
});

it('counts ratings within 7 days, as they were known', async () => {
	// 4 of 5 and 2 of 5 in time, 5 of 5 after 7 days and 1 s: 1 of 2.
	await addConversations(warehouse, [
		contact('a', 'a', { rating_score: 4, rating_scale: 5, rating_answered_at: '2026-03-03T11:00:00Z' }),
		contact('b', 'b', { rating_score: 2, rating_scale: 5, rating_answered_at: '2026-03-10T10:00:00Z' }),
		contact('c', 'c', { rating_score: 5, rating_scale: 5, rating_answered_at: '2026-03-10T10:00:01Z' })
	]);
	await refreshFacts(warehouse, policy);
	expect(await one('csat_top_box')).toMatchObject({
		value: 0.5,
		status: 'thin',
		evidence: { numerator: 1, denominator: 2 }
	});
	expect(await one('csat_top_box', '2026-03-05T00:00:00Z')).toMatchObject({
		value: null,
		status: 'immature',
		pending: 3
	});
});

it('names every signal of bad containment, and a wrong refund', async () => {
	// a: low rating; b: asked for a person and got none; c: wrong refund; d: fine; e: escalated. Bad 3 of 4, contained 4 of 5.
	await addConversations(warehouse, [
		contact('a', 'a', { rating_score: 1, rating_scale: 5, rating_answered_at: '2026-03-03T11:00:00Z' }),
		contact('b', 'b', {
			escalation_reason: 'customer_request',
			escalation_needed_at: '2026-03-03T09:30:00Z'
		}),
		contact('c', 'c', {
			refunds: `[{'id': 'r', 'at': TIMESTAMPTZ '2026-03-03 09:30:00Z', 'amount_minor': 5000, 'currency': 'EUR', 'decided_by': 'bot', 'approved_by': NULL, 'audit_verdict': 'wrong', 'audited_at': TIMESTAMPTZ '2026-03-05 09:30:00Z', 'correct_amount_minor': 2000}]`
		}),
		contact('d', 'd'),
		contact('e', 'e', {
			handed_off: true,
			handed_off_at: '2026-03-03T09:10:00Z',
			agent_message_count: 1,
			first_agent_at: '2026-03-03T09:22:00Z'
		})
	]);
	await refreshFacts(warehouse, policy);
	expect(await one('containment')).toMatchObject({ evidence: { numerator: 4, denominator: 5 } });
	expect(await one('bad_containment')).toMatchObject({
		evidence: {
			numerator: 3,
			denominator: 4,
			parts: { low_rating: 1, person_never_reached: 1, refund_error: 1, recontact_72h: 0 }
		}
	});
	expect(await one('refund_error_money')).toMatchObject({ evidence: { numerator: 3000 } });
	expect(await one('refund_error_rate')).toMatchObject({
		evidence: { numerator: 1, denominator: 1, parts: { refunds: 1 } }
	});
	// b waited 30 min and was never answered; e was answered after 12.
	expect(await one('escalation_latency')).toMatchObject({
		value: 12,
		evidence: { n: 1, censored: 1, parts: { unanswered: 1 } }
	});
	expect(await one('time_to_resolution')).toMatchObject({ value: 1, unit: 'hours' });
	expect(await one('complaint_rate')).toMatchObject({
		status: 'absent',
		reason: 'No complaints in source canonical.'
	});
});

it('first contact resolution counts issues; a reopening spoils it', async () => {
	// a: two contacts, one issue, no; b: reopened, no; c: yes. 1 of 3.
	await addConversations(warehouse, [
		contact('a1', 'a'),
		contact('a2', 'a', {
			started_at: '2026-03-06T09:00:00Z',
			ended_at: '2026-03-06T10:00:00Z',
			resolved_at: '2026-03-06T10:00:00Z'
		}),
		contact('b', 'b', { reopened_at: '2026-03-04T10:00:00Z', ended_at: '2026-03-04T11:00:00Z' }),
		contact('c', 'c', { channel: 'chat' })
	]);
	await refreshFacts(warehouse, policy);
	expect(await one('first_contact_resolution')).toMatchObject({ evidence: { numerator: 1, denominator: 3 } });
	const slices = await scorecard(warehouse, {
		weeks: 'all',
		by: ['channel'],
		metrics: ['containment'],
		calendar
	});
	expect(slices.map((m) => [m.slice.channel, m.value])).toEqual([
		['(none)', 1],
		['chat', 1]
	]);
});
