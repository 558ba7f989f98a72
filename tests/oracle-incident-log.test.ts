/**
 * A real log (UCI 498, half of its callers) through the product: the figures of the shared REFERENCE.md, which were
 * computed elsewhere, to the unit. Skipped where the shared folder is absent.
 *
 * The mapping: caller is the customer, an incident is a conversation, opened and resolved are its times. The reference
 * keeps weeks by opening, so the record ends when it opens; its recontact is of any category, so one mapping has no
 * intent and the other has the category. An unknown caller is no customer. What the SLA said and whether the incident was reopened go where a slice
 * can find them.
 */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest } from '../ingest/ingest.server';
import { sourceOf } from '../ingest/mapping/compile';
import { readMapping } from '../ingest/mapping/mapping';
import type { Measurement } from '../queries/measurement';
import { refreshFacts, scorecard, type ScorecardRequest } from '../queries/queries.server';
import type { MetricName } from '../warehouse/vocabulary';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';

const shared = resolve(import.meta.dirname, '../../shared/data');
const log = join(shared, 'incident-log/incident_event_log_share.csv.gz');
const there = existsSync(log);
const ROW = /^\| (2016-W\d\d) \| (\d+) \| ([\d.]+) \| (\d+) \| (\d+)\/(\d+) = /gm;
const weeks = there
	? [...readFileSync(join(shared, 'REFERENCE.md'), 'utf8').split('## Incident log')[1]!.matchAll(ROW)].map(
			([, week, n, sla, again, x, of]) => ({
				week: week!,
				n: Number(n),
				sla: Number(sla),
				again: Number(again),
				recontact: `${x}/${of}`
			})
		)
	: [];

/** The mapping that the docs show; the reference's recontact is of any category, so one log has no intent. */
const MAPPING = readFileSync(new URL('../docs/mappings/incident-log.yaml', import.meta.url), 'utf8');

const LATER = '2017-12-31T00:00:00Z';
const LAST_OPENED = '2016-05-13T11:49:00Z';
const calendar = { timeZone: 'UTC', weekStart: 'monday' } as const;

async function take(withCategory: boolean): Promise<Warehouse> {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-incidents-'));
	const warehouse = await openWarehouse(join(folder, 'incidents.duckdb'));
	const read = readMapping(withCategory ? MAPPING : MAPPING.replace(/^ {2}intent:.*$/m, ''));
	expect(read.problems).toEqual([]);
	const report = await ingest(warehouse, { inputs: [log], source: sourceOf(read.value!), now: LATER });
	expect(report.files[0]?.error).toBeNull();
	expect(report.quarantine).toEqual([]);
	expect(report.accepted).toBe(10328);
	await refreshFacts(warehouse, { hash: 'incidents', intents: [], rules: [] });
	return warehouse;
}

const counts = ({ evidence: e }: Measurement) =>
	e.kind === 'proportion' ? `${e.numerator}/${e.denominator}` : 'no proportion';
const contacts = ({ evidence: e }: Measurement) => e.parts?.['contacts'] ?? 0;

describe.skipIf(!there)('the incident log', () => {
	let any: Warehouse;
	let byCategory: Warehouse;
	beforeAll(async () => {
		any = await take(false);
		byCategory = await take(true);
	});
	afterAll(async () => {
		await any.close();
		await byCategory.close();
	});
	const card = (warehouse: Warehouse, request: Omit<ScorecardRequest, 'calendar'>) =>
		scorecard(warehouse, { asOf: LATER, ...request, calendar });

	it('recontact, of any category and of the same', async () => {
		const [h24, h72] = await card(any, {
			weeks: 'all',
			metrics: ['recontact_24h', 'recontact_72h']
		});
		expect([counts(h24!), counts(h72!)]).toEqual(['1782/9664', '2768/9664']);
		const [same, anyway] = await card(byCategory, {
			weeks: 'all',
			metrics: ['recontact_72h', 'recontact_72h_any_intent']
		});
		expect([counts(same!), counts(anyway!)]).toEqual(['1077/9664', '2768/9664']);
	});

	it('only what was fully observed', async () => {
		const [matured] = await card(any, {
			weeks: 'all',
			metrics: ['recontact_72h'],
			asOf: LAST_OPENED
		});
		expect(counts(matured!)).toBe('2678/8607');
		expect(matured!.status).toBe('immature');
	});

	it('time to resolution', async () => {
		const [hours] = await card(any, { weeks: 'all', metrics: ['time_to_resolution'] });
		expect(hours!.evidence).toMatchObject({ kind: 'distribution', n: 10328 - 661 });
		expect(hours!.value).toBeCloseTo(24.1, 3);
		if (hours!.evidence.kind === 'distribution') expect(hours!.evidence.p90).toBeCloseTo(381.567, 3);
	});

	it('SLA and reopened, over everything', async () => {
		const one = async (filter: ScorecardRequest['filter']) =>
			contacts((await card(any, { weeks: 'all', metrics: ['csat_top_box'], ...(filter && { filter }) }))[0]!);
		expect(await one({ customer_value: ['met'] })).toBe(6334);
		expect(await one({ language: ['reopened'] })).toBe(119);
	});

	it('week by week', async () => {
		const labels = weeks.map(({ week }) => week);
		expect(labels).toHaveLength(11);
		const column = (filter: ScorecardRequest['filter'], metric: MetricName) =>
			card(any, { weeks: labels, metrics: [metric], ...(filter && { filter }) });
		const incidents = (await column({}, 'csat_top_box')).map(contacts);
		const met = (await column({ customer_value: ['met'] }, 'csat_top_box')).map(contacts);
		const again = (await column({ language: ['reopened'] }, 'csat_top_box')).map(contacts);
		const recontact = (await column({}, 'recontact_72h')).map(counts);
		const found = labels.map((week, at) => ({
			week,
			n: incidents[at]!,
			sla: Number((met[at]! / incidents[at]!).toFixed(4)),
			again: again[at]!,
			recontact: recontact[at]!
		}));
		expect(found).toEqual(weeks);
	});
});
