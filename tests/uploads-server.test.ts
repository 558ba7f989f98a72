/**
 * A log brought to the real server: looked at, mapped by keyboard in a real browser, taken in, killed half-way and begun
 * again. Starts processes.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Look, Outline } from '../app/lib/server/upload-look.server';
import type { Upload } from '../app/lib/upload';
import { Terminal, build } from './command';

const BROWSER = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HOSTILE = '<img src=x onerror="document.title=\'owned\'">';

/** A help desk of nobody's: names in another language, local times, money for a rating. */
const table = (rows: number) =>
	[
		'vorgang;kunde;eröffnet;gelöst;thema;nachricht;sterne',
		...Array.from(
			{ length: rows },
			(_, at) =>
				`F${at};K${at % 50};0${(at % 9) + 1}.03.2026 10:${String(at % 60).padStart(2, '0')};0${(at % 9) + 1}.03.2026 11:00;${at % 2 ? 'Rechnung' : 'Lieferung'};${at === 3 ? HOSTILE : 'Wo ist mein Paket?'};${(at % 5) + 1}`
		)
	].join('\n') + '\n';

const lines = (count: number) =>
	Array.from({ length: count }, (_, at) =>
		JSON.stringify({
			id: `c-${at}`,
			customer_id: `k-${at}`,
			started_at: '2026-03-02T10:00:00Z',
			ended_at: '2026-03-02T10:10:00Z',
			messages: [{ at: '2026-03-02T10:00:00Z', role: 'customer', text: `Hello ${'x'.repeat(400)}` }]
		})
	).join('\n') + '\n';

const ask = (url: string, request: RequestInit = {}) =>
	fetch(url, { ...request, headers: { ...request.headers, connection: 'close' } });

