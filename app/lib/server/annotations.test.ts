/** What happened beside the numbers, over a real database: what was written there is what is told. Touches the database. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest } from '#ingest/ingest.server';
import { refreshFacts, weeksPresent } from '#queries/queries.server';
import { alertKey, identityOf } from '#stoploss/alert-identity';
import { recordEvaluation, recordPolicy } from '#stoploss/ledger.server';
import { intentPolicyOf, type Policy } from '#stoploss/policy';
import { openWarehouse, type Warehouse } from '#warehouse/warehouse.server';
import type { Annotation } from '../annotation';
import { annotations } from './annotations.server';
import { calendarOf, loadPolicy } from './policy-file.server';

const NOW = '2026-06-01T00:00:00Z';
const policy: Policy = loadPolicy(undefined);
const calendar = calendarOf(policy);
/** Monday of 2026-W06 in Stockholm. */
const FIRST = Date.parse('2026-02-01T23:00:00Z');
const WEEK = 7 * 86_400_000;

let folder: string;
let db: Warehouse;
const told = async (metric: 'csat_top_box' | 'cost_per_contact' = 'csat_top_box') =>
	annotations(db, { metric, policy, calendar, weeks: await weeksPresent(db, calendar), now: NOW });
const of = (all: Annotation[], kind: Annotation['kind']) => all.filter((one) => one.kind === kind);

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-annotations-'));
	db = await openWarehouse(join(folder, 'log.duckdb'));
});
afterAll(async () => {
	await db.close();
	rmSync(folder, { recursive: true, force: true });
});

describe('what happened beside the numbers', () => {
	it('is nothing in an empty log', async () => {
		expect(await told()).toEqual([]);
	});

	it('holds weeks without conversations, and the baseline by default', async () => {
		const rows = Array.from({ length: 14 }, (_, week) => week)
			.filter((week) => week !== 4 && week !== 5 && week !== 9)
			.flatMap((week) =>
				Array.from({ length: 5 }, (_, index) => {
					const at = new Date(FIRST + week * WEEK + (index + 1) * 3_600_000).toISOString();
					return {
						id: `${week}-${index}`,
						customer_id: `c${index}`,
						started_at: at,
						ended_at: at,
						messages: [{ role: 'customer', at, text: 'Hello' }]
					};
				})
			);
		const file = join(folder, 'log.ndjson');
		writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
		await ingest(db, { inputs: [file], source: 'canonical', now: NOW });
		await refreshFacts(db, intentPolicyOf(policy));
		const all = await told();
		expect(of(all, 'gap').map(({ title, detail, since, until }) => [title, detail, since, until])).toEqual([
			[
				'No conversations from canonical',
				'Week 10, 2026 to week 11, 2026.',
				'2026-03-01T23:00:00.000Z',
				'2026-03-15T23:00:00.000Z'
			],
			[
				'No conversations from canonical',
				'Week 15, 2026.',
				'2026-04-05T22:00:00.000Z',
				'2026-04-12T22:00:00.000Z'
			]
		]);
		expect(of(all, 'baseline')).toMatchObject([{ since: '2026-02-01T23:00:00.000Z', by: null }]);
	});

	it('tells a policy that comes back as a change, where the data stood', async () => {
		const stricter: Policy = { ...policy, minimum_evidence: policy.minimum_evidence + 30 };
		for (const [at, one] of [policy, policy, stricter, policy].entries()) {
			const policyVersion = await recordPolicy(db, one, `2026-05-0${at + 1}T10:00:00Z`);
			await recordEvaluation(db, {
				finishedAt: `2026-05-0${at + 1}T10:00:00Z`,
				watermark: `2026-04-0${at + 1}T00:00:00Z`,
				policyVersion
			});
		}
		const [{ minimum_evidence: low }, { minimum_evidence: high }] = [policy, stricter];
		expect(of(await told(), 'policy').map(({ since, detail }) => [since, detail])).toEqual([
			['2026-04-03T00:00:00Z', `minimum_evidence: ${low} → ${high}`],
			['2026-04-04T00:00:00Z', `minimum_evidence: ${high} → ${low}`]
		]);
	});

	it('tells an alert from its firing to its end, what was decided, and who did', async () => {
		const rule = policy.stop_loss.rules[0]!;
		const key = alertKey(identityOf(rule, 'metric'));
		const blind = alertKey(identityOf(rule, 'blindness'));
		const step = (alert: string, seq: number, at: string, from: string, to: string, reason: string) =>
			db.run(
				`INSERT INTO alert.transition (alert_key, episode, seq, happened_at, from_state, to_state, reason, rule, place)
				VALUES ($alert, 1, $seq, $at, $from, $to, $reason, $rule, $seq)`,
				{ alert, seq, at, from, to, reason, rule: rule.name }
			);
		await step(key, 1, '2026-03-10T23:00:00Z', 'pending', 'firing', 'held');
		await step(key, 2, '2026-03-20T23:00:00Z', 'firing', 'resolved', 'rolled_back');
		await step(blind, 1, '2026-03-25T23:00:00Z', 'inactive', 'firing', 'blind');
		await db.run(
			`INSERT INTO decision.decision (alert_key, episode, seq, kind, decided_by, decided_at, as_of, rule, reason, intents, recommendation)
			VALUES ($key, 1, 1, 'adjusted', '<b>Ada</b>', '2026-05-20T09:00:00Z', '2026-03-12T00:00:00Z', $rule, 'Only the worst', ['refund_exception'], '{}')`,
			{ key, rule: rule.name }
		);
		await db.run(
			`INSERT INTO decision.routing (version, intent, state, from_route, to_route, decided_by, decided_at, as_of, alert_key, episode, rule, canary_percent)
			VALUES (1, 'refund_exception', 'rolled_back', 'contain', 'assist', 'Ada', '2026-05-20T09:00:00Z', '2026-03-12T00:00:00Z', $key, 1, $rule, 5),
			(2, 'refund_exception', 'probation', 'assist', 'contain', 'Bo', '2026-05-28T09:00:00Z', '2026-04-02T00:00:00Z', $key, 1, $rule, 5)`,
			{ key, rule: rule.name }
		);
		const all = await told();
		expect(of(all, 'stop_loss')).toMatchObject([
			{
				since: '2026-03-10T23:00:00Z',
				until: '2026-03-20T23:00:00Z',
				detail: 'Closed: rolled back.',
				by: null
			},
			{
				since: '2026-03-12T00:00:00Z',
				until: null,
				title: 'Rollback approved, adjusted',
				detail: 'refund exception to assist. Reason: Only the worst',
				by: '<b>Ada</b>',
				href: `/alerts/${key}`
			},
			{ since: '2026-04-02T00:00:00Z', title: 'refund exception back to contain, on probation', by: 'Bo' }
		]);
		expect(of(all, 'gap').at(-1)).toMatchObject({
			since: expect.stringContaining('2026-04-05'),
			title: 'No conversations from canonical'
		});
		expect(of(all, 'gap').find(({ title }) => title.startsWith('Alert: No data'))).toMatchObject({
			detail: 'Still open.',
			until: expect.stringMatching(/^2026-05/)
		});
		expect(all.map(({ since }) => Date.parse(since))).toEqual(
			all.map(({ since }) => Date.parse(since)).sort((a, b) => a - b)
		);
	});

	it('tells the former definitions of the metric that is asked for, and of no other', async () => {
		expect(of(await told(), 'definition')).toEqual([]);
		expect(of(await told('cost_per_contact'), 'definition')).toMatchObject([
			{ title: 'Cost per contact: definition 1 → 2', since: '2026-11-24T23:00:00.000Z' }
		]);
	});
});
