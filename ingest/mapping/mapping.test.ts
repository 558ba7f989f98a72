/**
 * Mappings: a table becomes records, and nothing of a file becomes SQL. Real DuckDB files throughout; the logs of
 * other people are read from the shared folder and skipped where it is absent.
 */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../../warehouse/warehouse.server';
import { ingest, type IngestReport } from '../ingest.server';
import { sourceNamed, type Source } from '../sources/index';
import { sourceOf } from './compile';
import { readMapping } from './mapping';

const shared = resolve(import.meta.dirname, '../../../shared/data');
const NOW = '2026-06-01T00:00:00Z';

interface Stored {
	[field: string]: unknown;
	id: string;
	customer_id: string | null;
	started_at: string | null;
	messages: { at: string | null; role: string; text: string | null }[];
}

interface Taken {
	report: IngestReport;
	warehouse: Warehouse;
	/** The stored records, transcripts included, by id. */
	records: Stored[];
}

const mapping = (text: string): Source => {
	const { value, problems } = readMapping(text);
	expect(problems).toEqual([]);
	return sourceOf(value!);
};

async function take(source: Source, files: Record<string, string> | string[]): Promise<Taken> {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-mapping-'));
	const inputs = Array.isArray(files)
		? files
		: Object.entries(files).map(([name, text]) => {
				writeFileSync(join(folder, name), text);
				return join(folder, name);
			});
	const warehouse = await openWarehouse(join(folder, 'log.duckdb'));
	const report = await ingest(warehouse, { inputs, source, now: NOW });
	expect(report.read).toBe(report.accepted + report.unchanged + report.quarantined);
	if (report.accepted === 0) return { report, warehouse, records: [] };
	const stored = await warehouse.all<{ record: string }>(
		`SELECT to_json(s)::VARCHAR AS record FROM read_parquet($folder || '/*.parquet', union_by_name = true) s
		WHERE record = 'conversation' AND problem IS NULL ORDER BY id`,
		{ folder: warehouse.transcripts }
	);
	return { report, warehouse, records: stored.map(({ record }) => JSON.parse(record) as Stored) };
}

const TICKETS = `
version: 1
source: tickets
read: { format: csv, files: tickets.csv, delimiter: ';', null_values: ['-', 'n/a'] }
time: { formats: ['%d.%m.%Y %H:%M'], zone: Europe/Berlin }
record:
  id: { column: Ticket Nr, prefix: 'T-' }
  customer_id: Kunde
  started_at: Eröffnet
  resolved_at: { column: Gelöst, when: { column: Status, is: [zu, gelöst] } }
  status: { column: Status, values: { zu: closed, gelöst: resolved }, otherwise: open }
  channel: { column: Kanal, values: { Tel: phone, Mail: email, Test: null } }
  test_traffic: { if: { column: Kanal, is: Test }, then: true, else: false }
  messages:
    - { from: row, role: { constant: customer }, at: Eröffnet, text: { column: Text, html: true } }
    - { from: row, when: { column: Antwort, present: true }, role: { constant: agent }, text: Antwort }
  rating: { score: Note, scale: { constant: 5 } }
  refunds:
    from: row
    when: { column: Erstattung, above: -1e9 }
    amount_minor: { column: Betrag, decimal_comma: true, multiply: 100 }
    currency: { constant: EUR }
  escalation:
    handoff_parts:
      summary: { column: Antwort, present: true }
      goal: { column: Kanal, is: Tel }
    reason: { if: { column: Kanal, is: Tel }, then: customer_request }
`;
const HEAD = 'Ticket Nr;Kunde;Eröffnet;Gelöst;Status;Kanal;Text;Antwort;Note;Erstattung;Betrag';
const tickets = (...rows: string[]) => [HEAD, ...rows].join('\n') + '\n';

