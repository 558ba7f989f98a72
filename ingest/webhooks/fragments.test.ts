/**
 * Conversations of Chatwoot that come in pieces, over a real database: in any order, cut into any rounds, however often
 * each piece comes, the record is the one that a file of the same pieces gives, and says what the API says.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../../warehouse/warehouse.server';
import { forget, retain } from '../forget.server';
import { ingest } from '../ingest.server';
import { NOTHING_REDACTED } from '../redaction';
import type { Privacy } from '../privacy.server';
import { keep } from './inbox.server';
import { takeInbox } from './take-in.server';

const NOW = '2026-03-03T00:00:00Z';
const START = Date.UTC(2026, 2, 2, 9) / 1000;
const PLAIN: Privacy = { redaction: NOTHING_REDACTED, customerIds: 'plain', key: undefined };

/** What happens in a conversation, each at its second from the start. */
type Step =
	| { kind: 'says'; at: number; who: 'contact' | 'agent_bot' | 'user'; text: string; private: boolean }
	| { kind: 'status'; at: number; to: string }
	| { kind: 'deletes'; at: number; which: number }
	| { kind: 'labels'; at: number };

interface Story {
	id: number;
	contact: number;
	steps: Step[];
}

const step = fc.oneof(
	fc.record({
		kind: fc.constant('says' as const),
		who: fc.constantFrom('contact' as const, 'agent_bot' as const, 'user' as const),
		text: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
		private: fc.boolean()
	}),
	fc.record({ kind: fc.constant('status' as const), to: fc.constantFrom('open', 'resolved') }),
	fc.record({ kind: fc.constant('deletes' as const), which: fc.nat(3) }),
	fc.record({ kind: fc.constant('labels' as const) })
);

const story = (id: number): fc.Arbitrary<Story> =>
	fc
		.array(fc.tuple(step, fc.integer({ min: 1, max: 40 })), {
			maxLength: 8
		})
		.map((steps) => {
			let at = 0;
			return {
				id,
				contact: 70 + id,
				steps: [
					{ kind: 'says', at: 0, who: 'contact', text: 'Hello', private: false } as Step,
					...steps.map(([one, wait]) => ({ ...one, at: (at += wait) }) as Step)
				]
			};
		});

interface Said {
	id: number;
	at: number;
	who: string;
	text: string;
	private: boolean;
	deleted: boolean;
}

/** The events that Chatwoot would send, and what its API would give at the end. */
function told({ id, contact, steps }: Story): { events: object[]; api: object[] } {
	const said: Said[] = [];
	const events: object[] = [];
	let status = 'pending';
	const notes: object[] = [];
	let changedAt = 0;
	const pushed = (one: Said) => ({
		id: one.id,
		content: one.deleted ? 'This message was deleted' : one.text,
		account_id: 1,
		conversation_id: id,
		message_type: one.who === 'contact' ? 0 : 1,
		content_type: 'text',
		private: one.private,
		created_at: START + one.at,
		content_attributes: one.deleted ? { deleted: true } : {},
		sender: { id: one.who === 'contact' ? contact : 9, name: 'Somebody', type: one.who }
	});
	const conversation = (at: number) => {
		const last = said.filter((one) => !one.private).at(-1);
		return {
			id,
			inbox_id: 3,
			status,
			channel: 'Channel::WebWidget',
			can_reply: true,
			labels: [],
			created_at: START,
			updated_at: START + at,
			timestamp: START + at,
			contact_inbox: { id: 1, contact_id: contact, source_id: 'abc' },
			meta: { sender: { id: contact, email: 'a@b.example', phone_number: '+46701234567', type: 'contact' } },
			messages: last ? [pushed(last)] : []
		};
	};
	const message = (one: Said, event: string, at: number) => ({
		...pushed(one),
		event,
		message_type: one.who === 'contact' ? 'incoming' : 'outgoing',
		// Milliseconds, where the API has whole seconds.
		created_at: new Date((START + one.at) * 1000 + 250).toISOString(),
		account: { id: 1, name: 'Shop' },
		conversation: conversation(at)
	});
	for (const one of steps) {
		const before = events.length;
		if (one.kind === 'says') {
			const { at, who, text } = one;
			said.push({
				id: 1000 * id + said.length,
				at,
				who,
				text,
				private: one.private && who === 'user',
				deleted: false
			});
			events.push(message(said.at(-1)!, 'message_created', at));
		} else if (one.kind === 'deletes') {
			const gone = said[one.which];
			if (!gone || gone.deleted) continue;
			gone.deleted = true;
			events.push(message(gone, 'message_updated', one.at));
		} else if (one.kind === 'labels') {
			events.push({
				...conversation(one.at),
				event: 'conversation_updated',
				changed_attributes: [{ label_list: { previous_value: [], current_value: ['vip'] } }]
			});
		} else {
			const from = status;
			status = one.to;
			events.push({
				...conversation(one.at),
				event: 'conversation_status_changed',
				changed_attributes: [{ status: { previous_value: from, current_value: status } }]
			});
			if (status === 'resolved')
				notes.push({
					id: 900_000 + notes.length + 1000 * id,
					conversation_id: id,
					content: 'Conversation was marked resolved by Ana',
					message_type: 2,
					content_type: 'text',
					private: false,
					created_at: START + one.at
				});
		}
		if (events.length > before) changedAt = one.at;
	}
	const { contact_inbox: _, ...kept } = conversation(changedAt);
	return { events, api: [{ ...kept, account_id: 1 }, ...said.map(pushed), ...notes] };
}

