/**
 * The desk of the built server in a real browser: ten transcripts by keyboard alone, a second reviewer for the blind
 * double reviews, agreement, a server killed in the middle that loses no saved mark and one killed under the last save,
 * a transcript of a thousand messages, and axe without a violation. Starts servers of its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SERVER = resolve('build/app/index.js');
const BROWSER = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const SHOTS = process.env['PLIMSOLL_SCREENSHOTS'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PLAN = `version: 1
plans:
  - name: small
    strata: [intent]
    weekly: { random: 14, risk: 4 }
    risk_signals: [low_rating]
    double_share: 0.5
`;
const HOSTILE = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';

const conversation = (index: number) => {
	const at = (minutes: number) => new Date(Date.UTC(2026, 2, 2, 8, index * 5 + minutes)).toISOString();
	return {
		id: `c-${index}`,
		customer_id: `customer-${index}`,
		started_at: at(0),
		ended_at: at(3),
		resolved_at: at(3),
		intent: 'order_status',
		messages: [
			{ at: at(0), role: 'customer', text: index % 2 ? HOSTILE : 'أين طلبي؟' },
			{ at: at(1), role: 'bot', text: 'It comes tomorrow.' }
		],
		rating: { score: index % 5 ? 5 : 1, scale: 5, answered_at: at(4) }
	};
};
/** A thousand messages, of which every third is written from right to left. */
const long = {
	...conversation(60),
	id: 'long',
	intent: 'store_hours',
	messages: Array.from({ length: 1000 }, (_, index) => ({
		at: new Date(Date.UTC(2026, 2, 3, 8, 0, index * 20)).toISOString(),
		role: index % 2 ? 'bot' : 'customer',
		text: index % 3 ? `Line ${index} of a long talk. ${'word '.repeat(20)}` : `السطر ${index} من حديث طويل.`
	}))
};
const records = [
	long,
	...Array.from({ length: 60 }, (_, index) => conversation(index)),
	{
		...conversation(60),
		id: 'later',
		started_at: '2026-03-18T08:00:00Z',
		ended_at: '2026-03-18T08:01:00Z',
		resolved_at: null,
		messages: [{ at: '2026-03-18T08:00:00Z', role: 'customer', text: 'Hello' }],
		rating: undefined
	}
];

