/** Health of the feeds over a real database, against plain loops over what was delivered. Touches the database. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest } from '../../ingest/ingest.server';
import { openWarehouse, type Warehouse } from '../../warehouse/warehouse.server';
import { feedHealth, refreshFacts, refusedLines, type SourceHealth } from '../queries.server';
import { fieldWeeks, freshnessOf, RHYTHM_FROM } from './judge';

const calendar = { timeZone: 'Europe/Stockholm', weekStart: 'monday' as const };
const NOW = '2026-04-14T00:00:00Z';
const DAY = 86_400_000;
/** Monday of 2026-W06, Stockholm's midnight. */
const FIRST = Date.parse('2026-02-01T23:00:00Z');

interface Sent {
	id: string;
	customer_id: string;
	started_at: string;
	ended_at: string;
	messages: object[];
	rating?: object;
	spam?: boolean;
}
/** Eight weeks over the change to summer time; the ratings vanish in the last, and one week has nobody. */
const WEEKS = ['06', '07', '08', '09', '10', '11', '12', '13', '14'].map((week) => `2026-W${week}`);
const sent: Sent[] = WEEKS.flatMap((_, week) =>
	Array.from({ length: week === 4 ? 0 : 40 }, (_, index) => {
		const at = (minutes: number) =>
			new Date(FIRST + week * 7 * DAY + (index % 6) * DAY + (8 * 60 + minutes) * 60_000).toISOString();
		return {
			id: `w${week}-${index}`,
			customer_id: `c${index}`,
			started_at: at(0),
			ended_at: at(10),
			messages: [{ role: 'customer', at: at(0), text: 'Hello' }],
			...(week < 8 && index % 2 === 0 && { rating: { score: 4, answered_at: at(20) } }),
			...(index === 39 && { spam: true })
		};
	})
);

let folder: string;
let warehouse: Warehouse;
let health: SourceHealth;
const send = async (rows: readonly unknown[], name: string) => {
	const file = join(folder, name);
	writeFileSync(file, rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
	const report = await ingest(warehouse, { inputs: [file], source: 'canonical', now: NOW });
	await refreshFacts(warehouse, { hash: 'health', intents: [], rules: [] });
	return report;
};
const look = async () => (await feedHealth(warehouse, { now: NOW, calendar }))[0]!;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-health-'));
	warehouse = await openWarehouse(join(folder, 'log.duckdb'));
});
afterAll(() => warehouse.close());

