/** The ledger on a real database: a verdict is kept once, and late data adds a row instead of rewriting one. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DailyCohort } from '../queries/measurement';
import { openWarehouse } from '../warehouse/warehouse.server';
import { evaluate, type Verdict } from './evaluate';
import { latestVerdicts, listVerdicts, recordVerdicts, verdictHistory } from './ledger.server';
import { ruleSchema } from './rule';
import { dayNumber, dayOf } from './series';

const rule = ruleSchema.parse({
	name: 'csat_change',
	metric: 'csat_top_box',
	slice: { tier: 'B', path: 'ai_only' },
	kind: 'change',
	fall_points: 5,
	owner: 'lead'
});
/** 60 days of 100 answers, `good` of them content in the last week. */
function judged(good: number): Verdict {
	const cohorts: DailyCohort[] = Array.from({ length: 60 }, (_, index) => ({
		day: dayOf(dayNumber('2026-01-05') + index),
		intent: 'refund',
		n: 100,
		x: index < 53 ? 80 : good
	}));
	const verdict = evaluate({ rule, cohorts, asOf: '2026-03-06T00:00:00Z', maturityHours: 0 });
	// JSON knows no negative zero.
	return JSON.parse(JSON.stringify(verdict)) as Verdict;
}
const open = () => openWarehouse(join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'kept.duckdb'));

test('the same verdict again adds nothing', async () => {
	const warehouse = await open();
	const verdict = judged(80);
	expect(await recordVerdicts(warehouse, [verdict], 'p1')).toMatchObject([
		{ rule: rule.name, restates: null }
	]);
	expect(await recordVerdicts(warehouse, [verdict], 'p1')).toEqual([]);
	expect(await listVerdicts(warehouse)).toEqual([{ ...verdict, policyVersion: 'p1' }]);
	expect(await latestVerdicts(warehouse)).toHaveLength(1);
	await warehouse.close();
});

test('late data restate an instant: both beliefs stay, the newest counts, and so does a return to the first', async () => {
	const warehouse = await open();
	const [first] = await recordVerdicts(warehouse, [judged(80)], 'p1');
	const [second] = await recordVerdicts(warehouse, [judged(60)], 'p1');
	expect(second?.restates).toBe(first?.id);
	expect((await latestVerdicts(warehouse)).map(({ finding }) => finding)).toEqual(['breach']);
	expect(await listVerdicts(warehouse)).toHaveLength(1);
	await recordVerdicts(warehouse, [judged(80)], 'p1');
	const believed = await verdictHistory(warehouse, rule.name, '2026-03-06T00:00:00Z');
	expect(believed.map(({ finding }) => finding)).toEqual(['clear', 'breach', 'clear']);
	await warehouse.close();
});
