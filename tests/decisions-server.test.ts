/**
 * A rollback with the real server, browser and command line: from the alert by keyboard alone to a decision that the
 * bot polls, that one person can make once, and that a kill after the answer does not lose. Starts processes.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertSummary } from '../app/lib/server/alerts.server';
import { BROKEN, ROLLBACK_POLICY, rollbackWorld } from '../fixtures/rollback-world';
import { Terminal, build } from './command';

const BROWSER = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

const ask = (url: string, request: RequestInit = {}) =>
	fetch(url, { ...request, headers: { ...request.headers, connection: 'close' } });

interface Routes {
	version: string;
	routes: { intent: string; route: string }[];
}

describe('a rollback and the real server', { timeout: 300_000 }, () => {
	let terminal: Terminal;
	let server: ChildProcess;
	let url: string;
	let browser: Browser | undefined;
	let alert: AlertSummary;
	const held = () => ['--db', terminal.path('rollback.duckdb'), '--policy', terminal.path('policy.yaml')];
	const post = (path: string, body: object) =>
		ask(`${url}/api${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body)
		});
	const policy = (etag?: string) =>
		ask(`${url}/api/policy`, { headers: etag ? { 'if-none-match': etag } : {} });
	const alertNow = async () =>
		((await (await ask(`${url}/api/alerts`)).json()) as AlertSummary[]).find(({ key }) => key === alert.key)!;

	beforeAll(async () => {
		build();
		terminal = new Terminal();
		writeFileSync(terminal.path('policy.yaml'), ROLLBACK_POLICY);
		for (const [name, days] of [
			['before', { from: 0, until: 56, broken: 0.85 }],
			['after', { from: 56, until: 84, broken: 0.6 }]
		] as const)
			writeFileSync(
				terminal.path(`${name}.ndjson`),
				rollbackWorld(days)
					.map((record) => JSON.stringify(record))
					.join('\n')
			);
		for (const name of ['before', 'after'])
			expect(terminal.run('ingest', ...held(), `${name}.ndjson`)).toMatchObject({ status: 0 });
		terminal.run('check', ...held());
		({ server, url } = await terminal.serve(...held()));
		const alerts = (await (await ask(`${url}/api/alerts`)).json()) as AlertSummary[];
		alert = alerts.find(({ state }) => state === 'firing')!;
		expect(alert).toBeDefined();
		if (existsSync(BROWSER))
			browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox', '--disable-gpu'] });
	}, 300_000);
	afterAll(async () => {
		await browser?.close();
		await terminal.close();
	});

	/** Tabs until what has the focus is named so. */
	async function tabTo(tab: Page, what: string | RegExp) {
		for (let steps = 0; steps < 200; steps++) {
			await tab.keyboard.press('Tab');
			const at = await tab.evaluate(() => {
				const one = document.activeElement as HTMLInputElement | null;
				return [one?.getAttribute('name'), one?.getAttribute('value'), one?.getAttribute('href')]
					.concat(one?.textContent?.trim() ?? '')
					.join(' ');
			});
			if (typeof what === 'string' ? at.includes(what) : what.test(at)) return;
		}
		throw new Error(`Tab never comes to ${what}`);
	}

	it('shows what it would do, and declines only with a reason', async () => {
		const before = (await (await policy()).json()) as Routes;
		expect(before.routes.find(({ intent }) => intent === BROKEN)).toMatchObject({ route: 'contain' });
		const made = await (await ask(`${url}/api/alerts/${alert.key}/recommendation`)).json();
		expect(made).toMatchObject({ recommendation: { scope: 'intents' } });
		const refused = await post(`/alerts/${alert.key}/decision`, { decision: 'decline', by: 'Mia', seen: 0 });
		expect(refused.status).toBe(400);
		expect(JSON.stringify(await refused.json())).toMatch(/reason/i);
		expect(((await (await policy()).json()) as Routes).version).toBe(before.version);
	});

	it.skipIf(!existsSync(BROWSER))('is approved by keyboard alone, and learned of by the bot', async () => {
		const before = await policy();
		const etag = before.headers.get('etag')!;
		expect((await policy(etag)).status).toBe(304);
		const tab = await browser!.newPage();
		tab.setDefaultTimeout(120_000);
		const problems: string[] = [];
		tab.on('pageerror', (error) => problems.push(error.message));
		tab.on('console', (said) => said.type() === 'error' && problems.push(said.text()));
		await tab.goto(`${url}/alerts`);
		await tabTo(tab, `/alerts/${alert.key}`);
		await tab.keyboard.press('Enter');
		await tab.waitForURL(`**/alerts/${alert.key}`);
		await tabTo(tab, `/alerts/${alert.key}/recommendation`);
		await tab.keyboard.press('Enter');
		await tab.waitForURL('**/recommendation');
		const text = await tab.locator('main').innerText();
		expect(text).toMatch(/Refund exception/i);
		expect(text).toMatch(/What it costs and saves/);
		expect(await tab.locator('ol.telling li').count()).toBe(10);
		expect(await tab.locator(`input[name=intent][value=${BROKEN}]`).isChecked()).toBe(true);
		expect(await tab.locator('input[name=reviewOn]').inputValue()).toMatch(/^\d{4}-\d\d-\d\d$/);
		await tabTo(tab, /^by /);
		await tab.keyboard.type('Mia');
		await tabTo(tab, 'decision approve');
		await tab.keyboard.press('Enter');
		await tab.getByText('Decided.').waitFor();
		await tab.goto(`${url}/alerts/${alert.key}`);
		await expect
			.poll(() => tab.locator('header .badge').first().innerText(), { timeout: 60_000 })
			.toMatch(/rolled back/i);
		expect(problems).toEqual([]);
		await tab.close();

		const after = await policy(etag);
		expect(after.status).toBe(200);
		expect(after.headers.get('etag')).not.toBe(etag);
		const routes = (await after.json()) as Routes;
		expect(routes.routes.find(({ intent }) => intent === BROKEN)).toMatchObject({ route: 'assist' });
		expect((await alertNow()).state).toBe('mitigated');
	});

	it('has one winner, and outlives a kill right after the answer', async () => {
		const again = await post(`/alerts/${alert.key}/decision`, { decision: 'approve', by: 'Ole', seen: 0 });
		expect(again.status).toBe(existsSync(BROWSER) ? 409 : 200);
		if (again.status === 409) expect(JSON.stringify(await again.json())).toMatch(/Mia approved this/);
		const useful = await post(`/alerts/${alert.key}/usefulness`, {
			episode: (await (await ask(`${url}/api/decisions`)).json()).entries[0].alert.episode,
			useful: true,
			by: 'Mia',
			why: 'It stopped the refunds.'
		});
		expect(useful.status).toBe(200);
		const known = await (await ask(`${url}/api/decisions`)).json();
		const version = ((await (await policy()).json()) as Routes).version;
		const ended = new Promise((done) => server.once('exit', done));
		server.kill('SIGKILL');
		await ended;
		({ server, url } = await terminal.serve(...held()));
		expect(await (await ask(`${url}/api/decisions`)).json()).toEqual(known);
		expect(((await (await policy()).json()) as Routes).version).toBe(version);
		expect((await alertNow()).state).toBe('mitigated');
	});

	it('stands in the log on the page, in the CSV and on the command line', async () => {
		const page = await (await ask(`${url}/decisions`)).text();
		expect(page).toContain('Mia');
		expect(page).toContain('It stopped the refunds.');
		const csv = await (await ask(`${url}/api/decisions?format=csv`)).text();
		expect(csv.split('\n')[0]).toMatch(/alert/);
		expect(csv).toContain(BROKEN);
		const { status, stdout } = terminal.run('decisions', ...held());
		expect(status).toBe(0);
		expect(stdout).toMatch(new RegExp(`by Mia .*${BROKEN}: contain -> assist`));
		expect(stdout).toMatch(/useful: yes \(Mia\)/);
		expect(terminal.run('decisions', ...held(), '--format', 'csv').stdout).toBe(csv);
	});
});
