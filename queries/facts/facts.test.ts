/** Facts against small worlds worked out by hand. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { addConversations, openScratch, policy } from '../tests/log-rows';
import { refreshFacts } from './refresh.server';

let warehouse: Warehouse;
beforeEach(async () => {
	warehouse = await openScratch();
});
afterEach(() => warehouse.close());

const contact = (id: string, customer: string, start: string, end: string, more = {}) => ({
	id,
	customer_id: customer,
	started_at: start,
	ended_at: end,
	resolved_at: end,
	intent: 'order_status',
	...more
});

describe('recontact', () => {
	it('is decided at 72 hours to the second, over channels and within the family', async () => {
		await addConversations(warehouse, [
			contact('a1', 'a', '2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z', { channel: 'chat' }),
			contact('a2', 'a', '2026-03-05T09:59:59Z', '2026-03-05T11:00:00Z', {
				channel: 'mail',
				intent: 'order_late'
			}), // 71:59:59
			contact('b1', 'b', '2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z'),
			contact('b2', 'b', '2026-03-05T10:00:01Z', '2026-03-05T11:00:00Z'), // 72:00:01
			contact('c1', 'c', '2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z'),
			contact('c2', 'c', '2026-03-02T11:00:00Z', '2026-03-02T12:00:00Z', { intent: 'refund' }), // another family
			contact('d1', 'd', '2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z', {
				reopened_at: '2026-03-03T10:00:00Z'
			}), // 24:00:00
			contact('e1', 'e', '2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z'),
			contact('e2', 'e', '2026-03-02T11:00:00Z', '2026-03-02T12:00:00Z', { initiated_by: 'survey' })
		]);
		await refreshFacts(warehouse, policy);
		const rows = await warehouse.all<Record<string, unknown>>(
			`SELECT id, recontact_24h AS h24, recontact_72h AS h72, recontact_24_72h AS h24_72 FROM fact.episode WHERE id LIKE '_1' ORDER BY id`
		);
		expect(rows.map((row) => Object.values(row))).toEqual([
			['a1', false, true, true],
			['b1', false, false, false],
			['c1', false, false, false],
			['d1', true, true, true],
			['e1', false, false, false]
		]);
	});
});

describe('refresh', () => {
	it('rebuilds the customers that were touched, replaces a version, derives intents by tool', async () => {
		await addConversations(warehouse, [
			contact('a1', 'a', '2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z'),
			contact('b1', 'b', '2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z', {
				intent: null,
				tool_names: "['issue_refund']"
			})
		]);
		expect((await refreshFacts(warehouse, policy)).rebuilt).toBe(2);
		expect((await refreshFacts(warehouse, policy)).rebuilt).toBe(0);
		await addConversations(
			warehouse,
			[contact('a2', 'a', '2026-03-03T09:00:00Z', '2026-03-03T10:00:00Z')],
			2
		);
		expect((await refreshFacts(warehouse, policy)).rebuilt).toBe(2);
		await warehouse.run(`UPDATE log.conversation SET superseded_by = 3 WHERE id = 'a2'`);
		await addConversations(
			warehouse,
			[contact('a2', 'a', '2026-03-20T09:00:00Z', '2026-03-20T10:00:00Z')],
			3
		);
		await refreshFacts(warehouse, policy);
		const rows = await warehouse.all(
			`SELECT id, recontact_72h AS again, tier, intent_derived AS derived, contact_no AS no FROM fact.episode ORDER BY id`
		);
		expect(rows).toEqual([
			{ id: 'a1', again: false, tier: 'A', derived: false, no: 1 },
			{ id: 'a2', again: false, tier: 'A', derived: false, no: 1 },
			{ id: 'b1', again: false, tier: 'B', derived: true, no: 1 }
		]);
	});
});
