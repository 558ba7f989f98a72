/**
 * What the open windows hide: a log whose final recontact is known, looked at when its week closes. The estimate must
 * lie within 1 point of the final value where the naive rate is more than a tenth off.
 */
import { expect, it } from 'vitest';
import { refreshFacts } from '../facts/refresh.server';
import { addConversations, openScratch, policy } from '../tests/log-rows';
import { scorecard } from './scorecard.server';

it('estimates recontact at the close of the week', async () => {
	const warehouse = await openScratch();
	await addConversations(warehouse, []);
	// 20,000 contacts over the week of 2 March 2026 (UTC), each resolved after 10 minutes; every fifth comes back
	// within 72 hours, most of them late: 72 h x sqrt(u).
	await warehouse.write((session) =>
		session.run(`
			INSERT INTO log.conversation BY NAME
			WITH drawn AS (
				SELECT i, TIMESTAMPTZ '2026-03-02 00:00:00Z' + to_seconds(hash(i || ' start') % 603000) + INTERVAL 10 MINUTES AS resolved_at,
					hash(i || ' back') % 5 = 0 AS back,
					to_seconds(1 + floor(259198 * sqrt((hash(i || ' when') % 1000000) / 1e6))::BIGINT) AS wait
				FROM range(20000) AS numbers(i)
			), both_contacts AS (
				SELECT i, i::VARCHAR AS id, resolved_at - INTERVAL 10 MINUTES AS started_at, resolved_at AS ended_at, resolved_at FROM drawn
				UNION ALL
				SELECT i, i || ' again', resolved_at + wait, resolved_at + wait + INTERVAL 30 DAYS, NULL FROM drawn WHERE back
			)
			SELECT row_number() OVER () AS conversation_key, 'canonical' AS source, id, 1 AS ingest_id, 1 AS content_hash, 'none' AS segment,
				0 AS segment_row, i::VARCHAR AS customer_id, 'refund' AS intent, started_at, ended_at, resolved_at, 2 AS text_message_count,
				1 AS customer_message_count, 1 AS bot_message_count, 0 AS agent_message_count, 0 AS ai_drafted_count,
				0 AS tool_call_count, 0 AS tool_error_count, 0 AS customer_tool_call_count, false AS handed_off
			FROM both_contacts`)
	);
	await refreshFacts(warehouse, policy);
	const card = (asOf: string) =>
		scorecard(warehouse, {
			weeks: ['2026-W10'],
			metrics: ['recontact_72h_estimate', 'recontact_72h'],
			calendar: { timeZone: 'UTC', weekStart: 'monday' },
			asOf
		});
	const [atClose, plain] = await card('2026-03-09T00:00:00Z');
	const [, final] = await card('2026-03-20T00:00:00Z');
	await warehouse.close();
	const truth = final!.value!;
	expect(plain).toMatchObject({ status: 'immature' });
	expect(final).toMatchObject({ status: 'measured', pending: 0 });
	expect(Math.abs(atClose!.value! - truth)).toBeLessThan(0.01);
	expect(atClose!.interval!.low).toBeLessThan(truth);
	expect(atClose!.interval!.high).toBeGreaterThan(truth);
	const { evidence } = atClose!;
	if (evidence.kind !== 'survival') throw new Error('not a survival');
	// Returns seen so far over everything resolved, as a dashboard without a clock would show it.
	expect(evidence.events / evidence.n).toBeLessThan(0.9 * truth);
});
