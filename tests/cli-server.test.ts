/**
 * The command line while a server holds the database: a real server on a real port, and every command that reads
 * or writes goes through it and answers what it would answer alone. Starts processes.
 */
import { writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { tableFromIPC } from 'apache-arrow';
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChildProcess } from 'node:child_process';
import { COMMAND, Terminal, build } from './command';

const THROUGH =
	/^plimsoll: .*held\.duckdb is held by the server at http:\/\/127\.0\.0\.1:\d+; going through it\.\n$/;

/** Tier B chats of the AI, 40 a day; the share of happy ratings falls from 9 in 10 to 5 in 10 after 60 days. */
const records = Array.from({ length: 90 * 40 }, (_, index) => {
	const day = Math.floor(index / 40);
	const started = Date.UTC(2026, 0, 5 + day, 8, (index % 40) * 10);
	const at = (minutes: number) => new Date(started + minutes * 60_000).toISOString();
	const happy = index % 10 < (day < 60 ? 9 : 5);
	return {
		id: `c-${index}`,
		customer_id: `k-${index}`,
		started_at: at(0),
		ended_at: at(8),
		resolved_at: at(8),
		status: 'resolved',
		intent: index % 2 ? 'refund_exception' : 'account_access',
		messages: [
			{ at: at(0), role: 'customer', text: 'Hello' },
			{ at: at(1), role: 'bot', text: 'Hello' }
		],
		rating: { score: happy ? 5 : 1, scale: 5, asked_at: at(9), answered_at: at(10) }
	};
});
const ndjson = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n') + '\n';

