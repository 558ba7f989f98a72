/**
 * The built server in a real browser: pages show what was taken in, ask nobody else, log no errors, and keep to
 * axe's serious rules in both colour schemes. Starts its own server on a free port over a temporary database.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SERVER = resolve('build/app/index.js');
const BROWSER = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const SHOTS = process.env['PLIMSOLL_SCREENSHOTS'];
const ARGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync'
];
const built = existsSync(SERVER);
if (!built) console.warn(`Browser tests are skipped: ${SERVER} is missing. Run: npm run build`);

const HOSTILE = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';

function conversation(index: number, extra: object = {}) {
	// Mondays at noon in Stockholm: 2 March 2026 is in 2026-W10.
	const started = Date.UTC(2026, 2, 2, 11, index % 60);
	const at = (minutes: number) => new Date(started + minutes * 60_000).toISOString();
	return {
		id: `c-${index}`,
		customer_id: `customer-${index}`,
		started_at: at(0),
		ended_at: at(12),
		resolved_at: at(12),
		status: 'resolved',
		channel: 'chat',
		market: 'SE',
		language: 'sv',
		intent: index % 3 === 0 ? 'refund' : 'order_status',
		messages: [
			{ at: at(0), role: 'customer', text: 'Where is my parcel?' },
			index % 4 === 0
				? { at: at(3), role: 'agent', text: 'It comes tomorrow.' }
				: { at: at(1), role: 'bot', text: 'It comes tomorrow.' }
		],
		rating: { score: index % 5 === 0 ? 2 : 5, scale: 5, asked_at: at(13), answered_at: at(20) },
		...extra
	};
}

const records = [
	...Array.from({ length: 120 }, (_, index) => conversation(index)),
	conversation(120, {
		id: 'hostile',
		intent: HOSTILE,
		messages: [
			{ at: '2026-03-02T11:00:00Z', role: 'customer', text: HOSTILE },
			{ at: '2026-03-02T11:01:00Z', role: 'bot', text: 'One moment.' }
		],
		tool_calls: [
			{
				at: '2026-03-02T11:02:00Z',
				name: 'refund_order',
				arguments: { order: HOSTILE },
				outcome: 'error',
				error: 'No such order'
			}
		],
		refunds: [
			{ id: 'r1', at: '2026-03-02T11:05:00Z', amount_minor: 4990, currency: 'SEK', decided_by: 'bot' }
		],
		escalation: {
			needed_at: '2026-03-02T11:03:00Z',
			reason: 'customer_request',
			handed_off_at: '2026-03-02T11:04:00Z'
		}
	}),
	conversation(121, {
		id: 'later',
		started_at: '2026-03-16T11:00:00Z',
		ended_at: '2026-03-16T11:10:00Z',
		resolved_at: '2026-03-16T11:10:00Z',
		messages: [
			{ at: '2026-03-16T11:00:00Z', role: 'customer', text: 'Hello' },
			{ at: '2026-03-16T11:01:00Z', role: 'bot', text: 'Hello' }
		],
		rating: undefined
	})
];

describe.skipIf(!built)('the built server in a browser', () => {
	let folder: string;
	let server: ChildProcess;
	let browser: Browser;
	let url: string;
	let log = '';

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'plimsoll-browser-'));
		const port = await freePort();
		url = `http://127.0.0.1:${port}`;
		server = spawn(process.execPath, [SERVER], {
			env: {
				...process.env,
				HOST: '127.0.0.1',
				PORT: String(port),
				ORIGIN: url,
				BODY_SIZE_LIMIT: 'Infinity',
				PLIMSOLL_MAX_UPLOAD_BYTES: '1000000',
				PLIMSOLL_DB: join(folder, 'test.duckdb')
			},
			stdio: ['ignore', 'pipe', 'pipe']
		});
		server.stdout?.on('data', (chunk) => (log += chunk));
		server.stderr?.on('data', (chunk) => (log += chunk));
		await waitFor(`${url}/api/health`);
		browser = await chromium.launch({ executablePath: BROWSER, args: ARGS });
	});

	afterAll(async () => {
		await browser?.close();
		server?.kill();
		if (folder) rmSync(folder, { recursive: true, force: true });
	});

	async function waitFor(address: string) {
		for (let tries = 0; tries < 150; tries++) {
			const answer = await fetch(address).catch(() => null);
			if (answer?.ok) return;
			await new Promise((done) => setTimeout(done, 100));
		}
		throw new Error(`The server never answered at ${address}: ${log}`);
	}

	/** Opens a path, and collects what a page must not do. */
	async function open(path: string, options: { width?: number; scheme?: 'light' | 'dark' } = {}) {
		const context = await browser.newContext({
			viewport: { width: options.width ?? 1440, height: 900 },
			colorScheme: options.scheme ?? 'light',
			reducedMotion: 'reduce',
			bypassCSP: false
		});
		context.setDefaultTimeout(120_000);
		const page = await context.newPage();
		const complaints: string[] = [];
		page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
		page.on('pageerror', (error) => complaints.push(String(error)));
		page.on('request', (request) => {
			if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
				complaints.push(`asked ${request.url()}`);
		});
		const response = await page.goto(url + path, { waitUntil: 'networkidle' });
		return { page, complaints, status: response?.status(), close: () => context.close() };
	}

	async function look(page: Page, name: string) {
		if (!SHOTS) return;
		mkdirSync(SHOTS, { recursive: true });
		await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
	}

	it('says what to do while there is nothing', async () => {
		const { page, complaints, close } = await open('/');
		await expect.poll(() => page.textContent('main'), { timeout: 60_000 }).toContain('No conversations yet');
		expect(complaints).toEqual([]);
		await close();
	});

	it('takes in records over the API and refuses other sites and large bodies', async () => {
		const body = records.map((record) => JSON.stringify(record)).join('\n') + '\n{"id":\n';
		const send = (content: string, headers: Record<string, string> = {}) =>
			fetch(`${url}/api/ingest?source=canonical&file=week.ndjson`, {
				method: 'POST',
				body: content,
				headers: { 'content-type': 'application/x-ndjson', ...headers }
			});
		const foreign = await send(body, { origin: 'https://elsewhere.example' });
		expect(foreign.status).toBe(403);
		const large = await send('x'.repeat(1_000_001));
		expect(large.status).toBe(413);
		expect(await large.json()).toMatchObject({ error: expect.any(String), remedy: expect.any(String) });
		const report = await send(body);
		expect(report.status, log).toBe(200);
		expect(await report.json()).toMatchObject({ accepted: records.length, quarantined: 1 });
	});

	it.each(['light', 'dark'] as const)(
		'shows every page without a serious fault, %s',
		{ timeout: 600_000 },
		async (scheme) => {
			const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
			for (const [path, words] of [
				['/scorecard/2026-W10', 'AI only'],
				['/compare?week=2026-W10&path=ai_only&against=2026-W12', 'Difference'],
				['/year', 'What happened beside it'],
				['/why/2026-W10', 'Why did it move?'],
				['/resolved/2026-W10', 'six meanings'],
				['/alerts', 'Alerts'],
				['/conversations', 'Older'],
				['/conversations/canonical/hostile', 'refund_order'],
				['/conversations?path=ai_only&channel=chat', 'Clear filters'],
				['/imports', 'week.ndjson'],
				['/definitions', 'Bad containment'],
				['/imports/coverage', 'What these logs allow'],
				['/imports/health', 'Health of the feeds'],
				['/published', 'Published'],
				['/published/2026-W10', '2026'],
				['/lab/thresholds', 'Set your thresholds'],
				['/replay', 'week'],
				['/decisions', 'Decisions'],
				['/behind/2026-W10?metric=containment&path=ai_only', 'Behind the number'],
				['/behind/2026-W10?metric=refund_approval', 'No refund in EUR'],
				['/desk', 'Review desk']
			] as const) {
				for (const width of [1440, 390]) {
					const { page, complaints, status, close } = await open(path, { width, scheme });
					const name = `${path.replaceAll(/\W+/g, '-')}-${width}-${scheme}`;
					expect(status, `${path}: ${log}`).toBe(200);
					// Some pages compute first and say how far they are; a busy machine takes its time.
					await expect
						.poll(() => page.textContent('main'), { timeout: 120_000, message: name })
						.toContain(words);
					await look(page, name);
					expect(await page.title()).not.toContain('owned');
					expect(complaints, name).toEqual([]);
					const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
					expect(overflow, `${name} is wider than the window`).toBeLessThanOrEqual(0);
					await page.evaluate(source);
					const found = await page.evaluate(async () => {
						const axe = (globalThis as unknown as { axe: typeof import('axe-core') }).axe;
						const { violations } = await axe.run();
						return violations
							.filter(({ impact }) => impact === 'serious' || impact === 'critical')
							.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
					});
					expect(found, name).toEqual([]);
					await close();
				}
			}
		}
	);

	it('keeps the filters in the address and answers a wrong week kindly', async () => {
		const { page, close } = await open('/scorecard/2026-W10');
		await page.selectOption('select[name=intent]', 'refund');
		await page.waitForURL(/intent=refund/);
		expect(await page.inputValue('select[name=intent]')).toBe('refund');
		await close();
		const sides = await open('/compare?week=2026-W10&against=2026-W12');
		await sides.page.selectOption('select[name=against_intent]', 'order_status');
		await sides.page.waitForURL(/\/compare\?week=2026-W10&against=2026-W12&against_intent=order_status$/);
		expect(await sides.page.inputValue('select[name=intent]')).toBe('');
		await sides.close();
		const year = await open('/year?at=2026-W11');
		await year.page.getByRole('slider', { name: 'Week' }).focus();
		await year.page.keyboard.press('ArrowLeft');
		await year.page.waitForURL(/at=2026-W10/);
		await expect.poll(() => year.page.textContent('.readout')).toContain('Week 10, 2026');
		expect(year.complaints).toEqual([]);
		await year.close();
		const wrong = await open('/scorecard/1999-W01');
		expect(wrong.status).toBe(404);
		await expect
			.poll(() => wrong.page.textContent('main'), { timeout: 60_000 })
			.toContain('The data runs from');
		await wrong.close();
	});
});

function freePort(): Promise<number> {
	return new Promise((done, fail) => {
		const probe = createServer();
		probe.once('error', fail);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			const port = typeof address === 'object' && address ? address.port : 0;
			probe.close(() => done(port));
		});
	});
}