let folder: string;
let open: Warehouse[];
let made = 0;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-fragments-'));
	open = [];
});
afterAll(async () => {
	for (const one of open) await one.close();
	rmSync(folder, { recursive: true, force: true });
});
async function database(): Promise<Warehouse> {
	const one = await openWarehouse(join(folder, `${made++}.duckdb`));
	open.push(one);
	return one;
}

const deliver = async (db: Warehouse, bodies: readonly unknown[], webhook = 'shop') => {
	for (const one of bodies) {
		const body = typeof one === 'string' ? one : JSON.stringify(one);
		const key = createHash('sha256').update(body).digest('hex');
		await keep(db, { webhook, source: 'chatwoot', key, receivedAt: new Date().toISOString(), body });
	}
};
const round = (db: Warehouse, privacy = PLAIN) => takeInbox(db, { now: NOW, privacy });
const fromFile = async (db: Warehouse, pieces: readonly object[]) => {
	const file = join(folder, `${made++}.ndjson`);
	writeFileSync(file, pieces.map((one) => JSON.stringify(one)).join('\n'));
	return ingest(db, { inputs: [file], source: 'chatwoot', now: NOW, privacy: PLAIN });
};
const records = (db: Warehouse) =>
	db.all('SELECT id, version_at, content_hash FROM log.conversation WHERE superseded_by IS NULL ORDER BY id');

interface Read {
	id: string;
	customerId: string;
	messages: { at: string; role: string; text: string | null; public: boolean }[];
}
const contents = async (db: Warehouse) => {
	const segments = await db.all<{ segment: string }>('SELECT DISTINCT segment FROM log.conversation');
	const rows = await Promise.all(
		segments.map(({ segment }) =>
			db.all<Read>(
				`SELECT id, customer_id, status, channel, started_at, resolved_at, version_at,
					list_transform(messages, lambda m: {'at': m."at", 'role': m.role, 'text': m.text, 'public': m.public}) AS messages
				FROM read_parquet($file, file_row_number = true) s
				WHERE (s.file_row_number) IN (SELECT segment_row FROM log.conversation WHERE segment = $segment AND superseded_by IS NULL)`,
				{ file: join(db.transcripts, segment), segment }
			)
		)
	);
	return rows.flat().sort((a, b) => a.id.localeCompare(b.id));
};