describe('a feed', () => {
	it('that never sent anything is not there', async () => {
		expect(await feedHealth(warehouse, { now: NOW, calendar })).toEqual([]);
	});

	it('is counted by week, and says what has vanished', async () => {
		await send(
			[...sent.slice(0, 200), '{"id":', { ...sent[0]!, id: 'bad', started_at: 'yesterday' }],
			'a.ndjson'
		);
		expect((await look()).late).toEqual([]);
		await send([...sent.slice(200), ...sent.slice(0, 20)], 'b.ndjson');
		health = await look();
		expect(health.read).toBe(health.accepted + health.unchanged + health.quarantined);
		expect(health).toMatchObject({ read: 342, accepted: 320, unchanged: 20, quarantined: 2, imports: 2 });
		// The independent count: loops over what was sent.
		const counted = sent.filter(({ spam }) => !spam);
		const weekOf = ({ started_at }: Sent) => WEEKS[Math.floor((Date.parse(started_at) - FIRST) / (7 * DAY))]!;
		expect(health.weeks).toEqual([
			...WEEKS.map((week) => ({ week, contacts: counted.filter((one) => weekOf(one) === week).length }))
		]);
		const rating = health.fields.find(({ field }) => field === 'rating')!;
		expect(rating.weeks.map(({ x, n }) => [x, n])).toEqual(
			WEEKS.map((week) => {
				const those = counted.filter((one) => weekOf(one) === week);
				return [those.filter((one) => one.rating).length, those.length];
			})
		);
		expect(rating.weeks.filter(({ dropped }) => dropped).map(({ week }) => week)).toEqual(['2026-W14']);
		expect(health.fields.filter(({ dropped }) => dropped).map(({ field }) => field)).toEqual(['rating']);
	});

	it('does not call a young week a drop of what comes later', async () => {
		const [young] = await feedHealth(warehouse, { now: '2026-04-08T00:00:00Z', calendar });
		expect(young!.fields.filter(({ dropped }) => dropped)).toEqual([]);
	});

	it('takes files within an hour for one delivery', async () => {
		expect(health).toMatchObject({ imports: 2, usualGapS: null, freshness: 'unknown' });
	});

	it('tells how late what came after its history was', async () => {
		await send(
			[{ record: 'complaint', conversation_id: 'w0-1', at: '2026-02-02T10:00:00Z' }],
			'history.ndjson'
		);
		await send(
			[
				{ record: 'complaint', conversation_id: 'w0-0', at: '2026-02-02T10:00:00Z' },
				{ record: 'cost', conversation_id: 'never came', ai: 1, currency: 'EUR' }
			],
			'c.ndjson'
		);
		const rows = await warehouse.all<{ finishedAt: string }>(
			'SELECT finished_at FROM log.ingest ORDER BY ingest_id'
		);
		const [, second, , third] = rows.map(({ finishedAt }) => Date.parse(finishedAt));
		const lags = sent
			.slice(200)
			.map(({ ended_at }) => (second! - Date.parse(ended_at)) / 1000)
			.sort((a, b) => a - b);
		const { late } = await look();
		expect(late.map(({ kind, records }) => [kind, records])).toEqual([
			['complaint', 1],
			['conversation', 120]
		]);
		const [complaint, conversation] = late;
		expect(complaint!.medianS).toBeCloseTo((third! - Date.parse(sent[0]!.ended_at)) / 1000, 0);
		expect(conversation!.medianS).toBeCloseTo((lags[59]! + lags[60]!) / 2, 0);
		expect(conversation).toMatchObject({
			over24h: lags.filter((lag) => lag > 86_400).length,
			over7d: lags.filter((lag) => lag > 604_800).length
		});
	});

	it('gives its refused lines back, and takes them in once they are mended', async () => {
		const [first, second] = (await look()).reasons;
		expect([first, second].map((one) => one!.field).sort()).toEqual(['record', 'started_at']);
		const lines = (await refusedLines(warehouse, first!.ingestId)).map(({ raw }) => raw!);
		expect(lines).toHaveLength(2);
		const mended = lines
			.filter((line) => line.includes('yesterday'))
			.map((line) => line.replace('yesterday', '2026-02-02T07:00:00Z'));
		expect(await send(mended, 'mended.ndjson')).toMatchObject({ read: 1, accepted: 1, quarantined: 0 });
		expect(readFileSync(join(folder, 'mended.ndjson'), 'utf8')).toContain('"id":"bad"');
		expect(await send(mended, 'mended.ndjson')).toMatchObject({ unchanged: 1 });
	});
});

describe('what is called', () => {
	it('late is known only from a rhythm', () => {
		const given = { lastNewAt: '2026-04-13T00:00:00Z', usualGapS: 3600, now: NOW };
		expect(freshnessOf({ ...given, deliveries: RHYTHM_FROM - 1 })).toBe('unknown');
		expect(freshnessOf({ ...given, deliveries: RHYTHM_FROM })).toBe('late');
		expect(freshnessOf({ ...given, deliveries: RHYTHM_FROM, usualGapS: 86_400 })).toBe('fresh');
		// A feed of seconds is not late within the hour.
		expect(freshnessOf({ ...given, deliveries: 9, usualGapS: 1, lastNewAt: '2026-04-13T23:30:00Z' })).toBe(
			'fresh'
		);
		expect(freshnessOf({ ...given, deliveries: 0, lastNewAt: null })).toBe('unknown');
	});

	it('a drop needs contacts, weeks before, and more than chance', () => {
		const weeks = (shares: readonly [number, number][]) =>
			fieldWeeks(
				shares.map(([x, n], at) => ({ week: `2026-W0${at}`, contacts: n, rating: x })),
				'2027-W01'
			).find(({ field }) => field === 'rating')!;
		const usual: [number, number][] = [
			[50, 100],
			[48, 100],
			[52, 100]
		];
		expect(weeks([...usual, [10, 100]]).dropped).toBe(true);
		expect(weeks([...usual, [20, 100]]).dropped).toBe(false);
		expect(weeks([...usual, [0, 29]]).dropped).toBe(false);
		expect(weeks([...usual.slice(1), [0, 100]]).dropped).toBe(false);
		// A second week without it is held against the good ones, not against the first bad one.
		expect(weeks([...usual, [0, 100], [0, 100]]).weeks.map(({ dropped }) => dropped)).toEqual([
			false,
			false,
			false,
			true,
			true
		]);
		expect(weeks([...usual, [0, 100], [50, 100]]).dropped).toBe(false);
	});
});
