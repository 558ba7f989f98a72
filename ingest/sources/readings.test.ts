/** What the fixtures and the real payloads are read as, worked out by hand from their text. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { openWarehouse } from '../../warehouse/warehouse.server';
import { ingest, type IngestReport } from '../ingest.server';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/sources');
const SHARED = resolve(import.meta.dirname, '../../../shared/data');
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-readings-'));
let counter = 0;

interface Read {
	id: string;
	messages: { at: string | null; role: string; text: string | null; public: boolean | null }[];
	[name: string]: unknown;
}

/** A delivery by itself: its report, and what it was read as by id, nulls left out. */
async function read(
	source: string,
	input: string
): Promise<{ report: IngestReport; by: Record<string, Read> }> {
	const warehouse = await openWarehouse(join(folder, `log-${counter++}.duckdb`));
	const report = await ingest(warehouse, { inputs: [input], source, now: '2026-06-01T00:00:00Z' });
	const by: Record<string, Read> = {};
	for (const { segment } of await warehouse.all<{ segment: string }>(
		'SELECT DISTINCT segment FROM log.ingest WHERE segment IS NOT NULL'
	)) {
		const rows = await warehouse.all<{ json: string }>(
			'SELECT to_json(s)::VARCHAR AS json FROM read_parquet($path) s WHERE problem IS NULL',
			{ path: join(warehouse.transcripts, segment) }
		);
		for (const { json } of rows) {
			const one = JSON.parse(json, (_, value: unknown) => (value === null ? undefined : value)) as Read;
			by[one.id] = one;
		}
	}
	warehouse.close();
	return { report, by };
}
const said = ({ messages }: Read) => messages.map(({ role, text }) => `${role}: ${text ?? ''}`);

it('reads OpenAI-style messages: calls meet their results by id and order, times keep their zone', async () => {
	const { by } = await read('openai-messages', join(FIXTURES, 'openai-messages'));
	const chat = by['chat-1']!;
	expect(said(chat)).toEqual(['customer: Where is my refund?', 'bot: It was paid today.']);
	expect(chat.messages[1]?.at).toBe('2026-01-01 10:00:09+00');
	expect(chat).toMatchObject({
		customer_id: 'u-7',
		started_at: '2026-01-01 10:00:00+00',
		tool_calls: [
			{ name: 'find_order', arguments: '{"order":"A1"}', outcome: 'error' },
			{ name: 'find_order', arguments: '{"order":"A2"}', outcome: 'ok' },
			{ name: 'send_mail', arguments: '{"unparsed":"{not json"}' }
		]
	});
	expect(Object.keys(by)).toHaveLength(4);
	expect(by['chat-2']).toMatchObject({ customer_id: 'c-2', channel: 'chat' });
	expect(said(by['chat-2']!)).toEqual(['customer: hi', "bot: I can't help with that."]);
});

it('reads Intercom: when a rating was asked for is not when it was given', async () => {
	const { by } = await read('intercom', join(FIXTURES, 'intercom'));
	expect(by['9001']).toMatchObject({
		resolved_at: '2026-01-01 11:00:00+00',
		status: 'closed',
		escalation: {
			reason: 'bot_handoff',
			handed_off_at: '2026-01-01 10:01:45+00',
			engaged_at: '2026-01-01 10:11:40+00'
		},
		rating: {
			score: 2,
			scale: 5,
			asked_at: '2026-01-01 11:01:00+00',
			answered_at: '2026-01-01 12:00:00+00'
		}
	});
	expect(said(by['9001']!)).toEqual([
		'customer: My parcel is lost',
		'bot: Let me look.\nOne moment.',
		'customer: Give me a person',
		'agent: checking with the carrier',
		'agent: We send a new one & refund <5 €',
		'customer: ',
		'agent: Bye'
	]);
	expect(by['9001']!.messages[3]?.public).toBe(false);
	expect(by['9002']).toMatchObject({ initiated_by: 'business', status: 'pending' });
	expect(by['9002']!['rating']).toEqual({ scale: 5, asked_at: '2026-01-01 10:00:50+00' });
	expect(by['9002']!.messages[1]?.role).toBe('system');
	expect(by['9003']).toMatchObject({ test_traffic: true, outcome: { solved: true, by: 'vendor' } });
});

it('reads Chatwoot: pieces of four files are one conversation', async () => {
	const { by, report } = await read('chatwoot', join(FIXTURES, 'chatwoot'));
	expect(by['41']).toMatchObject({
		customer_id: '77',
		channel: 'WebWidget',
		resolved_at: '2026-01-01 11:46:40+00',
		rating: {
			score: 5,
			scale: 5,
			asked_at: '2026-01-01 11:46:45+00',
			answered_at: '2026-01-01 11:48:20+00'
		}
	});
	expect(said(by['41']!)).toEqual([
		'customer: Do you ship to Norway?',
		'bot: Yes, within 5 days.',
		'agent: Customs are on us',
		'agent: And we pay the customs.'
	]);
	expect(by['43']).toMatchObject({
		resolved_at: '2026-01-01 10:11:40+00',
		escalation: { handed_off_at: '2026-01-01 10:01:00+00', engaged_at: '2026-01-01 10:10:00+00' }
	});
	expect(report.quarantine.map(({ field }) => field)).toEqual(['messages', 'conversation_id']);
});

