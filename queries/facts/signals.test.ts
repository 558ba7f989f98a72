/**
 * Signals from words, on labelled phrases and through the real ingest. docs/signals-figures.md is written anew with:
 * npx vitest run queries/facts/signals.test.ts -u
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CLOSING_PHRASES, DISPUTE_PHRASES, PERSON_PHRASES, RE_ASK_PHRASES } from '../../fixtures/phrases';
import { ingest } from '../../ingest/ingest.server';
import { DERIVED_SIGNALS } from '../../warehouse/vocabulary';
import { openWarehouse, type Warehouse } from '../../warehouse/warehouse.server';
import { refreshFacts } from './refresh.server';

let folder: string;
let warehouse: Warehouse;
let files = 0;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-signals-'));
});
beforeEach(async () => {
	await warehouse?.close();
	warehouse = await openWarehouse(join(folder, `${files++}.duckdb`));
});
afterAll(async () => {
	await warehouse.close();
	rmSync(folder, { recursive: true, force: true });
});

const policy = { hash: 'on', intents: [], rules: [], signals: DERIVED_SIGNALS };
const conversation = (id: string, said: readonly string[], more: object = {}) => ({
	id,
	customer_id: `of ${id}`,
	started_at: '2026-03-02T09:00:00Z',
	ended_at: '2026-03-02T09:30:00Z',
	messages: said.flatMap((text, at) => [
		{ at: `2026-03-02T09:${String(at).padStart(2, '0')}:00Z`, role: 'customer', text },
		{
			at: `2026-03-02T09:${String(at).padStart(2, '0')}:30Z`,
			role: 'bot',
			text: 'Let me connect you to an agent.'
		}
	]),
	...more
});
/** The customer writes, the bot hands over, a person replies. */
const answered = (text: string, reply: string) => ({
	messages: [
		{ at: '2026-03-02T09:00:00Z', role: 'customer', text },
		{ at: '2026-03-02T09:00:30Z', role: 'bot', text: 'How can I help you? What is your order number?' },
		{ at: '2026-03-02T09:10:00Z', role: 'agent', text: reply }
	]
});
async function take(records: object[], wanted: Parameters<typeof refreshFacts>[1] = policy) {
	const file = join(folder, `${files++}.ndjson`);
	writeFileSync(file, records.map((one) => JSON.stringify(one)).join('\n') + '\n');
	expect(
		await ingest(warehouse, { inputs: [file], source: 'canonical', now: '2026-06-01T00:00:00Z' })
	).toMatchObject({ quarantined: 0 });
	await refreshFacts(warehouse, wanted);
}
interface Fact {
	id: string;
	signals: string[] | null;
	requested: boolean;
	derived: boolean;
	never: boolean;
}
const facts = () =>
	warehouse.all<Fact>(
		'SELECT id, derived_signals AS signals, person_requested AS requested, person_request_derived AS derived, person_never_reached AS never FROM fact.episode ORDER BY id'
	);
const found = async (signal: string) =>
	new Set((await facts()).filter(({ signals }) => signals?.includes(signal)).map(({ id }) => id));

