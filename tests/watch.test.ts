/** `plimsoll watch` as a user starts it: half-written files, bad ones, kills, and a server that holds the database. */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWarehouse } from '../warehouse/warehouse.server';
import { COMMAND, Terminal, build } from './command';

const record = (id: string) =>
	`${JSON.stringify({
		id,
		customer_id: `of ${id}`,
		started_at: '2026-03-02T09:00:00Z',
		messages: [{ at: '2026-03-02T09:00:00Z', role: 'customer', text: 'Hello '.repeat(20) }]
	})}\n`;

describe('a watched folder', { timeout: 240_000 }, () => {
	let terminal: Terminal;
	let watching: ChildProcess[];
	let said: string;
	const into = (name: string) => join(terminal.path('inbox'), name);

	beforeAll(build, 300_000);
	beforeEach(() => {
		terminal = new Terminal();
		watching = [];
		said = '';
		mkdirSync(terminal.path('inbox/sub'), { recursive: true });
	});
	afterEach(async () => {
		for (const one of watching) one.kill('SIGKILL');
		await terminal.close();
	});

	function watch(): ChildProcess {
		const given = ['watch', 'inbox', '--db', 'log.duckdb', '--interval', '0.2', '--settle', '1'];
		const started = spawn(process.execPath, [COMMAND, ...given], { cwd: terminal.folder });
		watching.push(started);
		started.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
		started.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
		return started;
	}
	const ended = (one: ChildProcess) => new Promise<number | null>((done) => one.once('exit', done));
	async function until(words: RegExp) {
		for (let tries = 0; tries < 600; tries++) {
			if (words.test(said)) return;
			await pause(100);
		}
		throw new Error(`It never said ${words}: ${said}`);
	}
	async function stored(): Promise<{ versions: number; ids: number; refused: number }> {
		const warehouse = await openWarehouse(terminal.path('log.duckdb'));
		try {
			const [found] = await warehouse.all<{ versions: number; ids: number; refused: number }>(
				`SELECT count(*) AS versions, count(DISTINCT id) AS ids, (SELECT count(*) FROM log.quarantine) AS refused FROM log.conversation`
			);
			return found!;
		} finally {
			await warehouse.close();
		}
	}

	it('leaves what is still being written, goes on after a bad file, and takes only what is new of one that grew', async () => {
		const process = watch();
		writeFileSync(into('slow.ndjson'), record('one').slice(0, 50));
		writeFileSync(into('coming.ndjson.part'), record('part'));
		writeFileSync(into('.hidden.ndjson'), record('hidden'));
		writeFileSync(into('notes.doc'), 'no log');
		for (let piece = 50; piece < record('one').length; piece += 60) {
			await pause(300);
			appendFileSync(into('slow.ndjson'), record('one').slice(piece, piece + 60));
		}
		await until(/slow\.ndjson: 1 read = 1 accepted/);
		writeFileSync(into('broken.ndjson.gz'), gzipSync(record('lost').repeat(50)).subarray(0, -9));
		writeFileSync(into('sub/two.ndjson'), record('two'));
		await until(/broken\.ndjson\.gz: The gzip is damaged/);
		await until(/sub\/two\.ndjson: 1 read = 1 accepted/);
		appendFileSync(into('slow.ndjson'), record('three'));
		renameSync(into('coming.ndjson.part'), into('coming.ndjson'));
		writeFileSync(into('broken.ndjson.gz'), gzipSync(record('found')));
		await until(/slow\.ndjson: 2 read = 1 accepted \+ 1 unchanged/);
		await until(/coming\.ndjson: 1 read = 1 accepted/);
		await until(/broken\.ndjson\.gz: 1 read = 1 accepted/);
		const gone = ended(process);
		process.kill('SIGTERM');
		expect(await gone).toBe(0);
		expect(await stored()).toEqual({ versions: 5, ids: 5, refused: 0 });
		// What was done is remembered.
		said = '';
		watch();
		writeFileSync(into('last.ndjson'), record('last'));
		await until(/last\.ndjson: 1 read = 1 accepted/);
		expect(said).not.toMatch(/slow|two|coming/);
	});

	it('loses nothing and doubles nothing, whenever it is killed', async () => {
		const files = 12;
		for (let at = 0; at < files; at++)
			writeFileSync(
				into(`file-${at}.ndjson`),
				Array.from({ length: 50 }, (_, line) => record(`${at}-${line}`)).join('')
			);
		for (const milliseconds of [1200, 1700, 2300]) {
			const process = watch();
			await pause(milliseconds);
			const gone = ended(process);
			process.kill('SIGKILL');
			await gone;
		}
		said = '';
		const given = ['watch', 'inbox', '--db', 'log.duckdb', '--settle', '0.1', '--once'];
		expect(terminal.run(...given)).toMatchObject({ status: 0 });
		expect(await stored()).toEqual({ versions: files * 50, ids: files * 50, refused: 0 });
	});

	it('goes through the server that holds the database', async () => {
		writeFileSync(terminal.path('first.ndjson'), record('first'));
		expect(terminal.run('ingest', '--db', 'log.duckdb', 'first.ndjson')).toMatchObject({ status: 0 });
		const { server } = await terminal.serve('--db', 'log.duckdb');
		watch();
		writeFileSync(into('served.ndjson'), record('served'));
		await until(/served\.ndjson: 1 read = 1 accepted/);
		await terminal.stop(server);
		// Without it, it opens the database itself.
		writeFileSync(into('alone.ndjson'), record('alone'));
		await until(/alone\.ndjson: 1 read = 1 accepted/);
	});

	it('refuses a folder that is not there', () => {
		expect(terminal.run('watch', 'nowhere')).toMatchObject({
			status: 2,
			stderr: expect.stringMatching(/nowhere: there is no such folder/)
		});
	});
});
