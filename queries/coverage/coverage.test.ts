/**
 * What coverage says a log allows is what the scorecard then shows, over every hand-worked world: off means absent,
 * and a number is never called off.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { WORLDS } from '../../fixtures/worlds';
import { ingest } from '../../ingest/ingest.server';
import { openWarehouse, type Warehouse } from '../../warehouse/warehouse.server';
import { coverage, refreshFacts, scorecard } from '../queries.server';
import { metricCoverage, FIELDS, type FieldCounts, type FieldName } from './needs';

const open: Warehouse[] = [];
afterAll(() => Promise.all(open.map((one) => one.close())));

async function log(...deliveries: object[][]): Promise<Warehouse> {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-coverage-'));
	const warehouse = await openWarehouse(join(folder, 'log.duckdb'));
	open.push(warehouse);
	for (const [at, records] of deliveries.entries()) {
		const file = join(folder, `${at}.ndjson`);
		writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
		await ingest(warehouse, { inputs: [file], source: 'canonical', now: '2027-12-01T00:00:00Z' });
	}
	await refreshFacts(warehouse, { hash: 'coverage', intents: [], rules: [] });
	return warehouse;
}

describe('over the worlds', () => {
	it.each(WORLDS)('$name', async ({ records, later = [], calendar: { zone, weekStarts } }) => {
		const warehouse = await log(records, ...later);
		const sources = await coverage(warehouse);
		if (sources.length !== 1) return expect(sources).toHaveLength(0);
		const measured = await scorecard(warehouse, {
			weeks: 'all',
			asOf: '2027-12-01T00:00:00Z',
			calendar: { timeZone: zone, weekStart: weekStarts },
			limits: {
				humanMinuteCost: 0.75,
				currency: 'EUR',
				escalationMinutes: 10,
				refundApprovalMinor: 10_000
			} as never
		});
		const claims = measured.map(({ metric, value }) => ({
			metric,
			value,
			said: sources[0]!.metrics.find((one) => one.metric === metric)!.availability
		}));
		expect(claims.filter(({ value, said }) => value !== null && said === 'off')).toEqual([]);
	});
});

describe('what a log allows', () => {
	it('counts what records and side records say, by source and by import', async () => {
		const conversation = (id: string, more: object = {}) => ({
			id,
			customer_id: 'c',
			started_at: '2026-03-02T09:00:00Z',
			messages: [{ role: 'customer' }],
			...more
		});
		const warehouse = await log(
			[conversation('1', { intent: 'x' }), conversation('2', { test_traffic: true })],
			[
				conversation('3', { resolved_at: '2026-03-02T10:00:00Z' }),
				{ record: 'rating', conversation_id: '1', score: 4, answered_at: '2026-03-02T11:00:00Z' }
			]
		);
		const [all] = await coverage(warehouse);
		const of = (name: FieldName, from = all) => from!.fields.find(({ field }) => field === name)!.contacts;
		expect(all).toMatchObject({ source: 'canonical', contacts: 2 });
		expect([of('customer_id'), of('intent'), of('rating'), of('resolved_at'), of('bot_replies')]).toEqual([
			2, 1, 1, 1, 0
		]);
		const [last] = await warehouse.all<{ id: number }>('SELECT max(ingest_id) AS id FROM log.ingest');
		const [second] = await coverage(warehouse, last!.id);
		expect([second!.contacts, of('resolved_at', second), of('rating', second)]).toEqual([1, 1, 0]);
		const said = Object.fromEntries(all!.metrics.map((one) => [one.metric, one]));
		expect(said['containment']).toEqual({
			metric: 'containment',
			availability: 'off',
			reasons: ['No replies of the bot.'],
			add: ['messages with the role bot']
		});
		expect(said['recontact_72h']).toMatchObject({
			availability: 'degraded',
			reasons: [
				'Only 50 % of the contacts have it: time of the resolve.',
				'Only 50 % of the contacts have it: intent.'
			]
		});
		expect(said['csat_top_box']!.availability).toBe('available');
	});

	it('a log without a contact allows nothing, and one that says all allows everything', () => {
		const filled = (n: number) =>
			({ contacts: n, ...Object.fromEntries(Object.keys(FIELDS).map((name) => [name, n])) }) as FieldCounts;
		expect(new Set(metricCoverage(filled(0)).map(({ availability }) => availability))).toEqual(
			new Set(['off'])
		);
		expect(new Set(metricCoverage(filled(9)).map(({ availability }) => availability))).toEqual(
			new Set(['available'])
		);
	});

	it('nothing is called "only 0 %" that is there, nor 100 % that is not', () => {
		const counts = {
			contacts: 1000,
			...Object.fromEntries(Object.keys(FIELDS).map((name) => [name, 1000]))
		} as FieldCounts;
		const said = (customers: number) =>
			metricCoverage({ ...counts, customer_id: customers }).find(
				({ metric }) => metric === 'durable_resolution'
			)!.reasons;
		expect(said(1)).toEqual(['Only under 1 % of the contacts have it: customer id.']);
		expect(said(949)).toEqual(['Only 94 % of the contacts have it: customer id.']);
		expect(said(950)).toEqual([]);
	});
});
