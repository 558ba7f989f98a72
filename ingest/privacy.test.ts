/**
 * What is kept of people: redaction on labelled sentences, hashed ids against node:crypto, and that neither changes a
 * number. docs/privacy-figures.md is written anew with: npx vitest run ingest/privacy.test.ts -u
 */
import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { INNOCENT, SECRETS } from '../fixtures/privacy/phrases';
import { refreshFacts } from '../queries/queries.server';
import { REDACTED } from '../warehouse/vocabulary';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { ingest } from './ingest.server';
import type { Privacy } from './privacy.server';
import { redactedSql } from './redaction';

const now = '2026-06-01T00:00:00Z';
const KEY = 'a key of some length';
const all: Privacy = { redaction: { kinds: REDACTED, patterns: [] }, customerIds: 'plain', key: undefined };
let folder: string;
let warehouse: Warehouse;
let files = 0;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-privacy-'));
});
beforeEach(async () => {
	await warehouse?.close();
	warehouse = await openWarehouse(join(folder, `${files++}.duckdb`));
});
afterAll(async () => {
	await warehouse.close();
	rmSync(folder, { recursive: true, force: true });
});

const conversation = (id: string, text: string, more: object = {}) => ({
	id,
	customer_id: `of ${id}`,
	started_at: '2026-03-02T09:00:00Z',
	ended_at: '2026-03-02T09:10:00Z',
	resolved_at: '2026-03-02T09:10:00Z',
	messages: [
		{ at: '2026-03-02T09:00:00Z', role: 'customer', text },
		{ at: '2026-03-02T09:01:00Z', role: 'bot', text: 'Hello' }
	],
	...more
});
function write(...records: object[]): string {
	const file = join(folder, `${files++}.ndjson`);
	writeFileSync(file, records.map((one) => JSON.stringify(one)).join('\n') + '\n');
	return file;
}
const take = (file: string, privacy?: Privacy) =>
	ingest(warehouse, { inputs: [file], source: 'canonical', now, ...(privacy && { privacy }) });
const redacted = async (texts: readonly string[], kinds = REDACTED as Privacy['redaction']['kinds']) =>
	(
		await warehouse.all<{ text: string }>(
			`SELECT ${redactedSql('t', { kinds, patterns: [] })} AS text FROM (SELECT unnest($texts) AS t, generate_subscripts($texts, 1) AS place) ORDER BY place`,
			{ texts }
		)
	).map(({ text }) => text);

