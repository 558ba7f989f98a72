/** Privacy on the command line, alone and through a server that holds the database. Starts processes. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Terminal, build } from './command';

const record = (id: string, customer: string, text: string) =>
	JSON.stringify({
		id,
		customer_id: customer,
		started_at: '2026-03-02T09:00:00Z',
		ended_at: '2026-03-02T09:10:00Z',
		messages: [{ at: '2026-03-02T09:00:00Z', role: 'customer', text }]
	});

describe('privacy on the command line', { timeout: 120_000 }, () => {
	let terminal: Terminal;
	const held = ['--db', 'log.duckdb'];
	const transcripts = () => {
		const folder = terminal.path('log.duckdb.transcripts');
		return readdirSync(folder)
			.map((name) => readFileSync(join(folder, name)).toString('latin1'))
			.join('');
	};
	beforeAll(() => {
		build();
		terminal = new Terminal();
		const lines = [
			record('a', 'ann', 'I am a.needle@example.com'),
			record('b', 'ben', 'Ben was here'),
			record('c', 'cem', 'Cem was here')
		];
		writeFileSync(terminal.path('log.ndjson'), lines.join('\n'));
	}, 300_000);
	afterAll(() => terminal.close());

	it('keeps no address, forgets whom it is told to, and gives receipts', () => {
		expect(terminal.run('ingest', ...held, 'log.ndjson')).toMatchObject({ status: 0 });
		expect(terminal.run('forget', ...held, '--receipts').stdout).toBe('Nobody was forgotten.\n');
		expect(terminal.run('forget', 'ben', ...held)).toMatchObject({
			status: 2,
			stderr: expect.stringMatching(/who asks/)
		});
		expect(terminal.run('forget', 'dan', '--by', 'Mia', ...held)).toMatchObject({
			status: 2,
			stderr: expect.stringMatching(/No record is of the customer "dan"/)
		});
		const { status, stdout } = terminal.run('forget', 'ben', '--by', 'Mia', ...held);
		expect(status).toBe(0);
		expect(stdout).toMatch(/asked for by Mia: the text of 1 stored conversations, 0 refused lines/);
		expect(terminal.run('forget', ...held, '--receipts').stdout).toBe(stdout);
		expect(terminal.run('ingest', ...held, 'log.ndjson', '--json').stdout).toMatch(
			/was forgotten on request/
		);
	});

	it('does the same through the server, and deletes what was kept long enough', async () => {
		const { server } = await terminal.serve(...held);
		expect(terminal.run('forget', 'cem', '--by', 'Ole', ...held)).toMatchObject({ status: 0 });
		const would = terminal.run('retain', '--days', '30', '--dry-run', ...held);
		expect(would.stdout).toMatch(/^Would delete the text of 1 stored conversations/);
		expect(terminal.run('retain', '--days', '30', ...held).stdout).toMatch(/^Deleted the text of 1 stored/);
		expect(terminal.run('retain', ...held)).toMatchObject({
			status: 2,
			stderr: expect.stringMatching(/sets no privacy.retention_days/)
		});
		await terminal.stop(server);
		expect(terminal.run('scorecard', ...held, '--week', 'all').status).toBe(0);
		expect(transcripts()).not.toMatch(/needle|was here/);
	});
});
