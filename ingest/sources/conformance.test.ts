/** What every source keeps to, over its fixtures: one suite for all of them. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../../warehouse/warehouse.server';
import { ingest, type IngestReport } from '../ingest.server';
import { sourceNamed } from './index';

const NOW = '2026-06-01T00:00:00Z';
const FIXTURES = resolve(import.meta.dirname, '../../fixtures/sources');
/** Sources that read JSON, and the lists in which their pages hold what they read. */
const JSON_SOURCES: Record<string, { lists: string[]; text: string }> = {
	'openai-messages': { lists: ['conversations'], text: 'Where is my refund?' },
	intercom: { lists: ['conversations'], text: 'Give me a person' },
	chatwoot: { lists: ['payload'], text: 'My bill is wrong' },
	'otel-genai': { lists: [], text: 'An orphan asks' },
	langfuse: { lists: ['data'], text: 'Then refund me' },
	zendesk: { lists: ['tickets', 'audits', 'users', 'satisfaction_ratings'], text: 'And again' }
};

const BROKEN = [
	'{"id": "x", "messages": [{"role": "us',
	'Dear team, see attached',
	'42',
	'"hello"',
	'null',
	'{"hello": "world"}',
	'[[1, 2]]'
];

const HOSTILE = [
	`'); DROP TABLE log.conversation; -- " $x {{time:x}} refused id: x`,
	'a\u0000b',
	'pay \u202Eerewton\u202C now',
	'long '.repeat(200_000).trim(),
	'half a letter \\ud800',
	'👩‍👩‍👧 e\u0301 ﷽'
];

type Json = Record<string, unknown>;
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-conformance-'));
let counter = 0;
const opened: Warehouse[] = [];
async function fresh(): Promise<Warehouse> {
	const warehouse = await openWarehouse(join(folder, `log-${counter++}.duckdb`));
	opened.push(warehouse);
	return warehouse;
}
function write(content: string | Buffer, extension = '.ndjson'): string {
	const file = join(folder, `f-${String(counter++).padStart(4, '0')}${extension}`);
	writeFileSync(file, content);
	return file;
}
const ndjson = (records: readonly unknown[]) => records.map((one) => JSON.stringify(one)).join('\n') + '\n';
const deliver = (warehouse: Warehouse, source: string | undefined, ...inputs: string[]) =>
	ingest(warehouse, { inputs, source, now: NOW });

/** The records of a source's fixtures, out of their pages and files. */
function records(source: string): unknown[] {
	const lists = JSON_SOURCES[source]!.lists;
	const opened = (page: unknown): unknown[] => {
		const data = (page as Json)['data'];
		const inner = (data && !Array.isArray(data) ? data : page) as Json;
		const list = lists.map((name) => inner[name]).find(Array.isArray);
		return list ?? [page];
	};
	return readdirSync(join(FIXTURES, source))
		.filter((name) => /\.(nd)?json$/.test(name))
		.sort()
		.flatMap((name) => {
			const text = readFileSync(join(FIXTURES, source, name), 'utf8');
			if (name.endsWith('.ndjson'))
				return text
					.trim()
					.split('\n')
					.flatMap((line) => opened(JSON.parse(line)));
			const page = JSON.parse(text) as unknown;
			return Array.isArray(page) ? page : opened(page);
		});
}

/** Everything that is stored of the conversations but where it came from. */
async function stored(warehouse: Warehouse): Promise<Json[]> {
	const segments = await warehouse.all<{ segment: string; row: number }>(
		'SELECT segment, segment_row AS row FROM log.conversation WHERE superseded_by IS NULL'
	);
	const found: Json[] = [];
	for (const name of new Set(segments.map(({ segment }) => segment))) {
		found.push(
			...(
				await warehouse.all<{ json: string }>(
					`SELECT to_json(s)::VARCHAR AS json FROM (SELECT * EXCLUDE (file_no, file_row_number, version_at)
						FROM read_parquet($path, file_row_number = true) WHERE list_contains($rows::BIGINT[], file_row_number)) s`,
					{
						path: join(warehouse.transcripts, name),
						rows: segments.filter(({ segment }) => segment === name).map(({ row }) => String(row))
					}
				)
			).map(({ json }) => JSON.parse(json) as Json)
		);
	}
	return found.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
}

function reconciles(report: IngestReport): void {
	expect(report.read).toBe(report.accepted + report.unchanged + report.quarantined);
	for (const file of report.files) expect(file.read).toBe(file.accepted + file.unchanged + file.quarantined);
}

let whole: Record<string, Json[]>;
beforeAll(async () => {
	whole = {};
	for (const source of Object.keys(JSON_SOURCES)) {
		const warehouse = await fresh();
		const report = await deliver(warehouse, source, join(FIXTURES, source));
		expect(report.files.map(({ error }) => error)).toEqual(report.files.map(() => null));
		reconciles(report);
		whole[source] = await stored(warehouse);
		expect(whole[source].length).toBe(report.accepted);
		expect(whole[source].length).toBeGreaterThan(0);
	}
}, 120_000);
afterAll(() => {
	for (const warehouse of opened) warehouse.close();
});