it('finds what it should, language by language, as the documentation says', async () => {
	const labelled = Object.entries(PERSON_PHRASES).flatMap(([language, { asks, not }]) => [
		...asks.map((text, at) => ({ id: `${language} asks ${at}`, language, text, asks: true })),
		...not.map((text, at) => ({ id: `${language} not ${at}`, language, text, asks: false }))
	]);
	const disputes = [
		...DISPUTE_PHRASES.speaks.map((text, at) => ({ id: `dispute ${at}`, text, asks: true })),
		...DISPUTE_PHRASES.not.map((text, at) => ({ id: `no dispute ${at}`, text, asks: false }))
	];
	const closings = [
		...CLOSING_PHRASES.unhappy.map((text, at) => ({ id: `unhappy ${at}`, text, asks: true })),
		...CLOSING_PHRASES.not.map((text, at) => ({ id: `not unhappy ${at}`, text, asks: false }))
	];
	const twice = Object.entries(RE_ASK_PHRASES).flatMap(([language, { asks, not }]) =>
		[...asks.map((pair) => ({ pair, asks: true })), ...not.map((pair) => ({ pair, asks: false }))].map(
			({ pair: [text, reply], asks }, at) => ({ id: `twice ${language} ${at}`, text, reply, asks })
		)
	);
	await take([
		...[...labelled, ...disputes, ...closings].map(({ id, text }) => conversation(id, [text])),
		...twice.map(({ id, text, reply }) => conversation(id, [text], answered(text, reply)))
	]);
	const [requests, quarrels] = [await found('person_request'), await found('dispute_language')];
	const [unhappy, again] = [await found('negative_sentiment'), await found('re_ask')];
	const rowOf = (name: string, those: { id: string; text: string; asks: boolean }[], hits: Set<string>) => {
		const right = those.filter(({ id, asks }) => asks && hits.has(id)).length;
		const wrong = those.filter(({ id, asks }) => !asks && hits.has(id));
		const missed = those.filter(({ id, asks }) => asks && !hits.has(id));
		const of = those.filter(({ asks }) => asks).length;
		const share = (n: number, all: number) => `${Math.round((100 * n) / all)} %`;
		return {
			right,
			wrong: wrong.length,
			of,
			line: `| ${name} | ${of} | ${those.length - of} | ${share(right, right + wrong.length)} | ${share(right, of)} | ${[...missed, ...wrong].map(({ text }) => text).join('; ')} |`
		};
	};
	const rows = [
		...Object.keys(PERSON_PHRASES).map((language) =>
			rowOf(
				`a person, ${language}`,
				labelled.filter((one) => one.language === language),
				requests
			)
		),
		rowOf('lawyers, fraud, disputes; all languages', disputes, quarrels),
		rowOf('unhappy last words, en', closings, unhappy),
		rowOf('asked for again; all languages', twice, again)
	];
	const file = join(import.meta.dirname, '../../docs/signals-figures.md');
	const text = [
		'# How well signals are found',
		'',
		'On the phrases in `fixtures/phrases.ts`. They were written by the same hands as the patterns, so that real logs will show less; read some of what is found before you lean on it.',
		'',
		'| signal | phrases that hold it | that do not | precision | recall | wrong |',
		'| --- | --- | --- | --- | --- | --- |',
		...rows.map(({ line }) => line)
	].join('\n');
	await expect(await format(text, { ...(await resolveConfig(file)), filepath: file })).toMatchFileSnapshot(
		file
	);
	for (const { right, wrong, of, line } of rows) {
		expect(right / of, line).toBeGreaterThanOrEqual(0.85);
		expect(right / (right + wrong), line).toBeGreaterThanOrEqual(0.85);
	}
});

it('fills only what the log leaves open, hears only the customer, and says that it is derived', async () => {
	const ask = 'I want to talk to a human';
	await take([
		conversation('a asks', [ask]),
		conversation('b bot only', ['Where is my parcel?']),
		conversation('c the log says why', [ask], {
			escalation: { needed_at: '2026-03-02T09:01:00Z', reason: 'policy' }
		}),
		conversation('d the log says it', ['Hello'], {
			escalation: { needed_at: '2026-03-02T09:01:00Z', reason: 'customer_request' }
		}),
		conversation('e a person came', [ask], {
			messages: [
				{ at: '2026-03-02T09:00:00Z', role: 'customer', text: ask },
				{ at: '2026-03-02T09:01:00Z', role: 'bot', text: 'One moment' },
				{ at: '2026-03-02T09:05:00Z', role: 'agent', text: 'Hello' }
			]
		})
	]);
	const known = ({ id, requested, derived, never }: Fact) => [id[0], requested, derived, never];
	expect((await facts()).map(known)).toEqual([
		['a', true, true, true],
		['b', false, false, false],
		['c', false, false, false],
		['d', true, false, true],
		['e', true, true, false]
	]);
	// Off by one switch, on again by it; nothing is taken in anew.
	await refreshFacts(warehouse, { ...policy, hash: 'off', signals: [] });
	expect((await facts()).map(({ requested }) => requested)).toEqual([false, false, false, true, false]);
	await refreshFacts(warehouse, { ...policy, hash: 'on again' });
	expect((await facts()).map(known)[0]).toEqual(['a', true, true, true]);
});

