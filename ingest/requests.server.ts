/**
 * Requests that named themselves with an idempotency key: the answer is stored in the transaction of the ingest, so
 * that a request sent again, also after a crash, is answered as before and not done again. Touches the warehouse.
 * Refuses a key that was used for something else.
 */
import type { Session, Warehouse } from '../warehouse/warehouse.server';

/** How long an answer is kept. */
export const KEPT_DAYS = 7;

export class KeyUsedError extends Error {
	override name = 'KeyUsedError';
}

export interface NamedRequest {
	key: string;
	/** Of what was asked for and of its body. */
	hash: string;
}

/** The answer that was given to this very request; null for a new one. */
export async function answeredBefore<Answer>(
	warehouse: Warehouse,
	{ key, hash }: NamedRequest
): Promise<Answer | null> {
	const [found] = await warehouse.all<{ requestHash: string; answer: string }>(
		'SELECT request_hash, answer FROM log.request WHERE key = $key',
		{ key }
	);
	if (!found) return null;
	if (found.requestHash !== hash)
		throw new KeyUsedError(`The idempotency key "${key}" came before with another body or another source.`);
	return JSON.parse(found.answer) as Answer;
}

/** Those of the keys that were answered. */
export async function answeredAmong(warehouse: Warehouse, keys: readonly string[]): Promise<Set<string>> {
	const found = await warehouse.all<{ key: string }>(
		'SELECT key FROM log.request WHERE key IN (SELECT unnest($keys))',
		{ keys }
	);
	return new Set(found.map(({ key }) => key));
}

const forgetOld = (session: Session, now: string) =>
	session.run(`DELETE FROM log.request WHERE answered_at < $now::TIMESTAMPTZ - to_days($days)`, {
		now,
		days: KEPT_DAYS
	});

/** Keys that need no answer but to be known again. */
export async function rememberAnswers(session: Session, keys: readonly string[], now: string): Promise<void> {
	await forgetOld(session, now);
	await session.run(`INSERT INTO log.request SELECT unnest($keys), '', '{}', $now::TIMESTAMPTZ`, {
		keys,
		now
	});
}

export async function rememberAnswer(
	session: Session,
	{ key, hash }: NamedRequest,
	answer: unknown,
	now: string
): Promise<void> {
	await forgetOld(session, now);
	await session.run('INSERT INTO log.request VALUES ($key, $hash, $answer, $now::TIMESTAMPTZ)', {
		key,
		hash,
		answer: JSON.stringify(answer),
		now
	});
}
