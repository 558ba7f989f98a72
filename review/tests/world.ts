/** A small week of tier A conversations for tests. Touches the database. */
import { refreshFacts } from '../../queries/queries.server';
import { addConversations, openScratch, policy, type LogRow } from '../../queries/tests/log-rows';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { parsePlans, type Plan } from '../plan';
import { parseRubric } from '../rubric';
import standardPlans from '../plans.yaml?raw';
import standardRubric from '../rubrics/ai-support.yaml?raw';

export const calendar = { timeZone: 'UTC', weekStart: 'monday' } as const;
export const WEEK = '2026-W10';
export const NOW = '2026-03-20T08:00:00.000Z';
export const rubric = parseRubric(standardRubric).rubric!;
export const standard = parsePlans(standardPlans).plans![0]!;
export const planOf = (changes: Partial<Plan>): Plan => ({ ...standard, name: 'test', ...changes });

const TEMPLATE: LogRow = {
	id: 'template',
	customer_id: 'somebody',
	started_at: '2026-03-18T08:00:00Z',
	ended_at: '2026-03-18T08:02:00Z',
	resolved_at: '2026-03-18T08:02:00Z',
	first_customer_at: '2026-03-18T08:00:00Z',
	last_message_at: '2026-03-18T08:02:00Z',
	intent: 'order_status'
};

/**
 * `count` conversations of 2026-W10, c0 and on: every fourth is about another intent, every second by mail, every
 * fifth has the worst rating. The template itself comes later, or the week would not be over.
 */
export async function openWeek(count: number): Promise<Warehouse> {
	const warehouse = await openScratch();
	await addConversations(warehouse, [TEMPLATE]);
	await warehouse.run(
		`INSERT INTO log.conversation SELECT t.* REPLACE (
			t.conversation_key + 100000 + i AS conversation_key, 'c' || i AS id, 'customer' || i AS customer_id,
			CASE WHEN i % 4 = 0 THEN 'order_late' ELSE 'order_status' END AS intent,
			CASE WHEN i % 2 = 0 THEN 'chat' ELSE 'email' END AS channel,
			TIMESTAMPTZ '2026-03-02 08:00:00+00' + to_minutes(i) AS started_at,
			TIMESTAMPTZ '2026-03-02 08:00:00+00' + to_minutes(i) AS first_customer_at,
			TIMESTAMPTZ '2026-03-02 08:02:00+00' + to_minutes(i) AS ended_at,
			TIMESTAMPTZ '2026-03-02 08:02:00+00' + to_minutes(i) AS resolved_at,
			TIMESTAMPTZ '2026-03-02 08:02:00+00' + to_minutes(i) AS last_message_at,
			CASE WHEN i % 5 = 0 THEN 1 ELSE 5 END AS rating_score, 5 AS rating_scale,
			TIMESTAMPTZ '2026-03-02 08:03:00+00' + to_minutes(i) AS rating_answered_at
		) FROM log.conversation AS t, range($count) AS r(i)`,
		{ count }
	);
	await refreshFacts(warehouse, policy);
	return warehouse;
}
