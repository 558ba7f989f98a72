/** Silence of the watchman must not look like health: over a real database. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWarehouse } from '../warehouse/warehouse.server';
import { watchEvaluations } from './alert-door.server';
import { standingAlerts } from './alert-ledger.server';
import { recordEvaluation } from './ledger.server';

test('an alert fires when nothing was judged for 26 hours, once, and ends with the next evaluation', async () => {
	const warehouse = await openWarehouse(join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'watch.duckdb'));
	const judged = (finishedAt: string) =>
		recordEvaluation(warehouse, { finishedAt, watermark: '2026-03-01T00:00:00Z', policyVersion: 'p' });
	const states = async () =>
		(await standingAlerts(warehouse)).map(({ alert }) => [alert.state, alert.episode]);
	// Nothing was ever judged: nothing is late.
	await watchEvaluations(warehouse, '2026-03-01T00:00:00Z');
	expect(await states()).toEqual([]);
	await judged('2026-03-01T00:00:00Z');
	await watchEvaluations(warehouse, '2026-03-02T02:00:00Z');
	expect((await states()).filter(([state]) => state === 'firing')).toEqual([]);
	for (const now of ['2026-03-02T02:00:01Z', '2026-03-02T03:00:00Z', '2026-03-03T00:00:00Z'])
		await watchEvaluations(warehouse, now);
	expect(await states()).toEqual([['firing', 1]]);
	await judged('2026-03-03T01:00:00Z');
	await watchEvaluations(warehouse, '2026-03-03T01:00:01Z');
	expect(await states()).toEqual([['resolved', 1]]);
	await watchEvaluations(warehouse, '2026-03-03T02:00:00Z');
	expect((await states()).filter(([state]) => state === 'firing')).toEqual([]);
	await watchEvaluations(warehouse, '2026-03-05T00:00:00Z');
	expect((await states()).map(([state]) => state)).toEqual(['firing']);
	await warehouse.close();
});
