/** What was known when: the counts by instant of arrival add up, at any time, to what was counted at that time. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storyRecords } from '../../fixtures/story';
import { WORLDS } from '../../fixtures/worlds';
import { ingest } from '../../ingest/ingest.server';
import { openWarehouse, type Warehouse } from '../../warehouse/warehouse.server';
import { refreshFacts, type IntentPolicy } from '../facts/refresh.server';
import type { DailyCohort } from '../measurement';
import { dailyCohorts, knownCohorts, MATURITY_HOURS, type CohortMetric } from './daily.server';

const policy: IntentPolicy = {
	hash: 'known',
	intents: [
		{ intent: 'refund_exception', family: 'refund_exception', tier: 'B' },
		{ intent: 'account_access', family: 'account_access', tier: 'B' }
	],
	rules: []
};
const calendar = { timeZone: 'Europe/Stockholm', weekStart: 'monday' } as const;
const limits = { escalationMinutes: 10, refundApprovalMinor: 10_000 };
/** The story never says whether a person asked again. */
const METRICS = (Object.keys(MATURITY_HOURS) as CohortMetric[]).filter((name) => name !== 're_ask_rate');
const TIMES = [
	'2025-03-20T00:00:00Z',
	'2025-07-01T11:30:00Z',
	'2025-10-27T00:00:00Z',
	'2026-03-08T23:00:00Z',
	'2026-04-26T22:00:00Z'
];

let warehouse: Warehouse;
beforeAll(async () => {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-known-'));
	warehouse = await openWarehouse(join(folder, 'known.duckdb'));
	const story = [...storyRecords({ seed: 5, conversations: 6000, weeks: 60 })].flatMap(
		({ conversation, late }) => [conversation, ...late]
	);
	const worlds = WORLDS.flatMap(({ records, later = [] }) => [records, ...later]);
	for (const [at, records] of [story, ...worlds].entries()) {
		const file = join(folder, `${at}.ndjson`);
		writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
		await ingest(warehouse, { inputs: [file], source: 'canonical', now: '2027-12-01T00:00:00Z' });
	}
	await refreshFacts(warehouse, policy);
}, 120_000);
afterAll(() => warehouse.close());

/** Rows of one day and intent as one. */
function summed(rows: readonly DailyCohort[]): Map<string, string> {
	const sums = new Map<string, [number, number]>();
	for (const { day, intent, n, x } of rows) {
		const before = sums.get(`${day} ${intent}`) ?? [0, 0];
		sums.set(`${day} ${intent}`, [before[0] + n, before[1] + x]);
	}
	return new Map([...sums].filter(([, [n]]) => n > 0).map(([key, [n, x]]) => [key, `${x} of ${n}`]));
}

test.each(METRICS)('%s', async (metric) => {
	const known = await knownCohorts(warehouse, { metric, calendar, limits, asOf: TIMES.at(-1)! });
	let counted = 0;
	for (const asOf of TIMES) {
		const then = await dailyCohorts(warehouse, { metric, calendar, limits, asOf });
		counted += then.length;
		const last = then.at(-1)?.day ?? '';
		const arrived = known.filter(
			({ day, knownAt }) => day <= last && (!knownAt || Date.parse(knownAt) <= Date.parse(asOf))
		);
		expect(summed(arrived)).toEqual(summed(then));
	}
	expect(counted).toBeGreaterThan(0);
});

test('an audit that comes after its day was ripe counts from then on', async () => {
	const known = await knownCohorts(warehouse, { metric: 'refund_error_rate', calendar, limits });
	const late = known.filter(({ knownAt }) => knownAt);
	expect(late.length).toBeGreaterThan(10);
	for (const { day, knownAt } of late)
		expect(Date.parse(knownAt!) - Date.parse(day)).toBeGreaterThan(14 * 86_400_000);
});
