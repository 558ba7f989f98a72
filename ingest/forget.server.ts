/**
 * Forgetting a person, and texts that have been kept long enough. Touches disk and the warehouse. What was counted
 * stays, under an id that leads nowhere, so that no published number moves. The same records taken in again are
 * refused: the person is known by a salted hash only. Refuses a customer that nobody knows.
 */
import { randomUUID } from 'node:crypto';
import type { Warehouse } from '../warehouse/warehouse.server';
import { forgottenHash, settleIdentity, storedId } from './privacy.server';
import { scrub } from './scrub.server';

export interface Receipt {
	receipt: string;
	askedBy: string;
	forgottenAt: string;
	/** Versions of conversations whose text went. */
	conversations: number;
	/** Refused lines whose text went. */
	quarantined: number;
	/** Notes and comments of reviewers that went. */
	comments: number;
}

export interface ForgetRequest {
	/** As the logs have it, also where ids are kept hashed. */
	customer: string;
	by: string;
	now: string;
	/** Of hashed ids. */
	key: string | undefined;
}

const REMOVED = '(removed on request)';

/** Words that people wrote about a conversation, and which rows of them are of the items in place of {}. */
const WRITTEN: readonly [table: string, column: string, rows: string][] = [
	['review.comment', 'text', '{}'],
	['review.review', 'note', '{}'],
	['review.flag', 'reason', '{}'],
	['review.replacement', 'note', '{}'],
	['review.dispute', 'reason', '{}'],
	['review.flag_event', 'text', 'flag IN (SELECT flag FROM review.flagged WHERE {})'],
	['review.dispute_decision', 'reason', 'dispute IN (SELECT dispute FROM review.dispute WHERE {})']
];

export async function forget(warehouse: Warehouse, request: ForgetRequest): Promise<Receipt> {
	const { customer, by, now, key } = request;
	if (by.trim() === '') throw new RangeError('Say who asks for it.');
	const identity = await settleIdentity(warehouse, { customerIds: undefined, key });
	const stored = storedId(customer, identity.key);
	const hash = forgottenHash(identity.salt, stored);
	const receipt = randomUUID();
	const anonymous = `forgotten-${receipt}`;
	const made: Receipt = {
		receipt,
		askedBy: by.trim(),
		forgottenAt: now,
		conversations: 0,
		quarantined: 0,
		comments: 0
	};
	await scrub(warehouse, {
		anonymous,
		now,
		choose: (session) =>
			session.run(
				'INSERT INTO gone SELECT segment, segment_row FROM log.conversation WHERE customer_id = $stored',
				{
					stored
				}
			),
		async within(session) {
			const own = { stored };
			const count = async (sql: string, parameters: Record<string, string> = {}) =>
				Number((await session.all<{ n: number }>(sql, parameters))[0]?.n ?? 0);
			made.conversations = await count(
				'SELECT count(*) AS n FROM log.conversation WHERE customer_id = $stored',
				own
			);
			await session.run(
				'CREATE OR REPLACE TEMP TABLE theirs AS SELECT DISTINCT source, id FROM log.conversation WHERE customer_id = $stored',
				own
			);
			const said = `raw IS NOT NULL AND (contains(raw, $customer) OR contains(raw, $stored) OR record_id IN (SELECT id FROM theirs))`;
			const named = { customer, stored };
			made.quarantined = await count(`SELECT count(*) AS n FROM log.quarantine WHERE ${said}`, named);
			await session.run(
				`INSERT INTO gone_fragment SELECT file, start FROM log.fragment
				WHERE customer_id = $stored OR (source, conversation_id) IN (SELECT (source, id) FROM theirs)`,
				own
			);
			const pieces = await count('SELECT count(*) AS n FROM gone_fragment');
			if (made.conversations + made.quarantined + pieces === 0)
				throw new RangeError(
					`No record is of the customer "${customer}". Write the id as the logs have it; it may be that they were forgotten already.`
				);
			await session.run(`UPDATE log.quarantine SET raw = NULL WHERE ${said}`, named);
			const items = 'item IN (SELECT item FROM review.item JOIN theirs USING (source, id))';
			for (const [table, column, of] of WRITTEN) {
				const where = `${column} IS NOT NULL AND ${of.replace('{}', items)}`;
				made.comments += await count(`SELECT count(*) AS n FROM ${table} WHERE ${where}`);
				await session.run(`UPDATE ${table} SET ${column} = $removed WHERE ${where}`, { removed: REMOVED });
			}
			await session.run('UPDATE log.conversation SET customer_id = $anonymous WHERE customer_id = $stored', {
				stored,
				anonymous
			});
			await session.run(
				`UPDATE fact.episode SET customer_id = $anonymous, issue_id = $anonymous || substr(issue_id, length($stored) + 1)
				WHERE customer_id = $stored`,
				{ stored, anonymous }
			);
			await session.run('DROP TABLE theirs');
			await session.run(
				'INSERT INTO log.forgotten VALUES ($receipt, $hash, $by, $now::TIMESTAMPTZ, $conversations, $quarantined, $comments)',
				{
					receipt,
					hash,
					by: made.askedBy,
					now,
					conversations: made.conversations,
					quarantined: made.quarantined,
					comments: made.comments
				}
			);
		}
	});
	await settle(warehouse);
	return (await receipts(warehouse)).find((one) => one.receipt === receipt) ?? made;
}