it('reads any spelling of the same, and bounds what it reads', async () => {
	const nfd = 'Puis-je parler à quelqu’un de réel ?'.normalize('NFD');
	await take([
		conversation('nfd', [nfd]),
		conversation('spaces', ['i WANT\u00a0 to\n talk\tto a\u200b human']),
		conversation('long', [`${'x '.repeat(500_000)} I want to talk to a human`]),
		conversation('hostile', ["'; DROP TABLE fact.episode; -- \u202e talk to an agent"]),
		conversation('empty', [''])
	]);
	expect([...(await found('person_request'))].sort()).toEqual(['hostile', 'nfd', 'spaces']);
});

it('hears the same again in other words, and not a new matter', async () => {
	await take([
		conversation('again', [
			'Where is my parcel from Monday please?',
			'I asked: where is my parcel from Monday?'
		]),
		conversation('new', [
			'Where is my parcel from Monday please?',
			'Thanks. Can I change my address to Berlin?'
		]),
		conversation('short', ['Where is it?', 'Where is it?'])
	]);
	expect([...(await found('rephrasing'))]).toEqual(['again']);
});

it('knows that nothing was asked for twice only where it looked, and never overrules the log', async () => {
	const given = 'Where is my order 4711234, please tell me';
	const ask = 'What is your order number?';
	const escalation = { needed_at: '2026-03-02T09:01:00Z', handed_off_at: '2026-03-02T09:01:00Z' };
	await take([
		conversation('a twice', [], answered(given, ask)),
		conversation('b once', [], answered(given, 'It comes tomorrow.')),
		conversation('c the log says no', [], {
			...answered(given, ask),
			escalation: { ...escalation, re_asked: false }
		}),
		conversation('d no person', [given]),
		conversation('e no words', [], { messages: [{ at: '2026-03-02T09:00:00Z', role: 'agent' }] })
	]);
	const said = () =>
		warehouse.all<{ id: string; reAsked: boolean | null; signals: string[] | null }>(
			'SELECT id, re_asked, derived_signals AS signals FROM fact.episode ORDER BY id'
		);
	expect((await said()).map(({ reAsked }) => reAsked)).toEqual([true, false, false, null, null]);
	expect((await said()).map(({ signals }) => signals ?? [])).toEqual([['re_ask'], [], ['re_ask'], [], []]);
	await refreshFacts(warehouse, { ...policy, hash: 'off', signals: [] });
	expect((await said()).map(({ reAsked }) => reAsked)).toEqual([null, null, false, null, null]);
});

it('hears how the last words sound, after a negation the other way round, where the log does not say it', async () => {
	const asked = ['Where is my parcel?', 'And the other one?'];
	const said = (last: string) => [...asked, last];
	const rated = (sentiment: number) => ({
		messages: said('This is terrible').map((text, at) => ({
			at: `2026-03-02T09:0${at}:00Z`,
			role: 'customer',
			text,
			...(at === 2 && { sentiment })
		}))
	});
	await take([
		conversation('a unhappy', said('This is terrible')),
		conversation('b unhappy before', ['This is terrible', ...asked]),
		conversation('c not good', said('Not good, not helpful, not nice')),
		conversation('d not bad', said('That is not bad')),
		conversation('e the log says glad', [], rated(0.5)),
		conversation('f the log says sad', [], rated(-0.5))
	]);
	const closes = await warehouse.all<{ closes: boolean }>(
		'SELECT negative_close_after_rephrasing AS closes FROM fact.episode ORDER BY id'
	);
	expect(closes.map(({ closes }) => closes)).toEqual([true, false, true, false, false, true]);
	expect([...(await found('negative_sentiment'))]).toEqual(['a unhappy', 'c not good']);
});

it('comes to the same, whatever comes when', async () => {
	const records = [
		conversation('one', ['agent please'], { customer_id: 'x' }),
		conversation('two', ['hello'], { customer_id: 'x', updated_at: '2026-03-02T10:00:00Z' }),
		conversation('two', ['this is fraud'], { customer_id: 'x', updated_at: '2026-03-02T11:00:00Z' })
	];
	for (const one of records) await take([one]);
	const stepwise = await facts();
	await refreshFacts(warehouse, { ...policy, hash: 'anew' });
	expect(await facts()).toEqual(stepwise);
	expect(stepwise.map(({ signals }) => signals)).toEqual([
		['person_request'],
		['dispute_language', 'negative_sentiment']
	]);
	const [rows] = await warehouse.all<{ n: number }>('SELECT count(*) AS n FROM fact.signal');
	expect(Number(rows?.n)).toBe(3);
});