describe('uploads and the real server', { timeout: 300_000 }, () => {
	let terminal: Terminal;
	let server: ChildProcess;
	let url: string;
	const database = () => terminal.path('uploads.duckdb');
	const room = () => `${database()}.uploads`;
	const bring = async (name: string, content: string) => {
		const answer = await ask(`${url}/api/uploads?file=${encodeURIComponent(name)}`, {
			method: 'POST',
			headers: { 'content-type': 'application/octet-stream' },
			body: content
		});
		return { status: answer.status, upload: (await answer.json()) as Upload };
	};
	const get = async <Answer>(path: string) => (await (await ask(`${url}/api${path}`)).json()) as Answer;
	const tryMapping = (id: string, body: string) =>
		ask(`${url}/api/uploads/${id}/mapping`, {
			method: 'PUT',
			headers: { 'content-type': 'application/yaml' },
			body
		});
	const upload = (id: string) => get<Upload>(`/uploads/${id}`);
	const takeIn = async (id: string, source?: string) => {
		const answer = await ask(`${url}/api/uploads/${id}/import${source ? `?source=${source}` : ''}`, {
			method: 'POST'
		});
		return { status: answer.status, body: (await answer.json()) as Upload & { error: string } };
	};
	const ended = async (id: string) => {
		await expect
			.poll(async () => (await upload(id)).stage, { timeout: 120_000, interval: 50 })
			.toMatch(/done|failed/);
		return upload(id);
	};

	beforeAll(async () => {
		build();
		terminal = new Terminal();
		writeFileSync(terminal.path('first.ndjson'), lines(1));
		expect(terminal.run('ingest', '--db', database(), 'first.ndjson')).toMatchObject({ status: 0 });
		({ server, url } = await terminal.serve('--db', database()));
	}, 300_000);
	afterAll(() => terminal.close());

	it('says what a file is, shows what would go in, stores nothing until told, and keeps no copy after', async () => {
		const { status, upload: held } = await bring('../../bücher & co.ndjson', lines(5));
		expect(status).toBe(201);
		expect(held).toMatchObject({ file: '../../bücher & co.ndjson', stage: 'held', source: 'canonical' });
		expect(readdirSync(room())).toEqual([held.id]);
		const look = await get<Look>(`/uploads/${held.id}/preview?source=canonical`);
		expect(look.preview).toMatchObject({ read: 5, good: 5, quarantined: 0, whole: true });
		expect(look.preview!.records[0]).toMatchObject({ id: 'c-0', customer_id: 'k-0' });

		expect((await takeIn(held.id, 'canonical')).status).toBe(202);
		expect(await ended(held.id)).toMatchObject({
			stage: 'done',
			as: 'canonical',
			report: { read: 5, accepted: 4, unchanged: 1, quarantined: 0 }
		});
		expect(readdirSync(`${room()}/${held.id}/content`)).toEqual([]);
		const again = await takeIn(held.id, 'canonical');
		expect(again).toMatchObject({
			status: 409,
			body: { error: expect.stringContaining('not kept') as string }
		});
	});

	it('refuses what is empty, unknown, foreign or has problems, in words', async () => {
		expect(await bring('x.csv', '')).toMatchObject({
			status: 400,
			upload: { error: 'The file is empty.' }
		});
		expect(await get('/uploads/nope')).toMatchObject({
			error: expect.stringContaining('not here') as string
		});
		expect(await get('/uploads/..%2F..%2Fetc')).toMatchObject({ error: expect.any(String) as string });
		const { upload: held } = await bring('y.ndjson', lines(1));
		expect(await takeIn(held.id, 'nobody')).toMatchObject({
			status: 400,
			body: { error: expect.stringContaining("Unknown source 'nobody'") as string }
		});
		expect(await takeIn(held.id)).toMatchObject({
			status: 409,
			body: { error: 'No mapping was tried on this file yet.' }
		});
		const foreign = await ask(`${url}/api/uploads/${held.id}`, {
			method: 'DELETE',
			headers: { origin: 'https://evil.example' }
		});
		expect(foreign.status).toBe(403);
		expect((await tryMapping(held.id, 'version: 1\nsource: desk\n')).status).toBe(200);
		const { problems } = await get<Look>(`/uploads/${held.id}/preview`);
		expect(problems.length).toBeGreaterThan(0);
		expect((await takeIn(held.id)).status).toBe(400);
		expect((await ask(`${url}/api/uploads/${held.id}`, { method: 'DELETE' })).status).toBe(200);
		expect(existsSync(`${room()}/${held.id}`)).toBe(false);
	});

	it('tells what its columns are and takes a table in by the mapping that was tried', async () => {
		const { upload: held } = await bring('tickets.csv', table(200));
		const outline = await get<Outline>(`/uploads/${held.id}/outline`);
		expect(outline.rows).toBe(200);
		expect(outline.columns.map(({ name }) => name)).toContain('kunde');
		const sound = outline.text.replace(/^record:\n/m, 'record:\n  id: vorgang\n');
		const tried = await tryMapping(held.id, sound);
		expect(tried.status).toBe(200);
		expect(await upload(held.id)).toMatchObject({ mapping: sound });
		const { preview, problems } = await get<Look>(`/uploads/${held.id}/preview`);
		expect(problems).toEqual([]);
		expect(preview).toMatchObject({ read: 200, good: 200 });
		await takeIn(held.id);
		expect(await ended(held.id)).toMatchObject({ stage: 'done', as: 'tickets', report: { accepted: 200 } });
		expect(await get('/mappings')).toMatchObject([{ source: 'tickets', version: 1 }]);
	});

	it('a file that can not be read stays, says why, and can be tried as another format', async () => {
		const { upload: held } = await bring('chats.json', '{"conversations": [');
		await takeIn(held.id, 'intercom');
		const failed = await ended(held.id);
		expect(failed).toMatchObject({ stage: 'failed', error: expect.any(String) as string });
		expect(failed.error).not.toBe('');
		expect((await get<Look>(`/uploads/${held.id}/preview?source=zendesk`)).error).not.toBeNull();
	});

	it('killed half-way it says so, and begins again without losing or doubling anything', async () => {
		const count = 60_000;
		const { upload: held } = await bring('long.ndjson', lines(count));
		await takeIn(held.id, 'canonical');
		await expect
			.poll(async () => (await upload(held.id)).stage, { interval: 5, timeout: 60_000 })
			.not.toBe('waiting');
		const gone = new Promise((done) => server.once('exit', done));
		server.kill('SIGKILL');
		await gone;
		({ server, url } = await terminal.serve('--db', database()));
		expect((await upload(held.id)).stage).toBe('interrupted');
		await takeIn(held.id, 'canonical');
		const { report } = await ended(held.id);
		expect(report).toMatchObject({ read: count, quarantined: 0 });
		expect(report!.accepted + report!.unchanged).toBe(count);
		const answer = await ask(`${url}/api/export/conversations?source=canonical`);
		const stored = (await answer.text()).trim().split('\n');
		expect(new Set(stored.map((line) => (JSON.parse(line) as { id: string }).id)).size).toBe(count);
		expect(stored).toHaveLength(count);
	});

	it('forgets a file after a day', async () => {
		const { upload: held } = await bring('old.ndjson', lines(1));
		const note = `${room()}/${held.id}/upload.json`;
		const old = new Date(Date.now() - 25 * 3_600_000);
		writeFileSync(note, JSON.stringify({ ...held, uploadedAt: old.toISOString() }));
		utimesSync(note, old, old);
		expect((await get<Upload[]>('/uploads')).map(({ id }) => id)).not.toContain(held.id);
		expect(existsSync(`${room()}/${held.id}`)).toBe(false);
	});

	describe.skipIf(!existsSync(BROWSER))('in a browser', () => {
		let browser: Browser;
		let page: Page;
		const errors: string[] = [];
		beforeAll(async () => {
			browser = await chromium.launch({
				executablePath: BROWSER,
				args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
			});
			page = await browser.newPage();
			page.setDefaultTimeout(120_000);
			page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
			page.on('pageerror', (error) => errors.push(error.message));
		}, 120_000);
		afterAll(() => browser?.close());
		const shows = (text: string) =>
			expect.poll(() => page.textContent('main'), { timeout: 60_000 }).toContain(text);
		const violations = async () => {
			const found: string[] = [];
			for (const colorScheme of ['light', 'dark'] as const) {
				await page.emulateMedia({ colorScheme });
				await page.evaluate(AXE);
				const result = (await page.evaluate('axe.run()')) as {
					violations: { id: string; nodes: { html: string }[] }[];
				};
				found.push(...result.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`));
			}
			return found;
		};

		it('a table is brought, mapped and taken in by keyboard, with what it holds kept inert', async () => {
			await page.goto(`${url}/imports`);
			await page.setInputFiles('input[type=file]', {
				name: 'helpdesk.csv',
				mimeType: 'text/csv',
				buffer: Buffer.from(table(120))
			});
			await page.waitForURL('**/imports/uploads/*');
			await shows('record.id is not mapped');
			expect(await violations()).toEqual([]);

			// The key of the table is its ticket number, which no rule of ours could know.
			await page.focus('select[aria-label="Field that vorgang fills"]');
			await page.keyboard.type('Id of');
			await expect.poll(() => page.inputValue('textarea'), { timeout: 60_000 }).toContain('id: vorgang');
			await page.focus('textarea');
			await page.keyboard.press('Control+Enter');
			await shows('120 of 120 records would go in');
			expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
			expect(await page.textContent('main')).toContain(HOSTILE);
			expect(await page.title()).not.toBe('owned');
			expect(await violations()).toEqual([]);

			await page.reload();
			await shows('120 of 120 records would go in');
			await page.focus('button.primary');
			await page.keyboard.press('Enter');
			await shows('120 accepted');
			expect(await violations()).toEqual([]);
			await page.goto(`${url}/imports`);
			await shows('helpdesk');
			expect(await violations()).toEqual([]);
			expect(errors).toEqual([]);
		});
	});
});