/** Out of the write-ahead log as well; where a transaction is under way, with the next checkpoint. */
const settle = (warehouse: Warehouse) => warehouse.run('CHECKPOINT').catch(() => undefined);

/** Everybody who was forgotten, the latest first; nobody's id is known any more. */
export const receipts = (warehouse: Warehouse) =>
	warehouse.all<Receipt>(
		'SELECT receipt, asked_by, forgotten_at, conversations, quarantined, comments FROM log.forgotten ORDER BY forgotten_at DESC, receipt'
	);

/** What a retention of so many days would delete, or deletes. */
export interface Retained {
	before: string;
	conversations: number;
}

const TOO_OLD = `text_deleted_at IS NULL
	AND coalesce(ended_at, resolved_at, last_message_at, started_at, (SELECT finished_at FROM log.ingest WHERE log.ingest.ingest_id = log.conversation.ingest_id)) < $before::TIMESTAMPTZ`;

const OLD_LINES = `raw IS NOT NULL AND ingest_id IN (SELECT ingest_id FROM log.ingest WHERE finished_at < $before::TIMESTAMPTZ)`;

/** Pieces of conversations without text, and old ones of which none was made. */
const OLD_PIECES = `(source, conversation_id) IN (SELECT (source, id) FROM log.conversation WHERE superseded_by IS NULL AND text_deleted_at IS NOT NULL)
	OR (received_at < $before::TIMESTAMPTZ AND (source, conversation_id) NOT IN (SELECT (source, id) FROM log.conversation))`;

export async function retain(
	warehouse: Warehouse,
	{ days, now, dryRun = false }: { days: number; now: string; dryRun?: boolean }
): Promise<Retained> {
	const before = new Date(Date.parse(now) - days * 86_400_000).toISOString();
	const [due] = await warehouse.all<{ n: number; others: number }>(
		`SELECT count(*) AS n, (SELECT count(*) FROM log.quarantine WHERE ${OLD_LINES}) + (SELECT count(*) FROM log.fragment WHERE ${OLD_PIECES}) AS others
		FROM log.conversation WHERE ${TOO_OLD}`,
		{ before }
	);
	const conversations = Number(due?.n ?? 0);
	if (dryRun || conversations + Number(due?.others ?? 0) === 0) return { before, conversations };
	const gone = await scrub(warehouse, {
		anonymous: null,
		now,
		choose: (session) =>
			session.run(`INSERT INTO gone SELECT segment, segment_row FROM log.conversation WHERE ${TOO_OLD}`, {
				before
			}),
		// Lines that were refused are texts as well, and so are pieces.
		async within(session) {
			await session.run(`UPDATE log.quarantine SET raw = NULL WHERE ${OLD_LINES}`, { before });
			await session.run(
				`INSERT INTO gone_fragment SELECT file, start FROM log.fragment WHERE ${OLD_PIECES}`,
				{
					before
				}
			);
		}
	});
	await settle(warehouse);
	return { before, conversations: gone };
}
