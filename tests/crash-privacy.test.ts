/**
 * The real command line, killed while it forgets a person and while it deletes old texts: afterwards all of it is done
 * or nothing is begun, the next run completes it, and no text is left in any file. Starts processes.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest } from '../ingest/ingest.server';
import { keep } from '../ingest/webhooks/inbox.server';
import { takeInbox } from '../ingest/webhooks/take-in.server';
import { refreshFacts } from '../queries/queries.server';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { build, Terminal } from './command';

const root = resolve(import.meta.dirname, '..');
const command = join(root, 'bin/plimsoll.mjs');
/** Kills of each command; CRASH_STORIES=33 makes a hundred. */
const KILLS = 3 * Number(process.env['CRASH_STORIES'] ?? 1);
const CUSTOMERS = 40;
const PER_FILE = 3000;
const FILES = 4;
const NOW = '2026-03-03T00:00:00Z';
const privacy = { redaction: { kinds: [], patterns: [] }, customerIds: 'plain', key: undefined } as const;
let folder: string;
/** A database that is copied for each kill. */
let whole: string;

const words = (customer: number) => `the very words of k-${customer}.`;
const record = (id: number) => {
	const at = new Date(Date.UTC(2026, 0, 5) + id * 60_000).toISOString();
	const text = words(id % CUSTOMERS);
	return {
		id: `c-${id}`,
		customer_id: `k-${id % CUSTOMERS}`,
		started_at: at,
		ended_at: at,
		messages: [{ at, role: 'customer', text: `${text} ${createHash('sha256').update(text).digest('hex')}` }]
	};
};

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-crash-privacy-'));
	const built = spawnSync(process.execPath, [join(root, 'scripts/build-cli.mjs')], { encoding: 'utf8' });
	expect(built.status, built.stderr).toBe(0);
	whole = join(folder, 'whole.duckdb');
	const warehouse = await openWarehouse(whole);
	for (let file = 0; file < FILES; file++) {
		const path = join(folder, `${file}.ndjson`);
		const lines = Array.from({ length: PER_FILE }, (_, at) => JSON.stringify(record(file * PER_FILE + at)));
		const bad = JSON.stringify({ ...record(7), id: `bad-${file}`, started_at: 'yesterday' });
		writeFileSync(path, [...lines, bad].join('\n'));
		await ingest(warehouse, { inputs: [path], source: 'canonical', now: NOW, privacy });
	}
	for (let id = 1; id <= CUSTOMERS; id++) {
		const body = JSON.stringify({
			event: 'message_created',
			id,
			content: words(id % CUSTOMERS),
			message_type: 'incoming',
			created_at: '2026-01-05T09:00:00Z',
			sender: { id: `k-${id % CUSTOMERS}`, type: 'contact' },
			conversation: {
				id,
				status: 'open',
				created_at: Date.UTC(2026, 0, 5, 9) / 1000,
				updated_at: Date.UTC(2026, 0, 5, 9) / 1000,
				meta: { sender: { id: `k-${id % CUSTOMERS}` } }
			}
		});
		await keep(warehouse, { webhook: 'chat', source: 'chatwoot', key: `${id}`, receivedAt: NOW, body });
	}
	expect(await takeInbox(warehouse, { now: NOW, privacy })).toMatchObject({ accepted: CUSTOMERS });
	await refreshFacts(warehouse, { hash: 'crash', intents: [], rules: [] });
	// Refused lines of today's import are old by then.
	await warehouse.run(`UPDATE log.ingest SET started_at = '2026-01-06', finished_at = '2026-01-06'`);
	await warehouse.close();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function copy(name: string): string {
	const target = join(folder, `${name}.duckdb`);
	cpSync(whole, target);
	cpSync(`${whole}.transcripts`, `${target}.transcripts`, { recursive: true });
	return target;
}

/** Places where the text stands: files beside the database, and refused lines in it. */
async function found(warehouse: Warehouse, text: string): Promise<string[]> {
	const places: string[] = [];
	for (const name of readdirSync(warehouse.transcripts)) {
		const path = join(warehouse.transcripts, name);
		const inside = name.endsWith('.parquet')
			? (
					await warehouse.all<{ n: number }>(
						`SELECT count(*)::INTEGER AS n FROM read_parquet($path) t WHERE contains(to_json(t)::VARCHAR, $text)`,
						{ path, text }
					)
				)[0]!.n > 0
			: readFileSync(path, 'utf8').includes(text);
		if (inside) places.push(name);
	}
	const [refused] = await warehouse.all<{ n: number }>(
		'SELECT count(*)::INTEGER AS n FROM log.quarantine WHERE contains(raw, $text)',
		{ text }
	);
	if (refused!.n > 0) places.push('quarantine');
	return places;
}

/** Segments and pieces on the disk are those that are named. */
async function fits(warehouse: Warehouse): Promise<void> {
	const named = await warehouse.all<{ name: string }>(
		'SELECT segment AS name FROM log.ingest WHERE segment IS NOT NULL UNION SELECT file FROM log.fragment ORDER BY name'
	);
	expect(readdirSync(warehouse.transcripts).sort()).toEqual(named.map(({ name }) => name));
	const [rows] = await warehouse.all<{ n: number }>('SELECT count(*)::INTEGER AS n FROM log.conversation');
	expect(rows!.n).toBe(FILES * PER_FILE + CUSTOMERS);
}