describe('a table of one row a ticket', () => {
	it('names, zones, values, money and conditions', async () => {
		const { report, records } = await take(mapping(TICKETS), {
			'tickets.csv': tickets(
				'1;anna;29.03.2026 01:30;29.03.2026 03:30;zu;Tel;"<p>Wo ist &amp; bleibt<br>mein Paket?</p>";Hier.;5;1;"1.234,56"',
				'2;bert;25.01.2026 10:00;25.01.2026 12:00;offen;Test;Hallo;-;n/a;;'
			)
		});
		expect(report).toMatchObject({ read: 2, accepted: 2, quarantined: 0 });
		expect(records[0]).toMatchObject({
			id: 'T-1',
			customer_id: 'anna',
			// An hour before the clocks go forward, and an hour after: one hour apart.
			started_at: '2026-03-29 00:30:00+00',
			resolved_at: '2026-03-29 01:30:00+00',
			status: 'closed',
			channel: 'phone',
			test_traffic: false,
			rating: { score: 5, scale: 5 },
			refunds: [{ amount_minor: 123456, currency: 'EUR' }],
			escalation: { reason: 'customer_request', handoff_parts: ['summary', 'goal'] }
		});
		expect(records[0]!.messages).toMatchObject([
			{ role: 'customer', text: 'Wo ist & bleibt\nmein Paket?' },
			{ role: 'agent', text: 'Hier.' }
		]);
		expect(records[1]).toMatchObject({
			started_at: '2026-01-25 09:00:00+00',
			resolved_at: null,
			status: 'open',
			channel: null,
			test_traffic: true,
			rating: null,
			escalation: null
		});
		expect(records[1]!.messages).toHaveLength(1);
		expect(records[1]!['refunds']).toEqual([]);
	});

	it('a value that can not be read is refused with its reason, and its neighbours go in', async () => {
		const { report } = await take(mapping(TICKETS), {
			'tickets.csv': tickets(
				'1;anna;2026-03-29;;zu;Tel;a;;5;;',
				'2;bert;29.03.2026 01:30;;zu;Tel;a;;9;;',
				'3;;29.03.2026 01:30;;zu;Tel;a;;5;;',
				'4;dora;29.03.2026 01:30;;zu;Tel;a;;5;1;zwölf',
				'5;emil;29.03.2026 01:30;;zu;Tel;a;;5;1;"0,125"',
				'6;fred;29.03.2026 01:30;;zu;Tel;a;;5;1;"12,5"'
			)
		});
		expect(report).toMatchObject({ read: 6, accepted: 1, quarantined: 5 });
		expect(report.quarantine.map(({ line, field }) => [line, field])).toEqual([
			[2, 'started_at'],
			[3, 'rating.score'],
			[4, 'customer_id'],
			[5, 'refunds[].amount_minor'],
			[6, 'refunds[].amount_minor']
		]);
	});

	it('a column that is not there is named, with those that are', async () => {
		const { report } = await take(mapping(TICKETS), { 'tickets.csv': 'Ticket;Kunde\n1;anna\n' });
		expect(report.files[0]?.error).toContain('no column "Ticket Nr", which the mapping reads as id');
		expect(report.files[0]?.error).toContain('"Ticket", "Kunde"');
		expect(report.read).toBe(0);
	});

	it('the same table twice is unchanged; a changed row alone is news', async () => {
		const source = mapping(TICKETS);
		const { warehouse } = await take(source, {
			'tickets.csv': tickets(
				'1;anna;29.03.2026 01:30;;offen;Tel;a;;;;',
				'2;bert;29.03.2026 01:30;;offen;Tel;a;;;;'
			)
		});
		const folder = mkdtempSync(join(tmpdir(), 'plimsoll-mapping-'));
		const file = join(folder, 'tickets.csv');
		writeFileSync(
			file,
			tickets(
				'1;anna;29.03.2026 01:30;;offen;Tel;a;;;;',
				'2;bert;29.03.2026 01:30;30.03.2026 01:30;zu;Tel;a;;;;'
			)
		);
		const again = await ingest(warehouse, { inputs: [file], source, now: NOW });
		expect(again).toMatchObject({ read: 2, accepted: 1, unchanged: 1, quarantined: 0 });
	});
});

