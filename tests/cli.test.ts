/**
 * The built command line on temporary databases: exit codes, what it says, and what it leaves alone.
 * Starts processes; builds the command line when its sources changed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse } from '../warehouse/warehouse.server';
import { Terminal, build } from './command';

let terminal: Terminal;
const plimsoll = (...args: string[]) => terminal.run(...args);

beforeAll(() => {
	build();
	terminal = new Terminal();
}, 300_000);
afterAll(() => terminal.close());

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
		const file = terminal.path('missing.duckdb');
		const { status, stderr } = plimsoll('serve', '--db', file);
		expect(status).toBe(2);
		expect(stderr).toMatch(/^plimsoll: No database at .*missing\.duckdb\. Create one with: plimsoll ingest/);
		expect(existsSync(file)).toBe(false);
	});

	it('is something else: says so in one line, and leaves it as it is', () => {
		const file = terminal.path('other.duckdb');
		writeFileSync(file, 'not a database at all\n'.repeat(1000));
		const { status, stderr } = plimsoll('serve', '--db', file);
		expect(status).toBe(2);
		expect(stderr.trim().split('\n')).toHaveLength(1);
		expect(readFileSync(file, 'utf8')).toMatch(/^not a database at all/);
	});

	it('is in use: names the process that holds it', async () => {
		const file = terminal.path('held.duckdb');
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
		const file = terminal.path('served.duckdb');
		await (await openWarehouse(file)).close();
		const { server, url } = await terminal.serve('--db', file);
		try {
			expect(JSON.parse(readFileSync(`${file}.server.json`, 'utf8'))).toEqual({ pid: server.pid, url });
			expect((await fetch(url)).status).toBe(200);
		} finally {
			expect(await terminal.stop(server)).toBe(0);
		}
		expect(existsSync(`${file}.server.json`)).toBe(false);
	});
});