describe('redaction', () => {
	it('finds what it should and leaves the rest alone, as the documentation says', async () => {
		const after = await redacted(SECRETS.map(({ text }) => text));
		const rows = REDACTED.map((kind) => {
			const those = SECRETS.map((one, at) => ({ ...one, after: after[at]! })).filter(
				(one) => one.kind === kind
			);
			const found = those.filter(
				({ secret, after: said }) => !said.includes(secret.trim()) && said.includes(`[${kind}]`)
			);
			const missed = those.filter((one) => !found.includes(one)).map(({ secret }) => secret.trim());
			return { kind, found: found.length, of: those.length, missed };
		});
		const left = await redacted(INNOCENT);
		const spoilt = INNOCENT.filter((text, at) => left[at] !== text);
		const share = (n: number, of: number) => `${((n / of) * 100).toFixed(0)} %`;
		const total = rows.reduce((sum, { found }) => sum + found, 0);
		const lines = [
			'| what | found | of | recall | missed |',
			'| --- | --- | --- | --- | --- |',
			...rows.map(
				({ kind, found, of, missed }) =>
					`| ${kind} | ${found} | ${of} | ${share(found, of)} | ${missed.map((one) => `\`${one}\``).join(', ')} |`
			),
			'',
			`Of ${INNOCENT.length} sentences with order numbers, amounts, times and the like, ${spoilt.length} were changed${spoilt.length > 0 ? `: ${spoilt.map((one) => `\`${one}\``).join(', ')}` : ''}. Precision over both lists: ${share(total, total + spoilt.length)}.`
		];
		const file = join(import.meta.dirname, '../docs/privacy-figures.md');
		const head =
			'# How well redaction works\n\nOn the sentences in `fixtures/privacy/phrases.ts`, which were written by hand. Your own texts may differ.\n\n';
		await expect(
			await format(head + lines.join('\n'), { ...(await resolveConfig(file)), filepath: file })
		).toMatchFileSnapshot(file);
		expect(total / SECRETS.length).toBeGreaterThan(0.9);
		expect(spoilt.length).toBeLessThanOrEqual(3);
	});

	it('does only what it is asked to, and never fails, whatever the text', async () => {
		expect(await redacted(['a@b.io 4111111111111111'], ['card'])).toEqual(['a@b.io [card]']);
		await fc.assert(
			fc.asyncProperty(
				fc.array(
					fc.string({ unit: 'binary', maxLength: 80 }).map((text) => text.replaceAll('\0', '')),
					{
						maxLength: 30
					}
				),
				async (texts) => {
					const once = await redacted(texts);
					expect(once).toHaveLength(texts.length);
					expect(await redacted(once)).toEqual(once);
				}
			),
			{ numRuns: 30 }
		);
	});

	it('leaves no trace on disk, in transcripts, tool calls, or refused lines, and changes no number', async () => {
		const needle = 'needle.haystack@example.com';
		const records = [
			conversation('a', `I am ${needle}, card 4111 1111 1111 1111`, {
				tool_calls: [
					{
						name: 'find',
						arguments: { mail: needle, card: 4111111111111111 },
						outcome: 'error',
						error: needle
					}
				]
			}),
			conversation('b', 'Nothing here', { started_at: `not a time ${needle}` }),
			conversation('c', 'Order 1234567890')
		];
		const file = write(...records);
		expect(await take(file, all)).toMatchObject({ read: 3, accepted: 2, quarantined: 1 });
		// Versions are told apart by what is kept: again is unchanged, and under other settings what is kept is another.
		expect(await take(file, all)).toMatchObject({ unchanged: 2 });
		const [refused] = await warehouse.all<{ raw: string }>('SELECT raw FROM log.quarantine LIMIT 1');
		expect(refused!.raw).toContain('not a time [email]');
		const [kept] = await warehouse.all<{ said: string; given: string; error: string }>(
			`SELECT messages[1].text AS said, tool_calls[1].arguments AS given, tool_calls[1].error AS error FROM read_parquet($files) WHERE id = 'a'`,
			{ files: readdirSync(warehouse.transcripts).map((name) => join(warehouse.transcripts, name)) }
		);
		expect(kept).toMatchObject({ said: 'I am [email], card [card]', error: '[email]' });
		expect(JSON.parse(kept!.given)).toEqual({ redacted: '{"mail":"[email]","card":[card]}' });
		await refreshFacts(warehouse, { hash: 'x', intents: [], rules: [] });
		const facts = () =>
			warehouse.all('SELECT * EXCLUDE (conversation_key) FROM fact.episode ORDER BY source, id');
		const shielded = await facts();
		await warehouse.close();
		expect(readFileSync(warehouse.file).includes(needle)).toBe(false);
		warehouse = await openWarehouse(join(folder, `${files++}.duckdb`));
		expect(await take(file)).toMatchObject({ accepted: 2 });
		await refreshFacts(warehouse, { hash: 'x', intents: [], rules: [] });
		expect(await facts()).toEqual(shielded);
		expect(await take(file, all)).toMatchObject({ accepted: 1, unchanged: 1 });
		await refreshFacts(warehouse, { hash: 'x', intents: [], rules: [] });
		expect(await facts()).toEqual(shielded);
	});

	it('takes patterns of one’s own, as values and not as SQL', async () => {
		const patterns = [
			{ name: 'order', pattern: String.raw`\bW\d{7}\b` },
			{ name: 'quote', pattern: `' OR 1=1 --` }
		];
		await take(write(conversation('a', `W2378156 and ' OR 1=1 --`)), {
			...all,
			redaction: { kinds: [], patterns }
		});
		const [kept] = await warehouse.all<{ said: string }>(
			`SELECT messages[1].text AS said FROM read_parquet($files)`,
			{ files: readdirSync(warehouse.transcripts).map((name) => join(warehouse.transcripts, name)) }
		);
		expect(kept?.said).toBe('[order] and [quote]');
	});
});

describe('hashed customer ids', () => {
	const hashed: Privacy = { ...all, customerIds: 'hashed', key: KEY };
	const ids = async () =>
		(await warehouse.all<{ customerId: string }>('SELECT customer_id FROM log.conversation ORDER BY id')).map(
			({ customerId }) => customerId
		);

	it('are HMAC-SHA-256 of the id, whatever the id and the key', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), {
					minLength: 1,
					maxLength: 8
				}),
				fc.oneof(fc.string({ minLength: 16, maxLength: 40 }), fc.string({ minLength: 60, maxLength: 100 })),
				async (customers, key) => {
					await warehouse.close();
					warehouse = await openWarehouse(join(folder, `${files++}.duckdb`));
					const records = customers.map((customer_id, at) =>
						conversation(String(at).padStart(3, '0'), 'Hello', { customer_id })
					);
					await take(write(...records), { ...hashed, key });
					expect(await ids()).toEqual(
						customers.map((id) => createHmac('sha256', key).update(id).digest('hex'))
					);
				}
			),
			{ numRuns: 8 }
		);
	}, 60_000);

	it('need their key, the same key, and a database that began with it; nothing is stored otherwise', async () => {
		const file = write(conversation('a', 'Hello'));
		await expect(take(file, { ...hashed, key: undefined })).rejects.toThrow(/PLIMSOLL_ID_KEY holds no key/);
		expect(await ids()).toEqual([]);
		await take(file, hashed);
		await expect(take(file, { ...hashed, key: 'another key of length' })).rejects.toThrow(/not the key/);
		await expect(take(file, all)).rejects.toThrow(/would count as two/);
		await expect(take(file)).rejects.toThrow(/PLIMSOLL_ID_KEY/);
		expect(await take(file, hashed)).toMatchObject({ unchanged: 1 });
		await warehouse.close();
		warehouse = await openWarehouse(join(folder, `${files++}.duckdb`));
		await take(file);
		await expect(take(file, hashed)).rejects.toThrow(
			/only be hashed from the first record on|customer ids plain/
		);
	});
});
