/**
 * Alerts with the real server, command line and receiver: asked through every door, told over HTTP, told again after
 * a kill between sending and writing down; and a spoilt policy file leaves the last good one in force, and every page
 * says so. Starts processes.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertSummary } from '../app/lib/server/alerts.server';
import { Terminal, build } from './command';

const BROWSER = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const shipped = readFileSync(join(resolve(import.meta.dirname, '..'), 'plimsoll.yaml'), 'utf8');

/** Tier B chats of the AI, 40 a day; the share of happy ratings falls from 9 in 10 to 5 in 10 after 60 days. */
const records = Array.from({ length: 90 * 40 }, (_, index) => {
	const day = Math.floor(index / 40);
	const started = Date.UTC(2026, 0, 5 + day, 8, (index % 40) * 10);
	const at = (minutes: number) => new Date(started + minutes * 60_000).toISOString();
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
		rating: {
			score: index % 10 < (day < 60 ? 9 : 5) ? 5 : 1,
			scale: 5,
			asked_at: at(9),
			answered_at: at(10)
		}
	};
});

/** Of its own connection: one that idled while a command ran is closed by then. */
const ask = (url: string, request: RequestInit = {}) =>
	fetch(url, { ...request, headers: { ...request.headers, connection: 'close' } });

async function until<Value>(
	look: () => Promise<Value | false | null | undefined> | Value | false
): Promise<Value> {
	for (let tries = 0; tries < 300; tries++) {
		const value = await look();
		if (value) return value as Value;
		await new Promise((done) => setTimeout(done, 100));
	}
	throw new Error(`It never came: ${look}`);
}