describe('a server holds the database', () => {
	let terminal: Terminal;
	let server: ChildProcess;
	let url: string;
	const held = () => ['--db', terminal.path('held.duckdb')];
	const alone = () => ['--db', terminal.path('alone.duckdb')];

	beforeAll(async () => {
		build();
		terminal = new Terminal();
		writeFileSync(terminal.path('first.ndjson'), ndjson(records.slice(0, 2400)));
		writeFileSync(terminal.path('rest.ndjson.gz'), gzipSync(ndjson(records.slice(2400))));
		writeFileSync(terminal.path('cut.ndjson.gz'), gzipSync(ndjson(records.slice(0, 50))).subarray(0, 300));
		const { status, stderr } = terminal.run('ingest', ...alone(), 'first.ndjson', 'rest.ndjson.gz');
		expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
		expect(terminal.run('ingest', ...held(), 'first.ndjson').status).toBe(0);
		({ server, url } = await terminal.serve(...held()));
	}, 300_000);
	afterAll(() => terminal.close());

	it('ingest goes through it, by the name of each file', () => {
		const { status, stdout, stderr } = terminal.run(
			'ingest',
			...held(),
			'--json',
			'first.ndjson',
			'rest.ndjson.gz'
		);
		expect(stderr).toMatch(THROUGH);
		expect(status).toBe(0);
		const report = JSON.parse(stdout) as { files: { file: string }[] };
		expect(report).toMatchObject({ read: 3600, accepted: 1200, unchanged: 2400, quarantined: 0 });
		expect(report.files.map(({ file }) => file)).toEqual(
			['first.ndjson', 'rest.ndjson.gz'].map((name) => terminal.path(name))
		);
	});

	it('ingest reports a broken file and goes on with its neighbours', () => {
		const { status, stdout, stderr } = terminal.run('ingest', ...held(), 'cut.ndjson.gz', 'rest.ndjson.gz');
		expect(status).toBe(2);
		expect(stdout).toContain('1,200 read = 0 accepted + 1,200 unchanged + 0 quarantined');
		expect(stderr).toMatch(/cut\.ndjson\.gz: The gzip is damaged or cut short/);
	});

	it('an ingest judges the rules: the alert is there for whoever asks the server', async () => {
		const verdicts = (await (await fetch(`${url}/api/verdicts`)).json()) as {
			rule: string;
			finding: string;
		}[];
		expect(verdicts.find(({ rule }) => rule === 'tier_b_csat_change')?.finding).toBe('breach');
	});

	it.each([
		[['--week', '2026-W12']],
		[['--week', 'all', '--by', 'tier,intent']],
		[['--as-of', '2026-02-20']]
	])('scorecard %j is the one of the same data without a server', (options) => {
		const through = terminal.run('scorecard', ...held(), '--format', 'json', ...options);
		expect(through.stderr).toMatch(THROUGH);
		expect(through.status).toBe(0);
		const direct = terminal.run('scorecard', ...alone(), '--format', 'json', ...options);
		const measurements = JSON.parse(through.stdout) as unknown[];
		expect(measurements.length).toBeGreaterThan(10);
		expect(measurements).toEqual(JSON.parse(direct.stdout));
	});

	it('scorecard as Arrow holds Measurements', () => {
		const { stdout } = spawnSync(
			process.execPath,
			[COMMAND, 'scorecard', ...held(), '--format', 'arrow', '--week', '2026-W02'],
			{ cwd: terminal.folder }
		);
		const rows = tableFromIPC(stdout)
			.toArray()
			.map((row) => row.toJSON());
		// 5 to 11 January: 280 chats, 9 of 10 happy.
		expect(rows.find(({ metric, path }) => metric === 'csat_top_box' && path === 'ai_only')).toMatchObject({
			week: '2026-W02',
			numerator: 252,
			denominator: 280,
			value: 0.9,
			pending: 0n,
			status: 'measured'
		});
	});

	it('check goes through it, now and at another time', () => {
		const now = terminal.run('check', ...held(), '--json');
		expect(now.stderr).toMatch(THROUGH);
		expect(now.status).toBe(1);
		const direct = terminal.run('check', ...alone(), '--json');
		expect(direct.status).toBe(1);
		const findings = ({ stdout }: { stdout: string }) =>
			(JSON.parse(stdout) as { rule: string; finding: string; asOf: string }[])
				.map(({ rule, finding, asOf }) => ({ rule, finding, asOf }))
				.sort((a, b) => a.rule.localeCompare(b.rule));
		expect(findings(now)).toEqual(findings(direct));

		const before = terminal.run('check', ...held(), '--as-of', '2026-03-02', '--json');
		expect(before.stderr).toMatch(THROUGH);
		expect(findings(before)).toEqual(
			findings(terminal.run('check', ...alone(), '--as-of', '2026-03-02', '--json'))
		);
		expect(findings(before).map(({ finding }) => finding)).not.toContain('breach');
		expect(before.status).toBe(3);
	});

	it('export gives what the direct one gives, and what it gives is unchanged', () => {
		const lines = (text: string) => text.trimEnd().split('\n').sort();
		const through = terminal.run('export', ...held(), '-');
		expect(through.stderr).toMatch(/going through it/);
		expect(through.stderr).toMatch(new RegExp(`${records.length} conversations of canonical`));
		const direct = terminal.run('export', ...alone(), 'out.ndjson.gz');
		expect({ status: direct.status, stderr: direct.stderr }).toEqual({ status: 0, stderr: '' });
		expect(lines(through.stdout)).toEqual(
			lines(gunzipSync(readFileSync(terminal.path('out.ndjson.gz'))).toString())
		);
		expect(terminal.run('export', ...alone(), 'out.ndjson.gz')).toMatchObject({
			status: 2,
			stderr: expect.stringMatching(/is there already/)
		});
		expect(terminal.run('export', ...held(), 'out.parquet').status).toBe(0);
		for (const name of ['out.ndjson.gz', 'out.parquet'])
			expect(JSON.parse(terminal.run('ingest', ...held(), '--json', name).stdout)).toMatchObject({
				read: records.length,
				unchanged: records.length
			});
		expect(terminal.run('export', ...held(), '--source', 'intercom', 'x.ndjson')).toMatchObject({
			status: 2,
			stderr: expect.stringMatching(/there are canonical/)
		});
	});

	it('a wrong week is refused by the server in its own words', () => {
		const { status, stderr } = terminal.run('scorecard', ...held(), '--week', '2031-W01');
		expect(status).toBe(2);
		expect(stderr).toContain('2031-W01 lies after the data. The data runs from 2026-W02 to 2026-W14.');
	});

	it('when it is gone the command line opens the database itself', async () => {
		expect(await terminal.stop(server)).toBe(0);
		const { status, stderr } = terminal.run('check', ...held());
		expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
		expect(readFileSync(terminal.path('held.duckdb')).length).toBeGreaterThan(0);
	});
});
