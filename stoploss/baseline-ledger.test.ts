/** Baselines frozen by hand: kept with who and why, in force from their freezing, refused where they can't be. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DailyCohort } from '../queries/measurement';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { watchAlerts } from './alert-ledger.server';
import { baselinesOf, baselineState, freeze, outcomesNeeded } from './baseline-ledger.server';
import { parsePolicy } from './policy';
import { dayNumber, dayOf } from './series';

const text = readFileSync(new URL('../plimsoll.yaml', import.meta.url), 'utf8');
const policy = parsePolicy(
	text.replace(
		/stop_loss:[\s\S]*$/,
		'stop_loss:\n  rules:\n    - { name: csat, metric: csat_top_box, kind: erosion, fall_points: 2, owner: lead }\n'
	)
).policy!;
const rule = policy.stop_loss.rules[0]!;
const START = dayNumber('2025-01-06');
const day = (index: number) => dayOf(START + index);
/** 100 answers a day: 80 % content, 74 % from day 70 on, 90 % from day 200 on. */
const cohorts: DailyCohort[] = Array.from({ length: 280 }, (_, index) => ({
	day: day(index),
	intent: 'refund',
	n: 100,
	x: index < 70 ? 80 : index < 200 ? 74 : 90
}));
const known = (last: number) => `${dayOf(START + last + 8)}T00:00:00Z`;
const ask = {
	policy,
	rule,
	cohorts,
	since: day(0),
	until: day(55),
	author: 'ann',
	reason: 'before we scale',
	watermark: known(60),
	now: '2026-01-01T00:00:00Z'
};

let warehouse: Warehouse;
beforeAll(async () => {
	warehouse = await openWarehouse(join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'b.duckdb'));
});
afterAll(() => warehouse.close());

test.each([
	['nobody', { author: ' ' }, 'author'],
	['broken weeks', { until: day(50) }, 'whole weeks'],
	['too short a time', { until: day(13) }, 'at least 4'],
	['days that are not mature', { watermark: known(40) }, 'not mature'],
	['too few outcomes', { cohorts: cohorts.map((row) => ({ ...row, n: 5, x: 4 })) }, 'too few']
])('is refused for %s', async (_, wrong, reason) => {
	await expect(freeze(warehouse, { ...ask, ...wrong })).rejects.toThrow(reason);
	expect(await baselinesOf(warehouse, rule)).toEqual([]);
});

test('is kept with author, reason and hash; a new level needs its reason while the alert is open, and is counted', async () => {
	const first = await freeze(warehouse, ask);
	expect(first).toMatchObject({
		version: 1,
		author: 'ann',
		reason: 'before we scale',
		since: day(0),
		until: day(55)
	});
	expect(first.baseline.n).toBe(5600);
	const upTo = (last: number) => cohorts.slice(0, last + 1);
	const frozen = { csat: [{ from: first.inForceFrom, baseline: first.baseline }] };
	await watchAlerts(warehouse, policy, { csat: upTo(150) }, known(150), 'v', { frozen });
	const lower = { ...ask, cohorts: upTo(150), since: day(84), until: day(139), watermark: known(150) };
	await expect(freeze(warehouse, lower)).rejects.toThrow('accepted_new_level');
	const second = await freeze(warehouse, { ...lower, reason: 'accepted_new_level' });
	expect(second.version).toBe(2);
	expect((await baselinesOf(warehouse, rule)).map(({ hash }) => hash)).toEqual([first.hash, second.hash]);
	const state = baselineState(policy, rule, upTo(150), [first, second], {}, known(150));
	expect(state).toMatchObject({ version: 2, until: day(139), ratchet: null });
	expect(state.accepted!.value).toBeCloseTo(0.06, 2);
	expect(state.accepted!.low).toBeGreaterThan(0.02);
});

test('weeks that are confidently better are proposed, and nothing is changed', async () => {
	const versions = await baselinesOf(warehouse, rule);
	const state = baselineState(policy, rule, cohorts, versions, {}, known(279));
	expect(state.ratchet).toMatchObject({ since: day(224), until: day(279) });
	expect(state.ratchet!.better).toBeGreaterThan(0.1);
	expect(await baselinesOf(warehouse, rule)).toEqual(versions);
});

test('is ready to scale on with 2,000 outcomes for 5 points, and with more for less', () => {
	const five = { ...rule, fall_points: 5 };
	expect(outcomesNeeded(five, 0.8)).toBe(2000);
	expect(outcomesNeeded(rule, 0.8)).toBe(12_500);
	const few = cohorts.slice(0, 70).map((row) => ({ ...row, n: 20, x: 16 }));
	const at = (one: typeof rule, rows: DailyCohort[]) =>
		baselineState(
			{ ...policy, stop_loss: { ...policy.stop_loss, rules: [one] } },
			one,
			rows,
			[],
			{},
			known(69)
		).ready;
	expect(at(five, few)).toBe(false);
	expect(at(five, cohorts.slice(0, 70))).toBe(true);
});

test('a baseline that was changed behind its back is not used', async () => {
	await warehouse.run(`UPDATE ledger.baseline SET until = '2099-01-01' WHERE version = 1`);
	await expect(baselinesOf(warehouse, rule)).rejects.toThrow('hash');
});