describe('an event log', () => {
	const EVENTS = (gap: string) => `
version: 1
source: events
read: { format: csv }
time: { zone: UTC }
group: { by: [shop, user], order: at, order_as: time${gap} }
record:
  id: { group: episode }
  customer_id: { group: key }
  started_at: { column: at, take: min }
  intent: { column: intent, take: first }
  language: { column: note, take: last }
  market: { column: note }
  intent_confidence: { column: sure, take: max }
  messages: { from: rows, when: { column: who, is_not: system }, role: who, at: at, text: text }
`;
	const rows = [
		'a,1,2026-01-01 10:00:00,customer,hi,,x,0.5',
		'a,1,2026-01-01 10:05:00,bot,hello,orders,y,0.25',
		'a,1,2026-01-03 10:00:00,customer,again,refunds,,',
		'b,1,2026-01-01 10:00:00,customer,hi,,,1',
		'b,1,2026-01-01 10:00:01,system,-,,z,'
	];
	const file = (lines: string[]) => ['shop,user,at,who,text,intent,note,sure', ...lines].join('\n');

	it('rows come together by their key, whatever their order and files', async () => {
		const whole = await take(mapping(EVENTS('')), { 'a.csv': file(rows) });
		expect(whole.records.map(({ id }) => id)).toEqual(['a/1', 'b/1']);
		expect(whole.records[0]).toMatchObject({
			started_at: '2026-01-01 10:00:00+00',
			intent: 'orders',
			language: null,
			market: 'y',
			intent_confidence: 0.5
		});
		expect(whole.records[0]!.messages.map(({ text }) => text)).toEqual(['hi', 'hello', 'again']);
		const split = await take(mapping(EVENTS('')), {
			'a.csv': file([rows[2]!, rows[4]!]),
			'b.csv': file([rows[3]!, rows[1]!]),
			'c.csv': file([rows[0]!])
		});
		const comparable = ({ records }: Taken) => records.map((record) => ({ ...record, file_no: null }));
		expect(comparable(split)).toEqual(comparable(whole));
	});

	it('a long silence opens a new episode', async () => {
		const { records } = await take(mapping(EVENTS(', gap_hours: 24')), { 'a.csv': file(rows) });
		expect(records.map(({ id }) => id)).toEqual([
			'a/1/20260101T100000',
			'a/1/20260103T100000',
			'b/1/20260101T100000'
		]);
		expect(records[1]).toMatchObject({ intent: 'refunds', started_at: '2026-01-03 10:00:00+00' });
	});

	it('rows without a key are refused one by one', async () => {
		const { report } = await take(mapping(EVENTS('')), {
			'a.csv': file([
				...rows,
				'a,,2026-01-01 10:00:00,customer,hi,,,',
				',1,2026-01-01 10:00:00,customer,hi,,,'
			])
		});
		expect(report).toMatchObject({ read: 4, accepted: 2, quarantined: 2 });
		expect(report.quarantine.map(({ field, line }) => [field, line])).toEqual([
			['id', 7],
			['id', 8]
		]);
	});
});

describe('documents', () => {
	const CHATS = `
version: 1
source: chats
read: { format: ndjson, records: '$.chats[*]', carry: { team: $.team } }
record:
  id: $.meta.id
  customer_id: user
  market: team
  started_at: { column: start, time: { unit: milliseconds } }
  intent: { in: { column: turns }, column: topic, when: { column: from, is: user }, take: first }
  messages: { from: { column: turns }, role: { column: from, values: { user: customer, ai: bot } }, text: body, at: { column: t, time: { unit: seconds } } }
`;
	it('lists within lists, and what the document says of all', async () => {
		const line = (id: string, turns: unknown) =>
			JSON.stringify({ team: 'north', chats: [{ meta: { id }, user: 'u', start: 1767225600000, turns }] });
		const { report, records } = await take(mapping(CHATS), {
			'chats.ndjson': [
				line('one', [
					{ from: 'ai', body: 'later', t: 1767225602.5 },
					{ from: 'user', body: 'first', t: 1767225600, topic: 'orders' }
				]),
				'{"team": "north"}',
				'not json',
				line('two', 'no list'),
				line('three', [
					{ from: 'user', body: 'x' },
					{ from: 'ai', body: 'y', t: 1767225602 }
				])
			].join('\n')
		});
		expect(report).toMatchObject({ read: 5, accepted: 2, quarantined: 3 });
		expect(report.quarantine.map(({ line }) => line)).toEqual([2, 3, 4]);
		expect(records[0]).toMatchObject({
			id: 'one',
			market: 'north',
			intent: 'orders',
			started_at: '2026-01-01 00:00:00+00'
		});
		expect(records[0]!.messages.map(({ text }) => text)).toEqual(['first', 'later']);
		expect(records[1]!.messages.map(({ text }) => text)).toEqual(['x', 'y']);
	});
});