// Many starts of a program, on a machine that may be busy.
describe('alerts and the real server', { timeout: 300_000 }, () => {
	let terminal: Terminal;
	let server: ChildProcess;
	let url: string;
	let receiver: Server;
	let posts: { body: string; headers: IncomingHttpHeaders }[];
	let answer: (response: ServerResponse) => void;
	const held = () => ['--db', terminal.path('alerts.duckdb')];
	const page = async (path: string) => (await ask(`${url}${path}`)).text();
	const alerts = async () => (await (await ask(`${url}/api/alerts`)).json()) as AlertSummary[];
	const firing = async () => (await alerts()).find(({ rule }) => rule === 'tier_b_csat_erosion')!;
	const kinds = () =>
		posts.flatMap(({ body }) =>
			(JSON.parse(body) as { messages: { rule: string; kind: string }[] }).messages.map(
				({ rule, kind }) => `${rule} ${kind}`
			)
		);

	beforeAll(async () => {
		build();
		posts = [];
		answer = () => undefined;
		receiver = createServer((request, response) => {
			let body = '';
			request.on('data', (chunk) => (body += chunk));
			request.on('end', () => {
				posts.push({ body, headers: request.headers });
				answer(response);
			});
		});
		await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
		terminal = new Terminal();
		terminal.environment['OPS_SECRET'] = 'a secret';
		// Its port changes with each start, its address does not.
		terminal.environment['PLIMSOLL_PUBLIC_URL'] = 'https://plimsoll.example';
		const { port } = receiver.address() as AddressInfo;
		writeFileSync(
			terminal.path('plimsoll.yaml'),
			shipped.replace(
				'stop_loss:\n',
				`stop_loss:\n  receivers:\n    - { name: ops, url: 'http://127.0.0.1:${port}/', secret_env: OPS_SECRET }\n`
			)
		);
		writeFileSync(
			terminal.path('log.ndjson'),
			records.map((record) => JSON.stringify(record)).join('\n') + '\n'
		);
		expect(terminal.run('ingest', ...held(), 'log.ndjson')).toMatchObject({ status: 0 });
		({ server, url } = await terminal.serve(...held()));
	}, 300_000);
	afterAll(async () => {
		await terminal.close();
		receiver.closeAllConnections();
		receiver.close();
	});

	it('is told again under the same key when it is killed before it could write down', async () => {
		const first = await until(() => posts[0] ?? false);
		const ended = new Promise((done) => server.once('exit', done));
		server.kill('SIGKILL');
		await ended;
		answer = (response) => void response.writeHead(200).end();
		({ server, url } = await terminal.serve(...held()));
		await until(() => kinds().includes('tier_b_csat_erosion firing') && posts.length > 1);
		const again = posts
			.slice(1)
			.find(({ headers }) => headers['idempotency-key'] === first.headers['idempotency-key']);
		expect(again?.body).toBe(first.body);
		// Rules of one tier and week came together.
		expect((JSON.parse(first.body) as { messages: object[] }).messages.length).toBeGreaterThan(1);
	});

	it('answers the same through the command line and the API', async () => {
		const { key } = await firing();
		const listed = terminal.run('alerts', ...held(), '--json');
		expect(JSON.parse(listed.stdout)).toEqual(await alerts());
		expect(terminal.run('alerts', ...held()).stdout).toMatch(new RegExp(`^${key.slice(0, 8)}  firing`, 'm'));
		const run = (...words: string[]) => terminal.run('alert', ...words, ...held());
		const wrong = run('acknowledge', key, '--by', 'Ada', '--owner', 'Ada', '--due', '2026-01-01');
		expect(wrong).toMatchObject({
			status: 2,
			stderr: expect.stringMatching(/due date must lie in the future/)
		});
		expect(run('unsilence', key, '--by', 'Ada').stderr).toMatch(/is not silenced/);
		expect(run('silence', 'ffffffff', '--by', 'A', '--until', '2099-01-01', '--reason', 'x').stderr).toMatch(
			/no alert ffffffff/
		);
		const silenced = run(
			'silence',
			key.slice(0, 8),
			'--by',
			'Ada',
			'--until',
			'2099-01-01',
			'--reason',
			'We know.'
		);
		expect(silenced).toMatchObject({ status: 0, stdout: expect.stringMatching(/silenced until 2099/) });
		expect(run('unsilence', key, '--by', 'Ada').status).toBe(0);
		const post = (path: string, body: object) =>
			ask(`${url}/api/alerts/${key}/${path}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body)
			});
		expect((await post('silence', { by: 'Ada', until: '2099-01-01T00:00:00Z', reason: ' ' })).status).toBe(
			400
		);
		const taken = await post('acknowledge', { by: 'Ada', owner: 'Grace', due: '2099-01-01T00:00:00Z' });
		expect(await taken.json()).toMatchObject({
			state: 'acknowledged',
			acknowledgedBy: 'Grace',
			overdue: false
		});
		expect((await post('acknowledge', { by: 'Ada', owner: 'Ada', due: '2099-01-01T00:00:00Z' })).status).toBe(
			409
		);
		expect((await ask(`${url}/api/alerts/ffffffff`)).status).toBe(404);
	});

	it.skipIf(!existsSync(BROWSER))('is acknowledged and silenced on its page by keyboard alone', async () => {
		const { key } = (await alerts()).find(({ rule }) => rule === 'tier_b_bad_containment_erosion')!;
		const browser = await chromium.launch({
			executablePath: BROWSER,
			args: ['--no-sandbox', '--disable-gpu']
		});
		try {
			const tab = await browser.newPage();
			const problems: string[] = [];
			tab.on('pageerror', (error) => problems.push(error.message));
			await tab.goto(`${url}/alerts`);
			const focused = () =>
				tab.evaluate(() => {
					const at = document.activeElement as HTMLElement | null;
					const form = at?.closest('form')?.getAttribute('action') ?? '';
					const href = at?.getAttribute('href') ?? '';
					return `${form} ${at?.getAttribute('name') ?? ''} ${href} ${at?.textContent?.trim() ?? ''}`;
				});
			const tabTo = async (what: string) => {
				for (let steps = 0; steps < 120; steps++) {
					await tab.keyboard.press('Tab');
					if ((await focused()).includes(what)) return;
				}
				throw new Error(`Tab never comes to ${what}`);
			};
			await tabTo(`/alerts/${key}`);
			await tab.keyboard.press('Enter');
			await tab.waitForURL(`**/alerts/${key}`);
			await tabTo('?/acknowledge by');
			await tab.keyboard.type('Ada');
			await tabTo('?/acknowledge owner');
			await tab.keyboard.press('Control+A');
			await tab.keyboard.type('Grace');
			await tabTo('?/acknowledge note');
			await tab.keyboard.type('Looking at <b>refunds</b>');
			await tabTo('?/acknowledge  ');
			await tab.keyboard.press('Enter');
			await tab.waitForURL('**?done=acknowledge');
			await expect
				.poll(() => tab.locator('header .badge').innerText(), { timeout: 60_000 })
				.toContain('Acknowledged');
			await expect
				.poll(() => tab.locator('.life').innerText(), { timeout: 60_000 })
				.toContain('Grace looks after it');
			await expect
				.poll(() => tab.locator('.life').innerText(), { timeout: 60_000 })
				.toContain('<b>refunds</b>');

			await tab
				.locator('h1')
				.focus()
				.catch(() => undefined);
			await tabTo('Silence');
			await tab.keyboard.press('Enter');
			await tabTo('?/silence by');
			await tab.keyboard.type('Ada');
			await tabTo('?/silence reason');
			await tab.keyboard.type('We know why');
			await tab.keyboard.press('Enter');
			await tab.waitForURL('**?done=silence');
			await expect
				.poll(() => tab.locator('header').last().innerText(), { timeout: 60_000 })
				.toMatch(/Silenced until/);
			expect(problems).toEqual([]);

			// Without script the same forms work, and what is missing is said.
			const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
			await plain.goto(`${url}/alerts/${key}`);
			await plain.locator('form[action="?/unsilence"] input[name=by]').fill(' ');
			await plain.getByRole('button', { name: 'Lift the silence' }).click();
			await expect
				.poll(() => plain.locator('.refused').innerText(), { timeout: 60_000 })
				.toBe('Say who you are.');
			await plain.locator('form[action="?/unsilence"] input[name=by]').fill('Ada');
			await plain.getByRole('button', { name: 'Lift the silence' }).click();
			await plain.waitForURL('**?done=unsilence');
			expect(await plain.locator('main').innerText()).not.toMatch(/Silenced until/);
		} finally {
			await browser.close();
		}
		expect((await alerts()).find((one) => one.key === key)).toMatchObject({
			state: 'acknowledged',
			acknowledgedBy: 'Grace',
			silencedUntil: null
		});
	});

	it('tells who was told that it fires that a person closed it, and does not fire on the same days again', async () => {
		const { key } = await firing();
		const { stdout, status } = terminal.run(
			...['alert', 'resolve', key, '--by', 'Grace', '--reason', 'rolled_back', ...held()]
		);
		expect({ status, state: stdout.split(/\s+/)[1] }).toEqual({ status: 0, state: 'resolved' });
		await until(() => kinds().includes('tier_b_csat_erosion resolved'));
		expect(terminal.run('check', ...held()).stdout).toMatch(/tier_b_csat_erosion/);
		expect((await firing()).state).not.toBe('firing');
	});

	it('keeps the last good policy while the file is spoilt, and every page says where and what to do', async () => {
		const good = readFileSync(terminal.path('plimsoll.yaml'), 'utf8');
		const before = await (await ask(`${url}/api/verdicts`)).json();
		const spoil = good.replace('fall_points: 2,', 'fall_point: 2,');
		writeFileSync(terminal.path('plimsoll.yaml'), spoil);
		const line = spoil.slice(0, spoil.indexOf('fall_point: 2')).split('\n').length;
		const said = new RegExp(
			`plimsoll.yaml:${line}:\\d+: Unknown key fall_point. Remove fall_point, or correct its spelling`
		);
		await until(async () => said.test(await page('/definitions')));
		for (const path of ['/alerts', '/imports', '/scorecard', '/desk', '/nowhere']) {
			const text = await page(path);
			expect(text, path).toMatch(said);
			expect(text, path).toContain('the last good policy stays in force');
		}
		expect(await (await ask(`${url}/api/verdicts`)).json()).toEqual(before);
		const more = JSON.stringify({ ...records[0], id: 'more' });
		expect(
			(
				await ask(`${url}/api/ingest`, {
					method: 'POST',
					headers: { 'content-type': 'application/x-ndjson' },
					body: more
				})
			).status
		).toBe(200);

		// At the start too, for a good one was judged by before.
		expect(await terminal.stop(server)).toBe(0);
		({ server, url } = await terminal.serve(...held()));
		expect(await page('/alerts')).toMatch(said);
		expect(((await (await ask(`${url}/api/verdicts`)).json()) as object[]).length).toBe(
			(before as object[]).length
		);

		// Mended, with another rule: judged by at once, and nothing is said any more.
		writeFileSync(
			terminal.path('plimsoll.yaml'),
			good.replace(
				'  rules:\n',
				'  rules:\n    - { name: fresh, metric: csat_top_box, kind: floor, limit_percent: 20, owner: lead }\n'
			)
		);
		await until(
			async () =>
				(await page('/alerts')).includes('fresh') ||
				(await (await ask(`${url}/api/verdicts`)).text()).includes('"fresh"')
		);
		expect(await page('/alerts')).not.toContain('the last good policy stays in force');
	});
});
