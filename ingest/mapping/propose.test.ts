/** What is proposed for files: right where names and values speak, and a doubt wherever they do not. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../../warehouse/warehouse.server';
import { sourceOf } from './compile';
import { inspect } from './inspect.server';
import { readMapping, type Mapping } from './mapping';
import { preview } from './preview.server';
import { propose, timeOf } from './propose';

let warehouse: Warehouse;
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-propose-'));
beforeAll(async () => {
	warehouse = await openWarehouse(join(folder, 'log.duckdb'));
});
afterAll(() => warehouse.close());

async function proposed(name: string, text: string) {
	const file = join(folder, name);
	writeFileSync(file, text);
	const proposal = propose(await inspect(warehouse, file));
	const { value, problems } = readMapping(proposal.text);
	const doubts = proposal.unsure.map(({ field }) => field);
	if (!value) return { proposal, doubts, problems, mapping: null, seen: null };
	const seen = await preview(warehouse, {
		source: sourceOf(value),
		files: [file],
		now: '2026-06-01T00:00:00Z'
	});
	return {
		proposal,
		doubts,
		problems,
		mapping: value as Mapping & { record: Record<string, unknown> },
		seen
	};
}

describe('a proposal', () => {
	it('an event log of messages', async () => {
		const { mapping, seen, doubts, proposal } = await proposed(
			'chat log.csv',
			`Ticket ID;Customer;Created;Channel;Author;Message;Rating;Extra
7;anna;24.11.2025 10:00;chat;user;Where is my parcel?;4;1
7;anna;24.11.2025 10:01;chat;bot;On its way.;4;2
8;bob;25.11.2025 11:00;email;user;Refund please;;3
8;bob;25.11.2025 11:30;email;Support Team;Done;;4
8;bob;25.11.2025 11:31;email;zebra;?;;4
`
		);
		expect(mapping).toMatchObject({
			source: 'chat-log',
			read: { format: 'csv', delimiter: ';' },
			time: { formats: ['%d.%m.%Y %H:%M'], zone: 'UTC' },
			group: { by: 'Ticket ID', order: 'Created', order_as: 'time' },
			may_lack: [],
			record: {
				id: { group: 'key' },
				customer_id: 'Customer',
				started_at: { column: 'Created', take: 'min' },
				channel: 'Channel',
				messages: {
					from: 'rows',
					role: { column: 'Author', values: { user: 'customer', 'Support Team': 'agent', zebra: 'system' } },
					at: 'Created',
					text: 'Message'
				}
			}
		});
		expect(seen).toMatchObject({ read: 2, good: 2, quarantined: 0 });
		expect(doubts).toEqual(expect.arrayContaining(['time', 'group', 'messages', 'rating', 'resolved_at']));
		expect(proposal.unused).toEqual(['Extra']);
		expect(proposal.text).toContain('# UNSURE: Nothing says who "zebra" is');
	});

	it('one row a ticket, with times that say their zone: fewer doubts', async () => {
		const { mapping, seen, doubts } = await proposed(
			'tickets.csv',
			`id,requester_id,created_at,resolved_at,category,subject
1,a,2026-01-01T10:00:00Z,2026-01-02T10:00:00Z,orders,Hello
2,b,2026-01-01T11:00:00+01:00,,orders,"Well, hello"
3,a,2026-01-03T10:00:00Z,,refunds,Again
`
		);
		expect(mapping).toMatchObject({
			record: {
				id: 'id',
				customer_id: 'requester_id',
				started_at: 'created_at',
				resolved_at: 'resolved_at',
				intent: 'category'
			}
		});
		expect(mapping!.time).toBeUndefined();
		expect(doubts.toSorted()).toEqual(['intent', 'messages']);
		expect(seen).toMatchObject({ read: 3, good: 3 });
	});

	it('documents with a list of messages', async () => {
		const { mapping, seen } = await proposed(
			'export.json',
			JSON.stringify({
				conversations: [
					{
						id: 'c1',
						user: { id: 'u1' },
						created_at: 1767225600,
						turns: [
							{ role: 'user', content: 'hi', ts: 1767225600 },
							{ role: 'assistant', content: 'yo', ts: 1767225601 }
						]
					},
					{
						id: 'c2',
						user: { id: 'u2' },
						created_at: 1767225700,
						turns: [{ role: 'user', content: 'hi', ts: 1767225700 }]
					}
				]
			})
		);
		expect(mapping).toMatchObject({
			read: { format: 'json', records: '$.conversations[*]' },
			time: { unit: 'seconds' },
			record: {
				id: 'id',
				started_at: 'created_at',
				messages: { from: { path: '$.turns' }, text: 'content', at: 'ts' }
			}
		});
		expect(seen).toMatchObject({ read: 2, good: 2, quarantined: 0 });
		expect(seen!.records[0]).toMatchObject({ messages: [{ role: 'customer' }, { role: 'bot' }] });
	});

	it('names that mean nothing are not filled in', async () => {
		const { mapping, problems, doubts } = await proposed('x.tsv', 'foo\tbar\n1\t2\n3\t4\n');
		expect(mapping).toBeNull();
		expect(problems.map(({ message }) => message)).toEqual(['record.id is not mapped']);
		expect(doubts).toEqual(expect.arrayContaining(['id', 'customer_id', 'started_at', 'messages']));
	});

	it('hostile names and values stay data', async () => {
		const { mapping, seen } = await proposed(
			"drop'table.csv",
			`id,customer,created_at,"x""); DROP TABLE mapping.version; --",message\n"1'; --",<script>,2026-01-01T10:00:00Z,=1+1,a\n2,b,2026-01-01T10:00:00Z,,"\u202Eb"\n`
		);
		expect(mapping).toMatchObject({ source: 'drop-table' });
		expect(seen).toMatchObject({ read: 2, good: 2 });
		expect(await warehouse.all('SELECT count(*) AS n FROM mapping.version')).toEqual([{ n: 0 }]);
	});

	it.each([
		['', /empty/],
		['\n\n', /No rows|empty/],
		['[]', /No rows/],
		['{"a":', /No rows/]
	])('%j is refused in words', async (text, message) => {
		const file = join(folder, 'nothing.csv');
		writeFileSync(file, text);
		await expect(inspect(warehouse, file)).rejects.toThrow(message);
	});
});

describe('how times are written', () => {
	it.each([
		[['2026-01-31T09:00:00Z', '2026-01-31T09:00:00+01:00'], {}, false],
		[['1767225600', '1767225600.5'], { unit: 'seconds' }, false],
		[['1767225600000'], { unit: 'milliseconds' }, false],
		[['2026-01-31 09:00'], { zone: 'UTC' }, true],
		[['31/01/2026 09:00', '01/02/2026 9:00'], { formats: ['%d/%m/%Y %H:%M'], zone: 'UTC' }, true],
		[['01/31/2026 09:00'], { formats: ['%m/%d/%Y %H:%M'], zone: 'UTC' }, true],
		[['1/31/2026 9:05 PM'], { formats: ['%m/%d/%Y %I:%M %p'], zone: 'UTC' }, true]
	])('%j', (spread, time, unsure) => {
		const guess = timeOf({ spread });
		expect(guess?.time).toEqual(time);
		expect(guess?.unsure !== null).toBe(unsure);
	});
	it('says when day and month can be read either way', () => {
		expect(timeOf({ spread: ['01/02/2026 09:00'] })?.unsure).toContain('either way');
		expect(timeOf({ spread: ['31/02/2026 09:00'] })?.unsure).not.toContain('either way');
	});
	it.each([[['hello']], [['12']], [[]], [['2026-01-31', 'n/a']]])('%j are no times', (spread) => {
		expect(timeOf({ spread })).toBeNull();
	});
});
