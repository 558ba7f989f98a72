/**
 * Every hand-worked world through the product: NDJSON on disk, the real ingest, a real database, facts, scorecard.
 * What the paper says and what the product says must be the same, to the unit.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WORLDS } from '../fixtures/worlds';
import { ingest } from '../ingest/ingest.server';
import { refreshFacts, scorecard, type IntentPolicy } from '../queries/queries.server';
import type { Evidence } from '../queries/measurement';
import { DIMENSIONS } from '../warehouse/vocabulary';
import { openWarehouse } from '../warehouse/warehouse.server';

const policy: IntentPolicy = {
	hash: 'worlds',
	intents: [
		{ intent: 'order_status', family: 'orders', tier: 'A' },
		{ intent: 'order_cancel', family: 'orders', tier: 'B' },
		{ intent: 'password_reset', family: 'password_reset', tier: 'A' },
		{ intent: 'refund_exception', family: 'refund_exception', tier: 'B' }
	],
	rules: []
};

/** The two counts of any evidence: a distribution's are what was observed and what there was to observe. */
function countsOf(evidence: Evidence): { numerator: number; denominator: number } {
	switch (evidence.kind) {
		case 'proportion':
		case 'ratio':
			return { numerator: evidence.numerator, denominator: evidence.denominator };
		case 'rate':
			return { numerator: evidence.events, denominator: evidence.exposure };
		case 'mean':
			return { numerator: evidence.sum, denominator: evidence.n };
		case 'survival':
			return { numerator: evidence.events, denominator: evidence.n };
		case 'distribution':
			return { numerator: evidence.n, denominator: evidence.n + evidence.censored };
	}
}

test.each(WORLDS)(
	'$name',
	async ({ records: first, later = [], asOf, calendar: { zone, weekStarts }, expected }) => {
		const folder = mkdtempSync(join(tmpdir(), 'plimsoll-world-'));
		const warehouse = await openWarehouse(join(folder, 'world.duckdb'));
		try {
			for (const [at, records] of [first, ...later].entries()) {
				const file = join(folder, `${at}.ndjson`);
				writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
				const report = await ingest(warehouse, {
					inputs: [file],
					source: 'canonical',
					now: '2027-12-01T00:00:00Z'
				});
				expect(report.files[0]?.error).toBeNull();
				expect(report.quarantine).toEqual([]);
				expect(report.read).toBe(records.length);
				await refreshFacts(warehouse, policy);
			}
			const calendar = { timeZone: zone, weekStart: weekStarts };
			for (const { metric, slice, week, ...wanted } of expected) {
				const filter = Object.fromEntries(
					Object.entries(slice).map(([dimension, value]) => [dimension, [value]])
				);
				const [found] = await scorecard(warehouse, {
					weeks: week === undefined ? 'all' : [week],
					metrics: [metric],
					filter,
					asOf,
					calendar
				});
				const status = found!.status === 'thin' ? 'measured' : found!.status;
				const { numerator, denominator } = countsOf(found!.evidence);
				expect({ metric, slice, week, numerator, denominator, pending: found!.pending, status }).toEqual({
					metric,
					slice,
					week,
					...wanted
				});
				// A filter and a slice are two roads to one number.
				const by = DIMENSIONS.filter((dimension) => slice[dimension] !== undefined);
				if (by.length === 0) continue;
				const sliced = await scorecard(warehouse, {
					weeks: week === undefined ? 'all' : [week],
					metrics: [metric],
					by,
					asOf,
					calendar
				});
				const same = sliced.find((m) => by.every((dimension) => m.slice[dimension] === slice[dimension]));
				expect(same ? countsOf(same.evidence) : { numerator: 0, denominator: 0 }).toEqual({
					numerator,
					denominator
				});
			}
		} finally {
			await warehouse.close();
		}
	}
);
