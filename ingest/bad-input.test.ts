/** What people really hand over: each is read, or refused in words, and nothing that was stored is touched. */
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { ingest, type IngestProgress } from './ingest.server';

const now = '2026-02-01T00:00:00Z';
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bad-'));
let warehouse: Warehouse;

const record = (id: string, more: Record<string, unknown> = {}) =>
	`${JSON.stringify({ id, customer_id: 'c', started_at: '2026-01-01T10:00:00Z', messages: [{ role: 'customer', text: 'hé' }], ...more })}\n`;
const write = (name: string, content: string | Buffer) => {
	writeFileSync(join(folder, name), content);
	return join(folder, name);
};
const take = (...inputs: string[]) => ingest(warehouse, { inputs, source: undefined, now });
const known = async () =>
	(
		await warehouse.all<{ id: string }>(
			'SELECT id FROM log.conversation WHERE superseded_by IS NULL ORDER BY id'
		)
	).map(({ id }) => id);

beforeAll(async () => {
	// A file may be called like a schema of ours.
	warehouse = await openWarehouse(join(folder, 'log.duckdb'));
	await take(write('first.ndjson', record('first')));
});
afterAll(() => warehouse.close());

it('quarantines a huge line with its number; its neighbours go in', async () => {
	const huge = record('huge', { channel: 'x'.repeat(80_000_000) });
	const report = await take(write('huge.ndjson', record('before') + huge + record('after')));
	expect(report.files[0]?.error).toBeNull();
	expect(report).toMatchObject({ read: 3, accepted: 2, quarantined: 1 });
	expect(report.quarantine[0]).toMatchObject({ line: 2, field: 'record', reason: 'is longer than 16 MB' });
	expect(await known()).toEqual(expect.arrayContaining(['after', 'before', 'first']));
	const [row] = await warehouse.all<{ kept: number }>('SELECT max(length(raw)) AS kept FROM log.quarantine');
	expect(row?.kept).toBeLessThanOrEqual(1_000_000);
}, 60_000);

it('takes many small files in one pass, each with its own report', async () => {
	const names = Array.from({ length: 20 }, (_, at) => `many-${String(at).padStart(2, '0')}`);
	const many = names.map((name, at) =>
		write(
			`${name}.ndjson${at === 3 ? '.gz' : ''}`,
			at === 3 ? gzipSync(record(name)) : at === 5 ? '' : at === 7 ? `\n{"bad\n${record(name)}` : record(name)
		)
	);
	const broken = write('many-broken.ndjson.gz', gzipSync(record('lost').repeat(9)).subarray(0, -9));
	const before = readdirSync(warehouse.transcripts).length;
	const progress: IngestProgress[] = [];
	const report = await ingest(warehouse, {
		inputs: [...many, broken],
		source: undefined,
		now,
		onProgress: (one) => progress.push(one)
	});
	expect(report.files.map(({ file }) => file)).toEqual([...many, broken]);
	expect(report.files.map(({ accepted }) => accepted)).toEqual([
		...names.map((_, at) => (at === 5 ? 0 : 1)),
		0
	]);
	expect(report.files.at(-1)?.error).toMatch(/damaged or cut short/);
	expect(report.quarantine).toEqual([expect.objectContaining({ file: many[7], line: 2 })]);
	expect(readdirSync(warehouse.transcripts)).toHaveLength(before + 1);
	expect(progress.at(-1)).toMatchObject({ filesDone: 21, filesTotal: 21 });
	expect(progress.at(-1)?.bytesDone).toBe(progress.at(-1)?.bytesTotal);
	expect(
		await warehouse.all<{ n: number }>(
			`SELECT count(*) AS n FROM log.conversation c JOIN log.ingest i USING (ingest_id)
			WHERE starts_with(c.id, 'many-') AND contains(i.file, c.id)`
		)
	).toEqual([{ n: 19 }]);
	// The later of two files wins, as it would one after the other.
	const twice = ['a', 'b'].map((channel) => write(`twice-${channel}.ndjson`, record('twice', { channel })));
	expect(await take(...twice)).toMatchObject({ read: 2, accepted: 1, unchanged: 1 });
	expect(
		await warehouse.all(`SELECT channel FROM log.conversation WHERE id = 'twice' AND superseded_by IS NULL`)
	).toEqual([{ channel: 'b' }]);
});

it('reads a file whose name is a pattern, and not the file that the pattern means', async () => {
	write('p1.ndjson', record('other'));
	expect(await take(write('p[1].ndjson', record('bracket')))).toMatchObject({ read: 1, accepted: 1 });
	expect(await known()).toContain('bracket');
	expect(await known()).not.toContain('other');
});

it('reads zstd', async () => {
	const packed = join(folder, 'packed.ndjson.zst');
	await warehouse.run(
		`COPY (SELECT 'zst' AS id, 'c' AS customer_id, '2026-01-01T00:00:00Z' AS started_at, [{'role': 'customer', 'text': 'hi'}] AS messages)
		TO '${packed}' (FORMAT json, COMPRESSION zstd)`
	);
	expect(await take(packed)).toMatchObject({ read: 1, accepted: 1, quarantined: 0 });
});

it('takes a folder without a file for it as nothing', async () => {
	mkdirSync(join(folder, 'empty'));
	expect(await take(join(folder, 'empty'))).toMatchObject({ read: 0, files: [] });
});

it.each<[string, () => string, RegExp]>([
	['prose', () => write('prose.ndjson', 'Dear team,\nplease find attached\n'), /not a JSON object/],
	[
		'latin-1',
		() => write('latin.ndjson', Buffer.from(record('latin').replace('hé', 'h\xe9'), 'latin1')),
		/not a JSON object/
	],
	[
		'a version and a half',
		() => write('half.ndjson', record('v', { schema_version: '1.5' })),
		/whole number/
	],
	['an older version', () => write('old.ndjson', record('v', { schema_version: 0 })), /must be 1/],
	['a newer version', () => write('new.ndjson', record('v', { schema_version: 2 })), /newer than 1/],
	['a structure for a name', () => write('name.ndjson', record('v', { channel: {} })), /must be text/]
])('quarantines %s', async (_, make, reason) => {
	const before = await known();
	const report = await take(make());
	expect(report.accepted).toBe(0);
	expect(report.quarantined).toBe(report.read);
	expect(report.quarantine[0]?.reason).toMatch(reason);
	expect(await known()).toEqual(before);
});
