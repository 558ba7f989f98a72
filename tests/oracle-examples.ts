/**
 * Small logs for what chance draws too seldom: each case tells the product from one that is wrong at one edge only.
 * Pure. The oracle is asked about them beside the random logs.
 */
import type { CanonicalRecord } from '../ingest/canonical';
import { DAY, type Log } from './oracle-logs';

const EPOCH = Date.parse('2026-06-01T00:00:00Z');
const at = (days: number) => new Date(EPOCH + days * DAY).toISOString();

const chat = (id: string, day: number, more: object = {}): CanonicalRecord =>
	({
		id,
		customer_id: `customer of ${id}`,
		started_at: at(day),
		ended_at: at(day),
		resolved_at: at(day),
		status: 'resolved',
		intent: 'refund',
		messages: [
			{ at: at(day), role: 'customer', text: 'Hello' },
			{ at: at(day), role: 'bot', text: 'Hello' }
		],
		...more
	}) as CanonicalRecord;

const refund = (day: number) => ({
	refunds: [{ id: 'r', at: at(day), amount_minor: 1000, currency: 'EUR', decided_by: 'bot' }]
});
const audit = (conversation_id: string, day: number, more: object): CanonicalRecord =>
	({
		record: 'refund_audit',
		conversation_id,
		updated_at: at(day),
		audited_at: at(day),
		...more
	}) as CanonicalRecord;

const log = (records: CanonicalRecord[], ...asOf: number[]): Log => ({
	batches: [records],
	runs: [],
	foreign: [],
	limits: { escalationMinutes: 10, currency: 'EUR', refundApprovalMinor: 500, humanMinuteCost: 1 },
	epoch: EPOCH,
	calendar: { timeZone: 'UTC', weekStart: 'monday' },
	asOf: asOf.map((day) => EPOCH + day * DAY)
});

export const EXAMPLES: Log[] = [
	// Two audits of the only refund, one by its id and one without: the newer counts.
	log(
		[
			chat('by id, then without', 0, refund(0)),
			audit('by id, then without', 1, { refund_id: 'r', audit_verdict: 'right' }),
			audit('by id, then without', 2, { audit_verdict: 'wrong' })
		],
		30
	),
	// An audit is known from its very instant, also to a contact that had ripened before.
	log(
		[
			chat('audited late', 0, refund(0)),
			audit('audited late', 10, { refund_id: 'r', audit_verdict: 'wrong' }),
			chat('last', 20)
		],
		10,
		30
	),
	// Rework is charged once it is over, not while it lasts.
	log(
		[
			chat('first', 0, { customer_id: 'back', costs: { ai: 1, currency: 'EUR', human_minutes: 0 } }),
			chat('again', 1, {
				customer_id: 'back',
				ended_at: at(12),
				resolved_at: at(12),
				costs: { ai: 2, currency: 'EUR', human_minutes: 7 }
			}),
			chat('last', 30)
		],
		9,
		11,
		30
	),
	// What only a test says, the source has not said.
	log(
		[
			chat('a test', 0, {
				test_traffic: true,
				complaints: [{ id: 'x', at: at(1), regulator_facing: true }],
				rating: { score: 1, scale: 5, asked_at: at(0), answered_at: at(0) }
			}),
			chat('real', 1)
		],
		30
	)
];
