/**
 * What an ingest does to people's texts and ids before anything is stored. Touches the warehouse: the kind of customer
 * ids is a matter of the whole database and is settled by the first ingest. Refuses to mix plain ids with hashed ones,
 * and a key other than the first.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import { NOTHING_REDACTED, type Redaction } from './redaction';

export interface Privacy {
	redaction: Redaction;
	customerIds: 'plain' | 'hashed';
	/** For hashed ids: at least 16 characters. */
	key: string | undefined;
}

export class PrivacyError extends Error {
	override name = 'PrivacyError';
}

/** How the statement of an ingest is built, and the variables that it reads. */
export interface Applied {
	redaction: Redaction;
	hashed: boolean;
	/** Somebody was forgotten: each record is looked at for that. */
	forgotten: boolean;
	setVariables(session: Session): Promise<void>;
}

/** For what is looked at and not stored. */
export const AS_IT_COMES: Applied = {
	redaction: NOTHING_REDACTED,
	hashed: false,
	forgotten: false,
	setVariables: async () => undefined
};

interface Identity {
	salt: string;
	customerIds: 'plain' | 'hashed';
	keyCheck: string | null;
}

const SHORTEST_KEY = 16;
const BLOCK_BYTES = 64;
const hmac = (key: string, text: string) => createHmac('sha256', key).update(text).digest('hex');
/** The customer id as it is stored. */
export const storedId = (id: string, key: string | undefined) => (key === undefined ? id : hmac(key, id));
/** By which a forgotten person is known. */
export const forgottenHash = (salt: string, stored: string) =>
	createHash('sha256')
		.update(salt + stored)
		.digest('hex');

/** The two halves of HMAC (RFC 2104) that depend on the key only, as hex. */
function halves(key: string): { inner: string; outer: string } {
	const bytes = Buffer.from(key);
	const short = bytes.length > BLOCK_BYTES ? createHash('sha256').update(bytes).digest() : bytes;
	const block = Buffer.concat([short, Buffer.alloc(BLOCK_BYTES - short.length)]);
	const mixed = (pad: number) => Buffer.from(block.map((byte) => byte ^ pad)).toString('hex');
	return { inner: mixed(0x36), outer: mixed(0x5c) };
}

export async function identityOf(warehouse: Warehouse): Promise<Identity | null> {
	const [found] = await warehouse.all<Identity>('SELECT salt, customer_ids, key_check FROM log.identity');
	return found ?? null;
}

/** Settles how this database keeps people, or refuses what goes against it. */
export async function settleIdentity(
	warehouse: Warehouse,
	{ customerIds, key }: Pick<Privacy, 'key'> & { customerIds: Privacy['customerIds'] | undefined }
): Promise<Identity & { key: string | undefined }> {
	const known = await identityOf(warehouse);
	const wanted = customerIds ?? known?.customerIds ?? 'plain';
	if (wanted === 'hashed' && (key === undefined || key.length < SHORTEST_KEY))
		throw new PrivacyError(
			`Customer ids are to be hashed, and PLIMSOLL_ID_KEY holds no key of at least ${SHORTEST_KEY} characters. Set it; nothing was stored.`
		);
	const used = wanted === 'hashed' ? key : undefined;
	if (known) {
		if (known.customerIds !== wanted)
			throw new PrivacyError(
				`This database keeps customer ids ${known.customerIds}, and the policy says ${wanted}: the same person would count as two. Begin a new database, and take the logs in again.`
			);
		if (used !== undefined && hmac(used, known.salt) !== known.keyCheck)
			throw new PrivacyError(
				'PLIMSOLL_ID_KEY is not the key that this database began with: the same person would count as two. Set the first key; nothing was stored.'
			);
		return { ...known, key: used };
	}
	const [before] = await warehouse.all<{ n: number }>('SELECT count(*) AS n FROM log.conversation');
	if (used !== undefined && Number(before?.n ?? 0) > 0)
		throw new PrivacyError(
			'This database holds customer ids as they came, and they can only be hashed from the first record on. Begin a new database, and take the logs in again.'
		);
	const salt = randomBytes(16).toString('hex');
	const keyCheck = used === undefined ? null : hmac(used, salt);
	await warehouse.write((session) =>
		session.run('INSERT INTO log.identity VALUES ($salt, $wanted, $keyCheck)', { salt, wanted, keyCheck })
	);
	return { salt, customerIds: wanted, keyCheck, key: used };
}

export async function applied(warehouse: Warehouse, privacy: Privacy | undefined): Promise<Applied> {
	const redaction = privacy?.redaction ?? NOTHING_REDACTED;
	const { salt, key } = await settleIdentity(warehouse, {
		customerIds: privacy?.customerIds,
		key: privacy?.key
	});
	const forgotten = (
		await warehouse.all<{ customerHash: string }>('SELECT customer_hash FROM log.forgotten')
	).map(({ customerHash }) => customerHash);
	return {
		redaction,
		hashed: key !== undefined,
		forgotten: forgotten.length > 0,
		async setVariables(session) {
			const set = (name: string, value: string | readonly string[]) =>
				session.run(`SET VARIABLE ${name} = $value`, { value });
			const { patterns } = redaction;
			if (patterns.length > 0) {
				await set(
					'redact_patterns',
					patterns.map(({ pattern }) => pattern)
				);
				await set(
					'redact_tokens',
					patterns.map(({ name }) => `[${name}]`)
				);
			}
			if (key !== undefined) {
				const { inner, outer } = halves(key);
				await session.run('SET VARIABLE id_inner = unhex($inner)', { inner });
				await session.run('SET VARIABLE id_outer = unhex($outer)', { outer });
			}
			if (forgotten.length > 0) {
				await set('forgotten', forgotten);
				await set('forgotten_salt', salt);
			}
		}
	};
}
