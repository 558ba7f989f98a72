/** Bad input to the command line: exit code 2, one clear message with its remedy, and nothing stored is touched. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse } from '../warehouse/warehouse.server';
import { Terminal, build } from './command';

const POLICY = `version: 1
account:
  name: Shop
  time_zone: Europe/Stockholm
tiers:
  A: [order_status]
  B: [refund]
  C: []
limits: { escalation_minutes: 10, refund_approval_minor: 1 }
stop_loss:
  rules:
    - name: csat
      metric: csat_top_box
      kind: change
      fall_points: 5
      owner: me
    - name: recontact
      metric: recontact_72h
      kind: change
      rise_percent: 20
      owner: me
`;

describe('bad input', () => {
	let terminal: Terminal;

	beforeAll(() => {
		build();
		terminal = new Terminal();
		mkdirSync(terminal.path('no-logs'));
		writeFileSync(terminal.path('no-logs/readme.txt'), 'Not a log.\n');
		writeFileSync(terminal.path('empty.ndjson'), '');
		writeFileSync(
			terminal.path('one.ndjson'),
			JSON.stringify({
				id: 'c-1',
				customer_id: 'k-1',
				started_at: '2026-03-02T09:00:00Z',
				messages: [{ at: '2026-03-02T09:00:00Z', role: 'customer', text: 'Hello' }]
			}) + '\n'
		);
	}, 300_000);
	afterAll(() => terminal.close());

	/** Exit 2, nothing on standard output, and the message. */
	function refused(args: string[], reason: RegExp) {
		const { status, stdout, stderr } = terminal.run(...args);
		expect(stderr).toMatch(reason);
		expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
	}

	it.each([
		[
			'a missing file',
			['ingest', 'nowhere.ndjson'],
			/nowhere\.ndjson: there is no such file\. Check the name/
		],
		[
			'a glob without matches',
			['ingest', 'x*.ndjson'],
			/x\*\.ndjson: there is no such file\. Check the name/
		],
		[
			'a missing file beside a good one',
			['ingest', 'one.ndjson', 'nowhere.ndjson'],
			/nowhere\.ndjson: there is no/
		],
		[
			'an unknown source',
			['ingest', '--source', 'nonsense', 'one.ndjson'],
			/Unknown source 'nonsense'\. Sources: canonical, agent-trajectories/
		],
		[
			'a folder without logs',
			['ingest', 'no-logs'],
			/no-logs: no file in this folder has a name that any source reads\. Name the files themselves/
		],
		[
			'a missing database',
			['check', '--db', 'no.duckdb'],
			/No database at .*no\.duckdb\. Create one with: plimsoll ingest/
		],
		[
			'a missing database',
			['scorecard', '--db', 'no.duckdb'],
			/No database at .*no\.duckdb\. Create one with: plimsoll/
		],
		[
			'a malformed week',
			['scorecard', '--week', '2026-10'],
			/'2026-10' is invalid\. Write a week as 2026-W10, or "all"/
		],
		['week 54', ['scorecard', '--week', '2026-W54'], /Write a week as 2026-W10/],
		['an unknown dimension', ['scorecard', '--by', 'path,colour'], /"colour" is none of path, tier, intent/],
		[
			'a word for a time',
			['check', '--as-of', 'yesterday'],
			/Write a time as 2026-03-09T08:00:00Z, or a day/
		],
		[
			'a time without its zone',
			['check', '--as-of', '2026-03-09T08:00'],
			/Write a time as 2026-03-09T08:00:00Z/
		],
		['a day that is not', ['check', '--as-of', '2026-02-31'], /Write a time as/],
		[
			'a missing policy',
			['check', '--policy', 'no.yaml'],
			/Policy no\.yaml: there is no such file\. Name another/
		]
	])('%s: %j', (_, args, reason) => {
		refused(args, reason);
		expect(existsSync(terminal.path('.plimsoll'))).toBe(false);
	});

	it('an empty file', () => {
		const { status, stderr } = terminal.run('ingest', '--db', 'empty.duckdb', 'empty.ndjson');
		expect(status).toBe(2);
		expect(stderr).toMatch(
			/empty\.ndjson: There is no record in this file\. Check that it was written completely/
		);
	});

	describe('a database', () => {
		it('that holds nothing yet', async () => {
			await (await openWarehouse(terminal.path('new.duckdb'))).close();
			for (const command of ['check', 'scorecard'])
				refused(
					[command, '--db', 'new.duckdb'],
					/(holds|There are) no conversations yet\. Take some in with: plimsoll/
				);
		});

		it.each(['ingest', 'scorecard', 'check'])('that another program holds: %s names it', async (command) => {
			const file = terminal.path(`held-for-${command}.duckdb`);
			const warehouse = await openWarehouse(file);
			try {
				const input = command === 'ingest' ? ['one.ndjson'] : [];
				refused(
					[command, '--db', file, ...input],
					new RegExp(
						`in use by another process \\(PID ${process.pid}\\), which is no Plimsoll server\\. Stop it`
					)
				);
			} finally {
				await warehouse.close();
			}
		});

		it('of a newer Plimsoll', async () => {
			const file = terminal.path('newer.duckdb');
			const warehouse = await openWarehouse(file);
			await warehouse.run('INSERT INTO schema_version VALUES (999)');
			await warehouse.close();
			const before = readFileSync(file);
			for (const args of [['check'], ['scorecard'], ['ingest', 'one.ndjson']])
				refused(
					[args[0]!, '--db', file, ...args.slice(1)],
					/newer\.duckdb has schema version 999; this Plimsoll knows up to \d+\. Upgrade Plimsoll, or use another --db/
				);
			expect(readFileSync(file).equals(before)).toBe(true);
		});
	});

	describe('a question', () => {
		beforeAll(() => {
			const { status, stderr } = terminal.run('ingest', '--db', 'asked.duckdb', 'one.ndjson');
			expect({ status, stderr }).toMatchObject({ status: 0 });
		});

		it.each([
			[
				['scorecard', '--intent', 'order_statu'],
				/No conversation has the intent "order_statu"\. Did you mean order_status\?/
			],
			[['scorecard', '--path', 'ai'], /the path "ai"\. Did you mean ai_only\? Known: ai_only, /],
			[['scorecard', '--tier', 'D'], /the tier "D"\..* Known: .*unassigned/],
			[
				['scorecard', '--customer-value', 'gold'],
				/the customer value "gold"\. The log names no customer value at all/
			],
			[
				['scorecard', '--week', '2099-W01'],
				/2099-W01 lies after the data\. The data runs from 2026-W10 to 2026-W10/
			],
			[['scorecard', '--as-of', '2099-01-01'], /has not come yet\. Ask as of .* data reaches to 2026-03-02/],
			[
				['scorecard', '--definition', 'csat_top_box@0'],
				/There is no csat_top_box@0: it is counted as version 1 now\. Ask for csat_top_box@1\. No week was published/
			],
			[['scorecard', '--definition', 'csat'], /There is no metric "csat"\. Known: csat_top_box, /],
			[['scorecard', '--known-at', '2020-01-01'], /Nothing was taken in by 2020-01-01/],
			[['translate', '--week', '2026-W10', '--market', 'SE'], /the market "SE"\. The log names no market/],
			[
				['why', '--week', '2099-W01', '--against', '2026-W10'],
				/2099-W01 has not begun in this log\. The data reaches to/
			]
		])('%j is refused with what would do', (args, reason) => {
			refused([args[0]!, '--db', 'asked.duckdb', ...args.slice(1)], reason);
		});

		it('about a value of the policy that the log has none of is answered: absent, with the reason', () => {
			const { status, stdout } = terminal.run(
				...['scorecard', '--db', 'asked.duckdb', '--intent', 'order_status', '--by', 'tier'],
				...['--definition', 'containment', '--format', 'json']
			);
			expect(status).toBe(0);
			expect(JSON.parse(stdout)).toMatchObject([
				{ metric: 'containment', status: 'absent', value: null, reason: 'No conversations in 2026-W10.' }
			]);
		});
	});

	describe('a policy', () => {
		function lineOf(text: string, words: string, nth = 0) {
			const lines = text.split('\n').flatMap((line, at) => (line.includes(words) ? [at + 1] : []));
			return lines[nth]!;
		}

		it.each([
			[
				'an unknown metric',
				'metric: recontact_72h',
				'metric: recontact',
				/recontact is not a known metric\. Did you mean recontact_24h\?/
			],
			[
				'a rule named twice',
				'name: recontact',
				'name: csat',
				/Two rules are named csat\. Give each rule its own name/
			],
			[
				'a bad zone',
				'Europe/Stockholm',
				'Europe/Stokholm',
				/Unknown time zone Europe\/Stokholm\. Use an IANA name/
			],
			[
				'a key misspelt',
				'fall_points',
				'fall_point',
				/Unknown key fall_point\. Remove fall_point, or correct/
			]
		])('%s: policy check names its line', (_, right, wrong, reason) => {
			const text = POLICY.replace(right, wrong);
			writeFileSync(terminal.path('policy.yaml'), text);
			const line = lineOf(text, wrong, wrong === 'name: csat' ? 1 : 0);
			const { status, stdout, stderr } = terminal.run('policy', 'check', 'policy.yaml');
			expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
			expect(stderr).toMatch(reason);
			expect(stderr).toMatch(new RegExp(`^policy\\.yaml:${line}:\\d+: `));
			refused(['check', '--policy', 'policy.yaml'], reason);
		});

		it('names every problem at once', () => {
			const text = POLICY.replace('Europe/Stockholm', 'Mars').replace('name: recontact', 'name: csat');
			writeFileSync(terminal.path('policy.yaml'), text);
			const { stderr } = terminal.run('policy', 'check', 'policy.yaml');
			expect(
				stderr
					.trim()
					.split('\n')
					.map((line) => line.split(':')[1])
			).toEqual(['4', '17']);
			refused(['check', '--policy', 'policy.yaml'], /\(1 more: plimsoll policy check policy\.yaml\)/);
		});

		it('that is right', () => {
			writeFileSync(terminal.path('policy.yaml'), POLICY);
			expect(terminal.run('policy', 'check', 'policy.yaml')).toEqual({
				status: 0,
				stdout: 'policy.yaml is a valid policy.\n',
				stderr: ''
			});
		});
	});
});