describe.each(Object.keys(JSON_SOURCES))('%s', (source) => {
	it('is told by the look of its files, and finds nothing new in a second delivery', async () => {
		const warehouse = await fresh();
		const first = await deliver(warehouse, undefined, join(FIXTURES, source));
		expect([...new Set(first.files.map((file) => file.source))]).toEqual([source]);
		const second = await deliver(warehouse, source, join(FIXTURES, source));
		expect(second).toMatchObject({
			accepted: 0,
			unchanged: first.accepted + first.unchanged,
			quarantined: first.quarantined
		});
	});

	it.each<[string, (all: unknown[]) => string[]]>([
		['a file a record, in reverse', (all) => [...all].reverse().map((one) => write(ndjson([one])))],
		[
			'a page of the API and lines',
			(all) => {
				const [list] = JSON_SOURCES[source]!.lists;
				const half = Math.ceil(all.length / 2);
				const objects = all.filter((one) => !Array.isArray(one));
				return [
					write(JSON.stringify(list ? { [list]: objects.slice(0, half) } : objects.slice(0, half)), '.json'),
					write(ndjson(all.filter((one) => Array.isArray(one) || objects.indexOf(one) >= half)))
				];
			}
		]
	])('stores the same of %s', async (_, split) => {
		const warehouse = await fresh();
		const report = await deliver(warehouse, source, ...split(records(source)));
		expect(report.files.map(({ error }) => error)).toEqual(report.files.map(() => null));
		reconciles(report);
		expect(await stored(warehouse)).toEqual(whole[source]);
	});

	it('quarantines broken and foreign lines, each with its field and reason, and keeps their neighbours', async () => {
		const warehouse = await fresh();
		const all = records(source);
		const lines = [...all.slice(0, 1).map((one) => JSON.stringify(one)), ...BROKEN];
		const report = await deliver(warehouse, source, write(`${lines.join('\n')}\n\n${ndjson(all.slice(1))}`));
		reconciles(report);
		expect(report.files[0]?.error).toBeNull();
		expect(report.quarantine.map(({ line }) => line)).toEqual(
			expect.arrayContaining(BROKEN.map((_, at) => at + 2))
		);
		for (const { field, reason } of report.quarantine) {
			expect(field).toMatch(/^[\w.[\]]+$/);
			expect(reason).not.toBe('');
		}
		expect(await stored(warehouse)).toEqual(whole[source]);
	});

	it('quarantines one bad record of a page and keeps its neighbours', async () => {
		const warehouse = await fresh();
		const report = await deliver(
			warehouse,
			source,
			write(JSON.stringify([{ hello: 'world' }, 7, ...records(source)]), '.json')
		);
		reconciles(report);
		expect(report.quarantined).toBeGreaterThan(0);
		expect(report.quarantine.map(({ line }) => line)).not.toContain(null);
		expect(await stored(warehouse)).toEqual(whole[source]);
	});

	it('reports a document that is cut short, whole and in words', async () => {
		const warehouse = await fresh();
		const text = JSON.stringify(records(source), null, 1);
		const good = write(ndjson(records(source)));
		const report = await deliver(warehouse, source, write(text.slice(0, -20), '.json'), good);
		expect(report.files[0]).toMatchObject({ read: 0, accepted: 0 });
		expect(report.files[0]?.error).toMatch(/cut short/);
		expect(report.files[1]?.error).toBeNull();
		expect(await stored(warehouse)).toEqual(whole[source]);
	});

	it('keeps hostile text as text', async () => {
		const hostile = HOSTILE.join(' ');
		const warehouse = await fresh();
		const { text } = JSON_SOURCES[source]!;
		const all = records(source);
		const swapped = (value: unknown): unknown =>
			typeof value === 'string'
				? value.includes(text)
					? value.replace(text, () => hostile)
					: value
				: Array.isArray(value)
					? value.map(swapped)
					: value && typeof value === 'object'
						? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, swapped(inner)]))
						: value;
		const report = await deliver(warehouse, source, write(ndjson(all.map(swapped))));
		reconciles(report);
		expect(report.files[0]?.error).toBeNull();
		const texts = (await stored(warehouse)).flatMap(({ messages }) =>
			(messages as Json[]).map((message) => message['text'])
		);
		expect(texts).toContain(hostile);
		expect(texts).not.toContain(text);
	});

	it('says nothing of what it was not told', async () => {
		for (const conversation of whole[source]!) {
			expect(conversation['spam']).toBeNull();
			expect(conversation['refunds'] ?? null).toBeNull();
			expect(conversation['complaints'] ?? null).toBeNull();
			expect(conversation['intent_confidence']).toBeNull();
			for (const message of conversation['messages'] as Json[]) expect(message['sentiment']).toBeNull();
		}
		const given = sourceNamed(source);
		if (!given.mayLack.includes('customer_id')) {
			for (const conversation of whole[source]!) expect(conversation['customer_id']).not.toBeNull();
		}
	});
});