describe('a conversation that comes in pieces', () => {
	it('is the same in any order, any rounds and any repetition, and what a file and the API give', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.tuple(story(1), story(2)),
				fc.infiniteStream(fc.nat()),
				fc.integer({ min: 1, max: 4 }),
				async (stories, draw, rounds) => {
					const pieces = stories.map(told);
					const events = pieces.flatMap((one) => one.events);
					const pick = (below: number) => draw.next().value! % below;
					// Every event once, some again, shuffled, and dealt out to the rounds.
					const sent = [...events, ...events.filter(() => pick(3) === 0)];
					for (let at = sent.length - 1; at > 0; at--) {
						const other = pick(at + 1);
						[sent[at], sent[other]] = [sent[other]!, sent[at]!];
					}
					const live = await database();
					for (let turn = 0; turn < rounds; turn++) {
						await deliver(
							live,
							sent.filter((_, at) => at % rounds === turn)
						);
						await round(live);
					}
					const file = await database();
					await fromFile(file, events);
					expect(await records(live)).toEqual(await records(file));
					expect(await contents(live)).toEqual(await contents(file));
					const api = await database();
					await fromFile(
						api,
						pieces.flatMap((one) => one.api)
					);
					const timeless = (rows: Read[]) => rows.map((row) => ({ ...row, escalation: null }));
					expect(timeless(await contents(live))).toEqual(timeless(await contents(api)));
				}
			),
			{ numRuns: Number(process.env['FRAGMENT_RUNS'] ?? 3), endOnFailure: true }
		);
	}, 300_000);

	const steps: Step[] = [
		{ kind: 'says', at: 0, who: 'contact', text: 'Mail me at ana@shop.example', private: false },
		{ kind: 'says', at: 5, who: 'agent_bot', text: 'I will.', private: false },
		{ kind: 'status', at: 60, to: 'open' },
		{ kind: 'says', at: 700, who: 'user', text: 'Done.', private: false },
		{ kind: 'status', at: 800, to: 'resolved' }
	];
	const { events, api } = told({ id: 7, contact: 77, steps });
	const fragments = (db: Warehouse) =>
		db.all<{ customerId: string; file: string }>('SELECT customer_id, file FROM log.fragment');
	const aside = (db: Warehouse) =>
		db.all<{ field: string; reason: string; recordId: string; raw: string }>(
			'SELECT field, reason, record_id, raw FROM log.quarantine'
		);

	it('that began before the webhook did is put aside by its number, and an export mends it', async () => {
		const db = await database();
		await deliver(db, events.slice(3));
		expect(await round(db)).toMatchObject({ accepted: 0, quarantined: 1 });
		expect(await aside(db)).toMatchObject([
			{ field: 'messages', reason: expect.stringMatching(/first ones are missing/), recordId: '7' }
		]);
		await fromFile(db, api);
		expect((await contents(db))[0]!.messages).toHaveLength(3);
		// What comes live now has fewer messages than are stored, and does not take them away.
		await deliver(
			db,
			told({ id: 7, contact: 77, steps: [...steps, { kind: 'labels', at: 900 }] }).events.slice(-1)
		);
		expect(await round(db)).toMatchObject({ accepted: 0, quarantined: 1 });
		expect((await contents(db))[0]!.messages).toHaveLength(3);
		expect((await aside(db)).at(-1)).toMatchObject({
			reason: expect.stringMatching(/did not come live; take in an export/),
			recordId: '7'
		});
	});

	it('goes on from an export, where everything came live as well', async () => {
		const db = await database();
		await deliver(db, events.slice(0, 4));
		await round(db);
		await fromFile(db, api);
		await deliver(db, events);
		await round(db);
		const [row] = await db.all<{ status: string; handedOff: boolean }>(
			'SELECT status, handed_off FROM log.conversation WHERE superseded_by IS NULL'
		);
		expect(row).toEqual({ status: 'resolved', handedOff: true });
		expect(await round(db)).toMatchObject({ taken: 0 });
	});

	it('is kept without what is redacted, without names and addresses, and under hashed ids', async () => {
		const db = await database();
		const privacy: Privacy = {
			redaction: { kinds: ['email'], patterns: [{ name: 'order', pattern: 'W\\d{3}' }] },
			customerIds: 'hashed',
			key: 'a key of at least 16 characters'
		};
		const more: Step = { kind: 'says', at: 801, who: 'contact', text: 'It is W123', private: false };
		await deliver(db, told({ id: 7, contact: 77, steps: [...steps, more] }).events);
		await round(db, privacy);
		const [row] = await contents(db);
		expect(row!.messages.map(({ text }) => text)).toEqual([
			'Mail me at [email]',
			'I will.',
			'Done.',
			'It is [order]'
		]);
		const stored = await fragments(db);
		expect(new Set(stored.map(({ customerId }) => customerId))).toEqual(new Set([row!.customerId]));
		expect(row!.customerId).toMatch(/^[0-9a-f]{64}$/);
		const text = readFileSync(join(db.transcripts, stored[0]!.file), 'utf8');
		expect(text).toContain('[email]');
		expect(text).not.toMatch(/example|Somebody|46701234567|W123|"id":77\b/);
		// A file of the same comes under the same id.
		const file = join(folder, 'hashed.ndjson');
		writeFileSync(file, events.map((one) => JSON.stringify(one)).join('\n'));
		const other = await database();
		await ingest(other, { inputs: [file], source: 'chatwoot', now: NOW, privacy });
		expect((await contents(other))[0]!.customerId).toBe(row!.customerId);
	});

	it('of another account is not mixed in, and what is no event says so', async () => {
		const db = await database();
		await deliver(db, events);
		await round(db);
		const before = await records(db);
		const foreign = JSON.parse(
			JSON.stringify(events)
				.replaceAll('"account_id":1', '"account_id":2')
				.replaceAll('"account":{"id":1', '"account":{"id":2')
		) as object[];
		await deliver(db, [
			...foreign,
			{ event: 'contact_updated', id: 5, name: 'Ana' },
			'prose',
			{ event: 'message_created', id: 4 }
		]);
		expect(await round(db)).toMatchObject({ taken: events.length + 3, quarantined: 3 });
		expect(await records(db)).toEqual(before);
		expect((await aside(db)).map(({ field }) => field).sort()).toEqual([
			'account',
			'conversation_id',
			'record'
		]);
		await deliver(db, [{ event: 'contact_updated', id: 6, name: 'Bo' }]);
		expect(await round(db)).toMatchObject({ taken: 1, quarantined: 0 });
	});

	/** Everything that stands beside the database. */
	const kept = (db: Warehouse) =>
		readdirSync(db.transcripts)
			.map((name) => readFileSync(join(db.transcripts, name), 'latin1'))
			.join('');
	const two = [
		told({ id: 7, contact: 77, steps }),
		told({
			id: 8,
			contact: 88,
			steps: [{ kind: 'says', at: 0, who: 'contact', text: 'Where is my lamp', private: false }]
		})
	].map((one) => one.events);

	it('goes with the person who is forgotten, for good, and does not come back', async () => {
		const db = await database();
		// Of one of them only pieces are there, without the first.
		await deliver(db, [...two.flat(), ...told({ id: 9, contact: 77, steps: [...steps] }).events.slice(3)]);
		await round(db);
		const others = (await records(db)).filter((one) => (one as { id: string }).id === '8');
		expect(kept(db)).toContain('I will.');
		await forget(db, { customer: '77', by: 'Mia', now: NOW, key: undefined });
		expect(kept(db)).not.toContain('I will.');
		expect(kept(db)).toContain('Where is my lamp');
		expect(JSON.stringify(await aside(db))).not.toContain('Done.');
		expect(await fragments(db)).toMatchObject([{ customerId: '88' }]);
		await deliver(db, two.flat());
		// Not under keys that came before.
		await deliver(db, two.flat(), 'other');
		await round(db);
		expect(kept(db)).not.toContain('I will.');
		expect(await fragments(db)).toMatchObject([{ customerId: '88' }]);
		expect((await records(db)).filter((one) => (one as { id: string }).id === '8')).toEqual(others);
		// The other conversation goes on.
		const more = told({
			id: 8,
			contact: 88,
			steps: [
				{ kind: 'says', at: 0, who: 'contact', text: 'Where is my lamp', private: false },
				{ kind: 'says', at: 9, who: 'agent_bot', text: 'In the post', private: false }
			]
		});
		await deliver(db, more.events);
		await round(db);
		const [row] = (await contents(db)).filter(({ id }) => id === '8');
		expect(row!.messages.map(({ text }) => text)).toEqual(['Where is my lamp', 'In the post']);
	});

	it('goes with its text after the time that texts are kept', async () => {
		const db = await database();
		await deliver(db, two.flat());
		await round(db);
		const later = '2026-06-01T00:00:00Z';
		expect(await retain(db, { days: 30, now: later, dryRun: true })).toMatchObject({ conversations: 2 });
		expect(kept(db)).toContain('I will.');
		expect(await retain(db, { days: 30, now: later })).toMatchObject({ conversations: 2 });
		expect(kept(db)).not.toMatch(/I will\.|Where is my lamp/);
		expect(await fragments(db)).toEqual([]);
		// What comes now has no beginning any more, and does not take the place of what was counted.
		const before = await records(db);
		await deliver(
			db,
			told({ id: 7, contact: 77, steps: [...steps, { kind: 'labels', at: 900 }] }).events.slice(-1)
		);
		expect(await round(db)).toMatchObject({ quarantined: 1 });
		expect(await records(db)).toEqual(before);
	});

	it('outlives a crash between its file and its row', async () => {
		const db = await database();
		await deliver(db, two[0]!.slice(0, 2));
		await round(db);
		const [first] = await fragments(db);
		appendFileSync(join(db.transcripts, first!.file), '{"half of a piece');
		writeFileSync(join(db.transcripts, 'nobody.pieces'), 'nobody names this');
		await db.close();
		open = open.filter((one) => one !== db);
		const again = await openWarehouse(db.file);
		open.push(again);
		expect(readdirSync(again.transcripts)).not.toContain('nobody.pieces');
		await deliver(again, two[0]!);
		await round(again);
		expect(kept(again)).not.toContain('half of a piece');
		const whole = await database();
		await fromFile(whole, two[0]!);
		expect(await records(again)).toEqual(await records(whole));
	});
});
