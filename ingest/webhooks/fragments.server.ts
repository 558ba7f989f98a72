/**
 * The store of events: conversations that come in pieces are put together from all pieces that ever came. Touches disk
 * and the warehouse. What is stored is what the source reads, redacted and with customer ids as this database keeps them; a
 * piece that is there already is not stored again, and one of a person who was forgotten not at all.
 */
import { createHash } from 'node:crypto';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { applied, forgottenHash, settleIdentity, storedId, type Privacy } from '../privacy.server';
import { redactedSql } from '../redaction';
import { HELD } from '../sources/chatwoot';
import { AS_THEY_ARE, heardOf, pieceOf, type Fields } from './chatwoot-event';
import insertFragments from './insert-fragments.sql?raw';
import fragmentsOf from './fragments-of.sql?raw';
import knownFragments from './known-fragments.sql?raw';
import { append, readPieces, type Place } from './piece-files.server';

/** Products that send a conversation in pieces. */
export const IN_PIECES: readonly string[] = ['chatwoot'];

export interface Event {
	webhook: string;
	receivedAt: string;
	body: string;
}

/** Stores the pieces among the events; gives back the lines from which the source reads the conversations they are of. */
export async function linesOfEvents(
	warehouse: Warehouse,
	source: string,
	events: readonly Event[],
	privacy: Privacy
): Promise<string[]> {
	const strays: string[] = [];
	const pieces: { event: Event; parsed: unknown }[] = [];
	for (const event of events) {
		const parsed = parse(event.body);
		if (pieceOf(parsed, AS_THEY_ARE)) pieces.push({ event, parsed });
		// The source says what is wrong with it, or passes over it.
		else strays.push(event.body.replaceAll(/[\r\n]+/g, ' '));
	}
	if (pieces.length === 0) return strays;
	const stored = await shielded(warehouse, pieces, privacy);
	const account = await accountOf(warehouse, source);
	const first = account ?? stored.find((one) => one.accountId !== null)?.accountId ?? null;
	const own = stored.filter((one) => one.accountId === null || one.accountId === first);
	await insert(warehouse, source, own);
	const others = stored.filter((one) => !own.includes(one));
	return [
		...strays,
		...[...new Set(others.map(({ conversationId }) => conversationId))].map((id) =>
			held(
				id,
				`account: is ${others[0]!.accountId}, and this database holds account ${first}, whose conversations have the same numbers; give each account a database`
			)
		),
		...(await conversations(warehouse, source, own))
	];
}