it('reads OpenTelemetry spans: a conversation over traces, each thing said once', async () => {
	const { by, report } = await read('otel-genai', join(FIXTURES, 'otel-genai'));
	expect(said(by['conv-1']!)).toEqual([
		'customer: Cancel my order A1',
		'bot: I could not cancel it.',
		'customer: Then a person please',
		'bot: Of course.'
	]);
	expect(by['conv-1']).toMatchObject({
		customer_id: 'eu-5',
		tool_calls: [{ name: 'cancel_order', outcome: 'error', error: 'upstream timed out' }],
		outcome: { solved: false, by: 'judge', at: '2026-01-01 10:01:00+00' }
	});
	expect(said(by[`trace ${'c'.repeat(32)}`]!)).toEqual(['customer: An orphan asks', 'bot: And is answered']);
	expect(report).toMatchObject({ read: 3, accepted: 2, quarantined: 1 });
});

it('reads Zendesk: the last time it was solved, a scale of two, follow-ups and merges', async () => {
	const { by, report } = await read('zendesk', join(FIXTURES, 'zendesk'));
	expect(by['501']).toMatchObject({
		thread_id: '501',
		resolved_at: '2026-01-02 10:00:00+00',
		rating: {
			score: 1,
			scale: 2,
			asked_at: '2026-01-03 10:00:00+00',
			answered_at: '2026-01-03 12:00:00+00'
		}
	});
	expect(by['501']!.messages.map((message) => message.public)).toEqual([true, false, true, true]);
	expect(by['502']).toMatchObject({ thread_id: '501', rating: { score: 2, scale: 2 } });
	expect(by['502']!['resolved_at']).toBeUndefined();
	expect(said(by['502']!)).toEqual(['customer: It broke again', 'bot: Have you tried turning it off?']);
	expect(by['503']).toMatchObject({ merged_into: '502' });
	expect(by['503']!['rating']).toBeUndefined();
	expect(by['504']).toMatchObject({ initiated_by: 'business', status: 'pending' });
	expect(report).toMatchObject({ read: 5, accepted: 4, quarantined: 1 });
});

it('reads Langfuse: a session over its traces, each one a turn', async () => {
	const { by, report } = await read('langfuse', join(FIXTURES, 'langfuse'));
	expect(said(by['conv-1']!)).toEqual([
		'customer: Where is A1?',
		'bot: It is "lost".',
		'customer: Then refund me',
		'bot: Done.'
	]);
	expect(by['conv-1']).toMatchObject({
		customer_id: 'u-1',
		tool_calls: [{ name: 'find_order', outcome: 'error', error: 'no such order' }]
	});
	expect(said(by['t-3']!)).toEqual(['customer: A lonely trace']);
	expect(report).toMatchObject({ read: 3, accepted: 2, quarantined: 1 });
});

it.skipIf(!existsSync(SHARED))(
	'reads traces of six instrumentations as far as they hold a dialogue',
	async () => {
		const { by, report } = await read('langfuse', join(SHARED, 'llm-traces'));
		// The OpenAI agents keep no input in the trace, the joke generator none of a user.
		expect(report).toMatchObject({ read: 6, accepted: 4, quarantined: 2 });
		// REFERENCE.md: observations of type TOOL.
		const tools = Object.values(by).map((one) => (one['tool_calls'] as unknown[] | undefined)?.length ?? 0);
		expect(tools.sort()).toEqual([0, 1, 1, 2]);
	}
);

it.skipIf(!existsSync(SHARED))('reads the examples of the Intercom API', async () => {
	const { by, report } = await read('intercom', join(SHARED, 'intercom/api_2.15'));
	// 12 conversations with their parts; 2 as a list gives them; 6 files that are no conversations.
	expect(report).toMatchObject({ read: 20, accepted: 12, quarantined: 8 });
	expect(Object.values(by).every((one) => one['initiated_by'] === 'business')).toBe(true);
	expect(by['531']!.messages.at(-1)).toMatchObject({ role: 'agent', text: 'Goodbye :)', public: true });
	expect(by['608']!.messages.at(-1)?.text).toBeUndefined();
});

it.skipIf(!existsSync(SHARED))('reads the tables of dbt_zendesk, orphans and all', async () => {
	const tables = join(folder, 'tables');
	mkdirSync(tables);
	for (const name of ['ticket', 'ticket_field_history', 'user', 'ticket_comment']) {
		copyFileSync(join(SHARED, `zendesk-dbt/${name}_data.csv`), join(tables, `${name}.csv`));
	}
	const bare = await read('zendesk-tables', tables);
	// No comment there is of a ticket there: 10 tickets (2 deleted), and orphans of 23 others, nothing to be stored.
	expect(bare.report).toMatchObject({ accepted: 0, read: 33, quarantined: 33 });
	writeFileSync(
		join(tables, 'more_comment.csv'),
		'id,body,created,public,ticket_id,user_id\n1,help,2020-08-28 18:06:36,TRUE,11071,2222\n2,on it,2020-08-28 19:06:36,TRUE,11071,1111\n'
	);
	const { by } = await read('zendesk-tables', tables);
	const ticket = by['11071']!;
	expect(said(ticket)).toEqual(['customer: help', 'agent: on it']);
	// REFERENCE.md: first resolution 111894.85 minutes after the ticket was made.
	const minutes =
		(Date.parse(String(ticket['resolved_at']).replace('+00', 'Z')) - Date.parse('2020-08-28T18:06:36Z')) /
		60_000;
	expect(minutes).toBeCloseTo(111894.85, 2);
});
