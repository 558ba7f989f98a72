/**
 * The built command line on temporary databases: exit codes, what it says, and what it leaves alone.
 * Starts processes; builds the command line when its sources changed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse } from '../warehouse/warehouse.server';

const root = resolve(import.meta.dirname, '..');
const command = join(root, 'bin/plimsoll.mjs');
let folder: string;

function plimsoll(...args: string[]) {
	const { PLIMSOLL_DB: _db, PLIMSOLL_POLICY: _policy, ...env } = process.env;
	const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
		cwd: folder,
		encoding: 'utf8',
		env
	});
	return { status, stdout, stderr };
}

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'));
	const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { encoding: 'utf8' });
	expect(built.status, built.stderr).toBe(0);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('arguments', () => {
	it.each([[['--help']], [['--version']], [['serve', '--help']]])('%j exits 0', (args) => {
		expect(plimsoll(...args)).toMatchObject({ status: 0, stderr: '' });
	});

	it.each([
		[['nonsense'], /unknown command 'nonsense'/],
		[['serve', '--port', 'many'], /A port is 0 to 65535/],
		[['serve', '--nope'], /unknown option '--nope'/]
	])('%j exits 2 and says why', (args, reason) => {
		const { status, stdout, stderr } = plimsoll(...args);
		expect(status).toBe(2);
		expect(stdout).toBe('');
		expect(stderr).toMatch(reason);
	});
});

describe('a database that can not be opened', () => {
	it('is missing: says how to make one, and makes none', () => {
		const file = join(folder, 'missing.duckdb');
		const { status, stderr } = plimsoll('serve', '--db', file);
		expect(status).toBe(2);
		expect(stderr).toMatch(/^plimsoll: No database at .*missing\.duckdb\. Create one with: plimsoll ingest/);
		expect(existsSync(file)).toBe(false);
	});

	it('is something else: says so in one line, and leaves it as it is', () => {
		const file = join(folder, 'other.duckdb');
		writeFileSync(file, 'not a database at all\n'.repeat(1000));
		const { status, stderr } = plimsoll('serve', '--db', file);
		expect(status).toBe(2);
		expect(stderr.trim().split('\n')).toHaveLength(1);
		expect(readFileSync(file, 'utf8')).toMatch(/^not a database at all/);
	});

	it('is in use: names the process that holds it', async () => {
		const file = join(folder, 'held.duckdb');
		const warehouse = await openWarehouse(file);
		try {
			const { status, stderr } = plimsoll('serve', '--db', file);
			expect(status).toBe(2);
			expect(stderr).toContain('in use by another process');
			expect(stderr).toContain(String(process.pid));
		} finally {
			await warehouse.close();
		}
	});
});

describe('serve', () => {
	it('serves on the loopback, announces itself, and leaves nothing behind', async () => {
		const file = join(folder, 'served.duckdb');
		await (await openWarehouse(file)).close();
		const server = spawn(process.execPath, [command, 'serve', '--db', file, '--port', '0'], { cwd: folder });
		try {
			const url = await new Promise<string>((found, failed) => {
				let output = '';
				server.stdout.on('data', (chunk: Buffer) => {
					output += chunk.toString();
					const match = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
					if (match) found(match[0]);
				});
				server.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
				server.on('exit', () => failed(new Error(output)));
			});
			expect(JSON.parse(readFileSync(`${file}.server.json`, 'utf8'))).toEqual({ pid: server.pid, url });
			expect((await fetch(url)).status).toBe(200);
		} finally {
			const ended = new Promise<number | null>((done) => server.once('exit', done));
			server.kill('SIGTERM');
			expect(await ended).toBe(0);
		}
		expect(existsSync(`${file}.server.json`)).toBe(false);
	});
});