/** Kills the command at a time between its start and its end. */
async function killed(args: readonly string[], duration: number, share: number): Promise<boolean> {
	const child = spawn(process.execPath, [command, ...args], { stdio: 'ignore', cwd: folder });
	const ended = new Promise<NodeJS.Signals | null>((done) => child.once('exit', (_, signal) => done(signal)));
	const timer = setTimeout(() => child.kill('SIGKILL'), duration * share);
	const signal = await ended;
	clearTimeout(timer);
	return signal === 'SIGKILL';
}

const shares = Array.from({ length: KILLS }, (_, at) => 0.35 + (0.63 * (at + Math.random())) / KILLS);
const timed = (args: readonly string[]): number => {
	const started = performance.now();
	const done = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8', cwd: folder });
	expect(done.status, done.stderr).toBe(0);
	return performance.now() - started;
};

describe('what a kill leaves of a log on its way in', () => {
	it('goes when the database is opened next', { timeout: 300_000 }, async () => {
		build();
		const terminal = new Terminal();
		try {
			const db = copy('spooled');
			const { server, url } = await terminal.serve('--db', db);
			const sent = request(`${url}/api/ingest/canonical`, {
				method: 'POST',
				headers: { 'content-type': 'application/x-ndjson' }
			});
			sent.on('error', () => undefined);
			// A line that never ends.
			sent.write(`{"id": "half", "text": "words on their way in ${'x'.repeat(100_000)}`);
			const left = () =>
				existsSync(`${db}.spool`)
					? readdirSync(`${db}.spool`, { recursive: true, withFileTypes: true })
							.filter((entry) => entry.isFile())
							.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
							.join('')
					: '';
			for (let tries = 0; tries < 300 && !left().includes('on their way'); tries++)
				await new Promise((done) => setTimeout(done, 100));
			const ended = new Promise((done) => server.once('exit', done));
			server.kill('SIGKILL');
			await ended;
			sent.destroy();
			expect(left()).toContain('words on their way in');
			const again = await terminal.serve('--db', db);
			expect(left()).toBe('');
			expect(await terminal.stop(again.server)).toBe(0);
			expect(existsSync(`${db}.spool`)).toBe(false);
		} finally {
			await terminal.close();
		}
	});
});

describe('a person is forgotten', () => {
	it('as a whole or not at all, however it is killed', { timeout: 900_000 }, async () => {
		const args = (db: string) => ['forget', 'k-7', '--by', 'Mia', '--db', db];
		const first = copy('forget');
		const duration = timed(args(first));
		let stopped = 0;
		for (const [at, share] of shares.entries()) {
			const db = copy(`forget-${at}`);
			if (await killed(args(db), duration, share)) stopped++;
			const warehouse = await openWarehouse(db);
			await fits(warehouse);
			const receipts = await warehouse.all('SELECT receipt FROM log.forgotten');
			const [theirs] = await warehouse.all<{ n: number }>(
				`SELECT count(*)::INTEGER AS n FROM log.conversation WHERE customer_id = 'k-7'`
			);
			const places = await found(warehouse, words(7));
			if (receipts.length === 0) {
				expect(theirs!.n).toBe((FILES * PER_FILE) / CUSTOMERS + 1);
				expect(places).toHaveLength(FILES + 3);
			} else {
				expect(theirs!.n).toBe(0);
				expect(places).toEqual([]);
			}
			await warehouse.close();
			const again = spawnSync(process.execPath, [command, ...args(db)], { encoding: 'utf8', cwd: folder });
			expect(again.status, again.stderr).toBe(receipts.length === 0 ? 0 : 2);
			const after = await openWarehouse(db);
			await fits(after);
			expect(await found(after, words(7))).toEqual([]);
			expect(await found(after, words(8))).toHaveLength(FILES + 2);
			await after.close();
			rmSync(db);
		}
		expect(stopped).toBeGreaterThan(0);
	});
});

describe('texts are deleted after their time', () => {
	it('as a whole or not at all, however it is killed', { timeout: 900_000 }, async () => {
		const args = (db: string) => ['retain', '--days', '30', '--db', db];
		const duration = timed(args(copy('retain')));
		let stopped = 0;
		for (const [at, share] of shares.entries()) {
			const db = copy(`retain-${at}`);
			if (await killed(args(db), duration, share)) stopped++;
			const warehouse = await openWarehouse(db);
			await fits(warehouse);
			const [left] = await warehouse.all<{ texts: number; lines: number; pieces: number }>(
				`SELECT (SELECT count(*) FROM log.conversation WHERE text_deleted_at IS NULL)::INTEGER AS texts,
					(SELECT count(raw) FROM log.quarantine)::INTEGER AS lines, (SELECT count(*) FROM log.fragment)::INTEGER AS pieces`
			);
			const all = { texts: FILES * PER_FILE + CUSTOMERS, lines: FILES, pieces: CUSTOMERS };
			const none = { texts: 0, lines: 0, pieces: 0 };
			expect(left!.texts === 0 ? none : all).toEqual(left);
			const places = await found(warehouse, 'the very words');
			expect(places).toHaveLength(left!.texts === 0 ? 0 : FILES + 3);
			await warehouse.close();
			timed(args(db));
			const after = await openWarehouse(db);
			await fits(after);
			expect(await found(after, 'the very words')).toEqual([]);
			await after.close();
			rmSync(db);
		}
		expect(stopped).toBeGreaterThan(0);
	});
});
