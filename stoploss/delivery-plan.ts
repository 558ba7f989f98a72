/**
 * What is sent to one receiver now, and when to look again. Pure: the time is given, and jitter comes from the key.
 *
 * Strictly in order for one alert: the next message waits until the one before was taken or given up. Messages of one
 * group (tier, path and week) and kind travel as one parcel. Once a parcel may have arrived it is repeated as it was,
 * under the same key. Refuses to send anything to a receiver that said 410, until its address changes.
 */
import { createHash } from 'node:crypto';
import type { DeliveryOutcome } from '../warehouse/vocabulary';
import { dueMessages, type Message, type Standing } from './outbox';

/** One row of the attempt ledger. */
export interface Attempt {
	deliveryKey: string;
	at: string;
	outcome: DeliveryOutcome;
	parcel: string;
	address: string;
}

/** Messages that travel together. */
export interface Parcel {
	/** Sent as `Idempotency-Key`; of a single message its own delivery key. */
	key: string;
	messages: Message[];
}

export interface DeliveryPlan {
	send: Parcel[];
	/** Given up: a day of trying has not brought them there. */
	bury: Parcel[];
	/** When something waits, the instant at which to look again. */
	next: string | null;
	/** The receiver wants nothing more at this address. */
	gone: boolean;
	/** Messages that are neither taken nor given up. */
	waiting: number;
}

export interface DeliveryRequest {
	now: string;
	/** Hash of the receiver's address. */
	address: string;
	/** Whether one parcel may hold several messages. */
	grouped: boolean;
	/** Messages this receiver is to hear, in the order they arose. */
	messages: readonly Message[];
	/** All attempts to deliver to this receiver, oldest first. */
	attempts: readonly Attempt[];
}

const LONGEST_WAIT_MS = 3_600_000;
const GIVEN_UP_AFTER_MS = 24 * 3_600_000;

interface Tried {
	standing: Standing;
	parcel: string;
	/** At the present address. */
	tries: number;
	first: number;
	last: number;
}

export function planDelivery(request: DeliveryRequest): DeliveryPlan {
	const now = Date.parse(request.now);
	const { tried, gone } = historyOf(request);
	const due = dueMessages(request.messages, (key) => tried.get(key)?.standing ?? 'fresh');
	const plan: DeliveryPlan = { send: [], bury: [], next: null, gone, waiting: due.length };
	if (gone) return plan;
	let next = Infinity;
	for (const messages of parcelsOf(due, tried, request.grouped)) {
		const parcel = { key: parcelKey(messages), messages };
		const before = tried.get(messages[0]!.deliveryKey);
		if (!before || before.tries === 0) {
			plan.send.push(parcel);
			continue;
		}
		const ready = before.last + waitMs(parcel.key, before.tries);
		if (before.last - before.first >= GIVEN_UP_AFTER_MS) plan.bury.push(parcel);
		else if (ready <= now) plan.send.push(parcel);
		else next = Math.min(next, ready);
	}
	if (Number.isFinite(next)) plan.next = new Date(next).toISOString();
	return plan;
}

/** 1 s, 2 s, 4 s ... up to an hour, each shortened by up to half, so that many receivers don't knock in step. */
export function waitMs(key: string, tries: number): number {
	const full = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.min(30, tries - 1));
	const jitter = createHash('sha256').update(`${key}|${tries}`).digest().readUInt32BE(0) / 2 ** 32;
	return Math.round(full * (1 - jitter / 2));
}

export function parcelKey(messages: readonly Message[]): string {
	const keys = messages.map(({ deliveryKey }) => deliveryKey).sort();
	return keys.length === 1
		? keys[0]!
		: createHash('sha256').update(keys.join('|')).digest('hex').slice(0, 32);
}

function historyOf({ attempts, address }: DeliveryRequest): { tried: Map<string, Tried>; gone: boolean } {
	const tried = new Map<string, Tried & { open: boolean; maybe: boolean }>();
	let gone = false;
	for (const { deliveryKey, at, outcome, parcel, address: where } of attempts) {
		const before = tried.get(deliveryKey);
		const one = before ?? {
			standing: 'failed',
			parcel,
			tries: 0,
			first: 0,
			last: 0,
			open: false,
			maybe: false
		};
		if (!before) tried.set(deliveryKey, one);
		one.parcel = parcel;
		// An attempt that began and never ended was cut off by a crash: it may have arrived.
		if (outcome === 'unclear' || (outcome === 'sending' && one.open)) one.maybe = true;
		one.open = outcome === 'sending';
		one.standing = standingAfter(one, outcome);
		if (where !== address) continue;
		const time = Date.parse(at);
		if (outcome === 'gone') gone = true;
		if (outcome === 'sending' && one.tries++ === 0) one.first = time;
		one.last = time;
	}
	return { tried, gone };
}

function standingAfter(
	{ standing, open, maybe }: { standing: Standing; open: boolean; maybe: boolean },
	outcome: DeliveryOutcome
): Standing {
	if (standing === 'delivered' || outcome === 'delivered') return 'delivered';
	if (outcome === 'dead') return maybe ? 'lost' : 'dead';
	return open || maybe ? 'unclear' : 'failed';
}

/** The first message due of every alert, put together; what was tried together stays together. */
function parcelsOf(
	due: readonly Message[],
	tried: ReadonlyMap<string, Tried>,
	grouped: boolean
): Message[][] {
	const heads = new Map<string, Message>();
	for (const message of due) if (!heads.has(message.alertKey)) heads.set(message.alertKey, message);
	const parcels = new Map<string, Message[]>();
	for (const head of heads.values()) {
		const before = tried.get(head.deliveryKey);
		const group = before
			? `tried|${before.parcel}`
			: grouped
				? `fresh|${head.groupKey}|${head.kind}`
				: head.deliveryKey;
		const parcel = parcels.get(group);
		if (parcel) parcel.push(head);
		else parcels.set(group, [head]);
	}
	return [...parcels.values()];
}