interface Stored {
	webhook: string;
	receivedAt: string;
	conversationId: string;
	accountId: string | null;
	customerId: string | null;
	body: string;
	hash: string;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

/** As they may be stored; without those of people who were forgotten. */
async function shielded(
	warehouse: Warehouse,
	pieces: readonly { event: Event; parsed: unknown }[],
	privacy: Privacy
): Promise<Stored[]> {
	const { salt, key } = await settleIdentity(warehouse, privacy);
	const customer = (id: string | number) => (key === undefined ? id : storedId(String(id), key));
	const texts: string[] = [];
	for (const { parsed } of pieces) {
		pieceOf(parsed, {
			text: (text) => {
				texts.push(text);
				return text;
			},
			customer
		});
	}
	const safe = (await redacted(warehouse, texts, privacy)).values();
	const shielding = { text: () => safe.next().value as string, customer };
	const forgotten = new Set(
		(await warehouse.all<{ hash: string }>('SELECT customer_hash AS hash FROM log.forgotten')).map(
			({ hash }) => hash
		)
	);
	return pieces.flatMap(({ event, parsed }) => {
		const piece = pieceOf(parsed, shielding)!;
		const customerId = piece.customerId === null ? null : storedId(piece.customerId, key);
		if (customerId !== null && forgotten.has(forgottenHash(salt, customerId))) return [];
		const body = JSON.stringify(piece.body);
		const hash = createHash('sha256')
			.update(salt + body)
			.digest('hex');
		return [{ ...piece, webhook: event.webhook, receivedAt: event.receivedAt, customerId, body, hash }];
	});
}

async function redacted(warehouse: Warehouse, texts: readonly string[], privacy: Privacy): Promise<string[]> {
	if (texts.length === 0) return [];
	const { setVariables } = await applied(warehouse, privacy);
	return warehouse.withConnection(async (session) => {
		await setVariables(session);
		const [row] = await session.all<{ texts: string[] }>(
			`SELECT list_transform($texts, lambda t: ${redactedSql('t', privacy.redaction)}) AS texts`,
			{ texts }
		);
		return row!.texts;
	});
}

async function accountOf(warehouse: Warehouse, source: string): Promise<string | null> {
	const [found] = await warehouse.all<{ accountId: string }>(
		'SELECT account_id FROM log.fragment WHERE source = $source AND account_id IS NOT NULL LIMIT 1',
		{ source }
	);
	return found?.accountId ?? null;
}

async function insert(warehouse: Warehouse, source: string, pieces: readonly Stored[]): Promise<void> {
	await warehouse.write(async (session) => {
		const of = (some: readonly Stored[], value: (one: Stored) => string) => some.map(value);
		const known = new Set(
			(
				await session.all<{ contentHash: string }>(knownFragments, {
					source,
					conversations: of(pieces, ({ conversationId }) => conversationId),
					hashes: of(pieces, ({ hash }) => hash)
				})
			).map(({ contentHash }) => contentHash)
		);
		const fresh = [...new Map(pieces.map((one) => [one.hash, one])).values()].filter(
			({ hash }) => !known.has(hash)
		);
		if (fresh.length === 0) return;
		const [last] = await session.all<{ file: string; end: number }>(
			'SELECT file, max(start + bytes) AS "end" FROM log.fragment GROUP BY file ORDER BY max(received_at) DESC, file LIMIT 1'
		);
		const places = await append(
			warehouse,
			last ?? null,
			fresh.map(({ body }) => body)
		);
		await session.run(insertFragments, {
			source,
			conversations: of(fresh, ({ conversationId }) => conversationId),
			accounts: of(fresh, ({ accountId }) => accountId ?? ''),
			customers: of(fresh, ({ customerId }) => customerId ?? ''),
			webhooks: of(fresh, ({ webhook }) => webhook),
			times: of(fresh, ({ receivedAt }) => receivedAt),
			hashes: of(fresh, ({ hash }) => hash),
			files: places.map(({ file }) => file),
			starts: places.map(({ start }) => String(start)),
			lengths: places.map(({ bytes }) => String(bytes))
		});
	});
}

/** Goes before what is read of a conversation, and stands for it where it is refused, so that no text is kept there. */
const held = (id: string, reason?: string) => JSON.stringify({ event: HELD, id, reason });

/** Everything that is stored of the conversations that the pieces are of, and why one must not be read from it. */
async function conversations(
	warehouse: Warehouse,
	source: string,
	pieces: readonly Stored[]
): Promise<string[]> {
	const ids = [...new Set(pieces.map(({ conversationId }) => conversationId))];
	const rows = await warehouse.all<Found>(fragmentsOf, { source, ids });
	const bodies = await readPieces(warehouse, rows);
	const byId = new Map<string, { row: Found; bodies: string[] }>();
	rows.forEach((row, at) => {
		const own = byId.get(row.conversationId) ?? { row, bodies: [] };
		own.bodies.push(bodies[at]!);
		byId.set(row.conversationId, own);
	});
	return [...byId].flatMap(([id, { row, bodies: lines }]) => {
		const heard = heardOf(lines.map((body) => JSON.parse(body) as Fields));
		const { storedMessages, storedAskedAt } = row;
		const late =
			storedAskedAt !== null &&
			(heard.firstAskedAt === null || heard.firstAskedAt > Date.parse(storedAskedAt) / 1000);
		const fewer = late || (storedMessages ?? 0) > heard.messages;
		return [held(id, fewer ? FEWER : undefined), ...lines];
	});
}

interface Found extends Place {
	conversationId: string;
	/** Of the version that is stored; null where none is. */
	storedMessages: number | null;
	storedAskedAt: string | null;
}

const FEWER = 'messages: the stored conversation has some that did not come live; take in an export of it';