describe.skipIf(!existsSync(SERVER))('the desk in a browser', () => {
	let folder: string;
	let url: string;
	let server: ChildProcess;
	let browser: Browser;

	async function start() {
		const { port } = new URL(url);
		server = spawn(process.execPath, [SERVER], {
			cwd: folder,
			env: {
				...process.env,
				HOST: '127.0.0.1',
				PORT: port,
				ORIGIN: url,
				BODY_SIZE_LIMIT: 'Infinity',
				PLIMSOLL_DB: join(folder, 'desk.duckdb')
			},
			stdio: 'ignore'
		});
		for (let tries = 0; tries < 300; tries++) {
			if ((await fetch(`${url}/api/health`).catch(() => null))?.ok) return;
			await new Promise((done) => setTimeout(done, 100));
		}
		throw new Error('The server never answered.');
	}

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'plimsoll-desk-'));
		writeFileSync(join(folder, 'review.yaml'), PLAN);
		url = await new Promise<string>((found) => {
			const probe = createServer().listen(0, '127.0.0.1', () => {
				const address = probe.address();
				const port = address && typeof address === 'object' ? address.port : 0;
				probe.close(() => found(`http://127.0.0.1:${port}`));
			});
		});
		await start();
		const body = records.map((record) => JSON.stringify(record)).join('\n');
		const headers = { 'content-type': 'application/x-ndjson' };
		const taken = await fetch(`${url}/api/ingest?source=canonical`, { method: 'POST', body, headers });
		expect(await taken.json()).toMatchObject({ accepted: 62 });
		browser = await chromium.launch({
			executablePath: BROWSER,
			args: ['--no-sandbox', '--disable-gpu', '--no-first-run']
		});
	});
	afterAll(async () => {
		await browser?.close();
		server?.kill();
		rmSync(folder, { recursive: true, force: true });
	});

	const ITEM = /\/desk\/[0-9a-f]{16}/;
	async function begin(reviewer: string): Promise<Page> {
		const context = await browser.newContext({ reducedMotion: 'reduce' });
		context.setDefaultTimeout(120_000);
		const page = await context.newPage();
		await page.goto(`${url}/desk?week=2026-W10&reviewer=${reviewer}`, { waitUntil: 'networkidle' });
		if ((await page.getByText('Review the next one').count()) === 0) {
			await page.getByText('Draw the week').click();
			await page.getByText('Review the next one').waitFor();
		}
		await page.getByText('Review the next one').click();
		await page.waitForURL(ITEM);
		await page.waitForLoadState('networkidle');
		return page;
	}
	/** Keys only; true while there is another item. */
	async function score(page: Page, keys: string): Promise<boolean> {
		const before = page.url();
		for (const key of keys) await page.keyboard.press(key);
		await page.keyboard.press('Enter');
		await page.waitForURL((now) => now.toString() !== before);
		await page.waitForLoadState('networkidle');
		return ITEM.test(page.url());
	}

	async function look(page: Page, name: string) {
		if (!SHOTS) return;
		mkdirSync(SHOTS, { recursive: true });
		await page.screenshot({ path: join(SHOTS, `desk-${name}.png`) });
	}

	/** Every violation that axe finds, in both colour schemes and two widths. */
	async function violations(path: string, words: string): Promise<string[]> {
		const all: string[] = [];
		for (const colorScheme of ['light', 'dark'] as const)
			for (const width of [1440, 390]) {
				const context = await browser.newContext({
					colorScheme,
					viewport: { width, height: 900 },
					reducedMotion: 'reduce'
				});
				context.setDefaultTimeout(120_000);
				const page = await context.newPage();
				await page.goto(url + path, { waitUntil: 'networkidle' });
				await expect.poll(() => page.textContent('main'), { timeout: 60_000 }).toContain(words);
				await look(page, `${words.replaceAll(/\W+/g, '-')}-${width}-${colorScheme}`);
				await page.evaluate(AXE);
				const found = await page.evaluate(async () => {
					const axe = (globalThis as unknown as { axe: typeof import('axe-core') }).axe;
					return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
				});
				const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
				all.push(...found, ...(wide > 0 ? [`${path} is wider than a window of ${width}`] : []));
				await context.close();
			}
		return all;
	}

	const kill = async () => {
		const gone = new Promise((done) => server.once('exit', done));
		server.kill('SIGKILL');
		await gone;
	};
	interface Kept {
		item: string;
		id: string;
		reviewer: string;
		finished: boolean;
	}
	const reviews = async () => (await (await fetch(`${url}/api/review/reviews`)).json()) as Kept[];

	it('says what a server that dies under the last save did not keep, and saves it on a second try', async () => {
		const cy = await begin('cy');
		for (const key of '3330300') await cy.keyboard.press(key);
		await cy.getByText('7 of 7 answered').waitFor();
		await cy.getByText('Saved', { exact: true }).waitFor();
		await cy.waitForLoadState('networkidle');
		const id = await cy.textContent('h1');
		// The one that follows is here before it is needed.
		const { pathname } = new URL(cy.url());
		await kill();
		await cy.keyboard.press('Enter');
		await cy.getByText(`The review of ${id} is not saved.`).waitFor();
		expect(new URL(cy.url()).pathname).not.toBe(pathname);
		await start();
		const mine = async () => (await reviews()).filter((one) => one.reviewer === 'cy' && one.finished);
		expect(await mine()).toEqual([]);
		await cy.getByRole('button', { name: 'Try again' }).click();
		await expect.poll(async () => (await mine()).map((one) => one.id), { timeout: 60_000 }).toEqual([id]);
		await cy.context().close();
	}, 300_000);

	it(
		'scores by keyboard, keeps every mark over a kill, and shows agreement',
		{ timeout: 300_000 },
		async () => {
			const ann = await begin('ann');
			for (let done = 0; done < 10; done++) {
				if (done === 0) {
					// A comment reloads the page's data, and must not throw away what is being marked.
					for (const key of '3330') await ann.keyboard.press(key);
					await ann.keyboard.press('c');
					await ann.keyboard.type('odd <b>tone</b>');
					await ann.keyboard.press('Control+Enter');
					await ann.getByText('odd <b>tone</b>').waitFor();
					expect(await score(ann, '300')).toBe(true);
				} else expect(await score(ann, done % 3 ? '3330300' : '1220200')).toBe(true);
				expect(await ann.title()).not.toContain('owned');
			}
			for (const key of '31') await ann.keyboard.press(key);
			await ann.getByText('2 of 7 answered').waitFor();
			await ann.getByText('Saved', { exact: true }).waitFor();

			await kill();
			await start();
			await ann.reload({ waitUntil: 'networkidle' });
			await expect.poll(() => ann.textContent('.marks'), { timeout: 60_000 }).toContain('2 of 7 answered');
			const kept = (await reviews()).filter(({ reviewer }) => reviewer === 'ann');
			expect(new Set(kept.filter(({ finished }) => finished).map(({ item }) => item)).size).toBe(10);

			const bo = await begin('bo');
			while (await score(bo, '3330300'));
			await ann.goto(`${url}/desk?week=2026-W10&reviewer=ann`, { waitUntil: 'networkidle' });
			const page = (await ann.textContent('main'))!.replaceAll(/\s+/g, ' ');
			const { agreement, estimate } = (await (await fetch(`${url}/api/review/results`)).json()) as {
				agreement: { doubles: number; sameVerdict: number };
				estimate: { reviewed: number; population: number };
			};
			expect(agreement.doubles).toBeGreaterThan(0);
			expect(page).toContain(
				`${agreement.sameVerdict} of ${agreement.doubles} double reviews gave the same verdict`
			);
			expect(page).toContain('10 by ann');
			expect(estimate).toMatchObject({ population: 61 });
			await ann.context().close();
			await bo.context().close();
		}
	);

	it('shows a thousand messages, each in its own direction, and lets the last be reached', async () => {
		const sample = (await (
			await fetch(`${url}/api/review/sample?week=2026-W10`, { method: 'POST' })
		).json()) as { items: { item: string; id: string }[] };
		const { item } = sample.items.find(({ id }) => id === 'long')!;
		const context = await browser.newContext({ reducedMotion: 'reduce' });
		context.setDefaultTimeout(120_000);
		const page = await context.newPage();
		await page.goto(`${url}/desk/${item}?reviewer=dan`, { waitUntil: 'networkidle' });
		expect(await page.locator('.turn').count()).toBe(1000);
		expect(await page.locator('.turn .route').count()).toBe(1000);
		expect(await page.getByText('nor the value of the customer').count()).toBe(1);
		const last = page.locator('.turn').last();
		await last.scrollIntoViewIfNeeded();
		expect(await last.textContent()).toContain('السطر 999');
		const directions = await page
			.locator('.turn .text')
			.evaluateAll((all) => all.slice(0, 3).map((one) => getComputedStyle(one).direction));
		expect(directions).toEqual(['rtl', 'ltr', 'ltr']);
		await look(page, 'long');
		await context.close();
	}, 300_000);

	it('brings a flag to ops, who answer and close it, and the reviewer sees what became of it', async () => {
		const [{ item, id }] = (await reviews()) as [Kept];
		const context = await browser.newContext({ reducedMotion: 'reduce' });
		context.setDefaultTimeout(120_000);
		const page = await context.newPage();
		await page.goto(`${url}/desk/${item}?reviewer=ann`, { waitUntil: 'networkidle' });
		await page.keyboard.press('f');
		await page.keyboard.type(HOSTILE);
		await page.keyboard.press('Control+Enter');
		await page.getByText(`Flagged`).waitFor();
		await page.goto(`${url}/desk/flags`, { waitUntil: 'networkidle' });
		await page.getByText(HOSTILE).waitFor();
		expect(await violations('/desk/flags', id)).toEqual([]);
		await page.getByLabel('Who you are').fill('Olu');
		await page.getByLabel('What was found').fill('The parcel was lost; refunded.');
		await page.getByRole('button', { name: 'Close' }).click();
		await page.getByText('No flag is open').waitFor();
		await page.goto(`${url}/desk/${item}?reviewer=ann`, { waitUntil: 'networkidle' });
		await expect
			.poll(() => page.textContent('main'), { timeout: 60_000 })
			.toContain('Olu: The parcel was lost; refunded.');
		expect(await page.title()).not.toContain('owned');
		await page.goto(`${url}/desk/${item}?reviewer=bo`, { waitUntil: 'networkidle' });
		expect(await page.textContent('main')).not.toContain('The parcel was lost');
		await context.close();
	}, 300_000);

	it('settles a dispute in part, and the history says what everybody did', async () => {
		const [{ item, id, reviewer }] = (await reviews()) as [Kept];
		const history = `/desk/${item}/history`;
		const context = await browser.newContext({ reducedMotion: 'reduce' });
		context.setDefaultTimeout(120_000);
		const page = await context.newPage();
		await page.goto(url + history, { waitUntil: 'networkidle' });
		await page.getByText(`Dispute the marks of ${reviewer}`).click();
		await page.getByLabel('Was the tone right?').selectOption('poor');
		await page.getByLabel('Was the problem solved?').selectOption('no');
		await page.getByLabel('Who you are').fill('Olu');
		await page.getByLabel('Why these marks are wrong').fill(HOSTILE);
		await page.getByRole('button', { name: 'Raise the dispute' }).click();
		await page.getByRole('heading', { name: `Olu disputes the marks of ${reviewer}` }).waitFor();
		expect(await violations(history, `Olu disputes the marks of ${reviewer}`)).toEqual([]);
		const settle = async (by: string) => {
			await page.getByLabel('Was the problem solved?').check();
			await page.getByLabel('Who you are').fill(by);
			await page.getByLabel('Why', { exact: true }).fill('Not solved.');
			await page.getByRole('button', { name: 'Settle' }).click();
		};
		await settle('Olu');
		await page.getByText('neither raised it nor gave the marks').first().waitFor();
		await settle('Mia');
		await page.getByText('accepted 1 of the 2 disputed answers').waitFor();
		expect(await page.textContent('main')).toContain('Was the problem solved? Yes → No');
		expect(await page.title()).not.toContain('owned');
		expect(await violations('/desk/disputes', id)).toEqual([]);
		await context.close();
	}, 300_000);

	it('has no violation of axe, in light and dark, wide and narrow', async () => {
		const [{ item }] = (await reviews()) as [Kept];
		expect(await violations(`/desk/${item}?reviewer=ann`, 'Was the problem solved?')).toEqual([]);
		expect(await violations('/desk?week=2026-W10&reviewer=ann', 'Do reviewers agree?')).toEqual([]);
	}, 300_000);

	it('keeps the marks of somebody who was forgotten, and none of the words', async () => {
		const [{ item, id, reviewer }] = (await reviews()) as [Kept];
		const before = (await reviews()).filter((one) => one.item === item);
		const answer = await fetch(`${url}/api/forgotten`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ customer: id.replace('c-', 'customer-'), by: 'Mia' })
		});
		expect(answer.status).toBe(200);
		expect((await reviews()).filter((one) => one.item === item)).toEqual(before);
		const flags = await (await fetch(`${url}/api/review/flags`)).text();
		expect(flags).toContain('(removed on request)');
		expect(flags).not.toContain('parcel');
		const context = await browser.newContext();
		context.setDefaultTimeout(120_000);
		const page = await context.newPage();
		await page.goto(`${url}/desk/${item}?reviewer=${reviewer}`, { waitUntil: 'networkidle' });
		await expect.poll(() => page.textContent('main'), { timeout: 60_000 }).toContain('7 of 7 answered');
		const words = (await page.textContent('main'))!;
		expect(words).toContain('The words of this conversation were deleted');
		expect(words).not.toContain('It comes tomorrow');
		await context.close();
	}, 300_000);
});
