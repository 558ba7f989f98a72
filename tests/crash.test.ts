/**
 * The real command line, killed while it takes files in, and on a full disk. Starts processes; mounts a small
 * file system where it may, and skips that part where it may not.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBenchFile } from '../fixtures/bench-file.server';
import { openWarehouse } from '../warehouse/warehouse.server';

const root = resolve(import.meta.dirname, '..');
const command = join(root, 'bin/plimsoll.mjs');
const EACH = 2000;
const FILES = 3;
/** Databases that are killed six times each; CRASH_STORIES=17 kills a hundred times. */
const STORIES = Array.from({ length: Number(process.env['CRASH_STORIES'] ?? 1) }, (_, at) => at + 1);
let folder: string;
const files: string[] = [];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-crash-'));
	const built = spawnSync(process.execPath, [join(root, 'scripts/build-cli.mjs')], { encoding: 'utf8' });
	expect(built.status, built.stderr).toBe(0);
	for (let at = 0; at < FILES; at++) {
		files.push(join(folder, `${at}.ndjson`));
		await writeBenchFile(files[at]!, EACH, at * EACH);
	}
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rows of the log by file, after checking that they fit each other, the segments and the ingests. */
async function stored(database: string): Promise<Map<string, number>> {
	const warehouse = await openWarehouse(database);
	const ingests = await warehouse.all<{ file: string; accepted: number; rows: number; segment: string }>(
		`SELECT file, accepted, segment, (SELECT count(*) FROM log.conversation c WHERE c.ingest_id = i.ingest_id) AS rows
		FROM log.ingest i`
	);
	const twice = await warehouse.all(
		'SELECT id FROM log.conversation WHERE superseded_by IS NULL GROUP BY id HAVING count(*) > 1'
	);
	const [orphan] = await warehouse.all<{ n: number }>(
		'SELECT count(*) AS n FROM log.conversation WHERE ingest_id NOT IN (SELECT ingest_id FROM log.ingest)'
	);
	const segments = readdirSync(warehouse.transcripts);
	await warehouse.close();
	expect(twice).toEqual([]);
	expect(orphan?.n).toBe(0);
	for (const one of ingests) expect(one.rows).toBe(one.accepted);
	const named = ingests.flatMap((one) => (one.segment ? [one.segment] : []));
	expect(segments.sort()).toEqual(named.sort());
	const sums = new Map<string, number>();
	for (const { file, accepted } of ingests) sums.set(file, (sums.get(file) ?? 0) + accepted);
	return sums;
}

describe('an ingest that is killed', () => {
	/** Of a whole ingest of the files. */
	let duration: number;
	beforeAll(() => {
		const started = performance.now();
		const whole = join(folder, 'whole.duckdb');
		expect(spawnSync(process.execPath, [command, 'ingest', '--db', whole, ...files]).status).toBe(0);
		duration = performance.now() - started;
	}, 300_000);

	it.each(STORIES)(
		'loses nothing that was committed and doubles nothing, %i',
		async (story) => {
			const database = join(folder, `killed-${story}.duckdb`);
			const args = [command, 'ingest', '--db', database, ...files];
			let before = new Map<string, number>();
			let killed = 0;
			for (const share of [0.25, 0.4, 0.55, 0.7, 0.85, 0.95]) {
				const child = spawn(process.execPath, args, { stdio: 'ignore' });
				const ended = new Promise<NodeJS.Signals | null>((done) =>
					child.once('exit', (_, signal) => done(signal))
				);
				const timer = setTimeout(() => child.kill('SIGKILL'), duration * share * (0.8 + Math.random() * 0.4));
				if ((await ended) === 'SIGKILL') killed++;
				clearTimeout(timer);
				const after = await stored(database);
				for (const [file, rows] of before) expect(after.get(file)).toBe(rows);
				for (const rows of after.values()) expect(rows).toBe(EACH);
				before = after;
			}
			expect(killed).toBeGreaterThan(0);
			const last = spawnSync(process.execPath, [...args, '--json'], { encoding: 'utf8' });
			expect(last.status, last.stderr).toBe(0);
			const report = JSON.parse(last.stdout) as Record<string, number>;
			expect(report['read']).toBe(EACH * FILES);
			expect(report['accepted']! + report['unchanged']! + report['quarantined']!).toBe(EACH * FILES);
			expect([...(await stored(database)).values()]).toEqual(files.map(() => EACH));
		},
		600_000
	);
});

describe('a full disk', () => {
	const disk = mkdtempSync(join(tmpdir(), 'plimsoll-disk-'));
	const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]).status === 0;
	afterAll(() => {
		if (mounted) spawnSync('umount', [disk]);
		rmSync(disk, { recursive: true, force: true });
	});

	it.skipIf(!mounted)(
		'is said, and leaves what was stored as it was',
		async () => {
			const inside = join(disk, 'data');
			mkdirSync(inside);
			const database = join(inside, 'full.duckdb');
			const small = join(folder, 'small.ndjson');
			const big = join(folder, 'big.ndjson');
			await writeBenchFile(small, 100);
			await writeBenchFile(big, 20_000, 100);
			const take = (file: string) =>
				spawnSync(process.execPath, [command, 'ingest', '--db', database, file], { encoding: 'utf8' });
			expect(take(small).status).toBe(0);
			const before = await stored(database);
			const failed = take(big);
			expect(failed.status).toBe(2);
			expect(failed.stderr).toMatch(/disk is full|No space left/i);
			expect(existsSync(database)).toBe(true);
			expect(await stored(database)).toEqual(before);
			expect(before.get(small)).toBe(100);
		},
		120_000
	);
});