describe('hostile files', () => {
	const name = `x"); DROP TABLE log.conversation; --'`;
	it('names and values are never SQL', async () => {
		const source = mapping(`
version: 1
source: hostile
read: { format: csv, null_values: ["'); DROP TABLE log.ingest; --"] }
record:
  id: ${JSON.stringify(name)}
  customer_id: { column: c, values: { "' OR 1=1": "'; --" } }
  started_at: t
  intent: { constant: "'; DROP TABLE log.conversation; --" }
  messages: { from: row, role: { constant: customer }, text: c }
`);
		const { report, records } = await take(source, {
			'a.csv': `"${name.replaceAll('"', '""')}",c,t\n"'; DROP TABLE log.ingest; --",' OR 1=1,2026-01-01T00:00:00Z\n`
		});
		expect(report).toMatchObject({ read: 1, accepted: 1 });
		expect(records[0]).toMatchObject({
			id: "'; DROP TABLE log.ingest; --",
			customer_id: "'; --",
			intent: "'; DROP TABLE log.conversation; --"
		});
	});
});

describe('a mapping file with mistakes', () => {
	it.each([
		['version: 1\nsource: A B\n', 'source', 2],
		[TICKETS.replace('zone: Europe/Berlin', 'zone: Europe/Berln'), 'no time zone Europe/Berln', 5],
		[TICKETS.replace(', zone: Europe/Berlin', ''), 'not their zone', 5],
		[TICKETS.replace('  customer_id: Kunde\n', ''), 'record.customer_id is not mapped', 7],
		[TICKETS.replace('customer_id: Kunde', 'customer: Kunde'), 'customer', 8],
		[
			TICKETS.replace('customer_id: Kunde', 'customer_id: { column: Kunde, constant: x }'),
			'more than one place',
			8
		],
		[TICKETS.replace('customer_id: Kunde', 'customer_id: { prefix: x }'), 'no place', 8],
		[
			TICKETS.replace('customer_id: Kunde', 'customer_id: { column: Kunde, take: last }'),
			'nothing is grouped',
			8
		],
		[TICKETS.replace('customer_id: Kunde', 'customer_id: $.a[*]'), 'many values', 8],
		[TICKETS.replace('gelöst: resolved', 'gelöst: done'), 'status can\'t be "done"', 11],
		[TICKETS.replace('customer_id: Kunde', 'customer_id: *nobody'), 'No anchor &nobody stands before', 8],
		[TICKETS.replace('customer_id: Kunde', 'customer_id: &me { column: *me }'), 'contains itself', 8],
		[
			TICKETS.replace(
				'customer_id: Kunde',
				'customer_id: [&a [x,x,x,x,x,x,x,x,x,x], &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a], &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b], *c]'
			),
			'stand for too much',
			8
		],
		[`a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'nested too deeply', 1],
		['- '.repeat(20_000), 'nested too deeply', 1],
		[Array.from({ length: 20_000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'), 'nested too deeply', 1]
	])('%#: is refused with its line', (text, message, line) => {
		const { value, problems } = readMapping(text);
		expect(value).toBeNull();
		expect(problems.map((one) => `${one.line}: ${one.path} ${one.message}`).join('\n')).toContain(message);
		expect(problems.some((one) => one.line === line)).toBe(true);
		expect(problems.every(({ remedy }) => remedy.length > 5)).toBe(true);
	});
});

describe.skipIf(!existsSync(shared))('logs of other people', () => {
	it('MultiDoGO by mapping alone: the figures of its reference', async () => {
		const source = mapping(
			readFileSync(new URL('../../docs/mappings/multidogo.yaml', import.meta.url), 'utf8')
		);
		const { report, records } = await take(source, [join(shared, 'multidogo')]);
		expect(report.files.map(({ read, accepted }) => [read, accepted])).toEqual([
			[240, 240],
			[239, 239]
		]);
		expect(records.reduce((sum, { messages }) => sum + messages.length, 0)).toBe(2167 + 1990);
		expect(records.every(({ customer_id, started_at }) => customer_id === null && started_at === null)).toBe(
			true
		);
	});

	it('Freshdesk', async () => {
		const { report, records } = await take(sourceNamed('freshdesk'), [join(shared, 'freshdesk')]);
		expect(report).toMatchObject({ quarantined: 0 });
		expect(
			records.map(({ id, status, channel, messages }) => ({
				id,
				status,
				channel,
				roles: messages.map((m) => m.role)
			}))
		).toMatchInlineSnapshot(`
			[
			  {
			    "channel": "other",
			    "id": "1",
			    "roles": [
			      "customer",
			      "customer",
			      "agent",
			      "agent",
			    ],
			    "status": "open",
			  },
			  {
			    "channel": "portal",
			    "id": "1",
			    "roles": [
			      "customer",
			    ],
			    "status": "open",
			  },
			  {
			    "channel": "email",
			    "id": "2",
			    "roles": [
			      "customer",
			    ],
			    "status": "open",
			  },
			  {
			    "channel": "email",
			    "id": "2001",
			    "roles": [
			      "customer",
			      "agent",
			      "agent",
			      "customer",
			    ],
			    "status": "resolved",
			  },
			]
		`);
	});

	it('Rasa', async () => {
		const { report, records } = await take(sourceNamed('rasa'), [join(shared, 'rasa')]);
		expect(report).toMatchObject({ read: 1, accepted: 1 });
		expect(
			records.map(
				({ id, customer_id, thread_id, started_at, intent, intent_confidence, messages, tool_calls }) => ({
					id,
					customer_id,
					thread_id,
					started_at,
					intent,
					intent_confidence,
					messages: messages.map(({ at, role, text }) => [at, role, text]),
					tool_calls
				})
			)
		).toMatchInlineSnapshot(`
			[
			  {
			    "customer_id": "mysender",
			    "id": "mysender/20180205T090846",
			    "intent": "mood_great",
			    "intent_confidence": 0.6,
			    "messages": [
			      [
			        "2018-02-05 09:08:46.200036+00",
			        "customer",
			        "/greet",
			      ],
			      [
			        "2018-02-05 09:08:46.209836+00",
			        "customer",
			        "/mood_great",
			      ],
			    ],
			    "started_at": "2018-02-05 09:08:46.200036+00",
			    "thread_id": "mysender",
			    "tool_calls": [],
			  },
			]
		`);
	});

	it('Amazon Connect', async () => {
		const { report, records } = await take(sourceNamed('amazon-connect'), [join(shared, 'amazon-connect')]);
		expect(report.quarantine.map(({ file, field, reason }) => [basename(file), field, reason])).toEqual([
			['contact_event_0.json', 'messages', 'is missing']
		]);
		expect(
			records.map(({ id, started_at, ended_at, channel, language, messages }) => ({
				id,
				started_at,
				ended_at,
				channel,
				language,
				n: messages.length,
				first: messages[0],
				roles: [...new Set(messages.map((m) => m.role))]
			}))
		).toMatchInlineSnapshot(`
			[
			  {
			    "channel": "chat",
			    "ended_at": "2022-10-27 03:34:43.192+00",
			    "first": {
			      "ai_drafted": null,
			      "at": "2022-10-27 03:31:53.39+00",
			      "public": null,
			      "role": "system",
			      "sentiment": null,
			      "text": "Hello, thanks for contacting us. This is an example of what the Amazon Connect virtual contact center can enable you to do.",
			    },
			    "id": "b49644f6-672f-445c-b209-f76b36482830",
			    "language": "en-US",
			    "n": 31,
			    "roles": [
			      "system",
			      "agent",
			      "customer",
			    ],
			    "started_at": "2022-10-27 03:31:50.735+00",
			  },
			  {
			    "channel": "phone",
			    "ended_at": null,
			    "first": {
			      "ai_drafted": null,
			      "at": null,
			      "public": null,
			      "role": "agent",
			      "sentiment": 0,
			      "text": "Okay.",
			    },
			    "id": "contact_lens_voice_1",
			    "language": "en-US",
			    "n": 10,
			    "roles": [
			      "agent",
			      "customer",
			    ],
			    "started_at": null,
			  },
			]
		`);
	});
});
