/** What was to be told, and each attempt to tell it. Touches the database; adds rows and never rewrites one. */
import type { DeliveryOutcome } from '../warehouse/vocabulary';
import type { Warehouse } from '../warehouse/warehouse.server';
import type { Attempt } from './delivery-plan';
import type { Message } from './outbox';
import appendAttempts from './sql/append-attempts.sql?raw';

/** A step of an attempt, of every message of a parcel. */
export interface AttemptStep {
	receiver: string;
	/** Hash of where it was sent. */
	address: string;
	parcel: { key: string; messages: readonly Pick<Message, 'deliveryKey'>[] };
	at: string;
	outcome: DeliveryOutcome;
	/** Why, as people read it. */
	detail?: string;
}

export interface LedgerAttempt extends Attempt {
	receiver: string;
	detail: string | null;
}

/** Every message there was, in the order they arose. */
export function listMessages(warehouse: Warehouse): Promise<Message[]> {
	return warehouse.all<Message>(
		'SELECT delivery_key, alert_key, episode, kind, seq, happened_at AS "at", rule, group_key FROM alert.message ORDER BY position'
	);
}

/** Every step of every attempt, in the order they were taken. */
export async function listAttempts(warehouse: Warehouse): Promise<LedgerAttempt[]> {
	return warehouse.all<LedgerAttempt>(
		'SELECT receiver, delivery_key, attempted_at AS "at", outcome, parcel, address, detail FROM alert.attempt ORDER BY receiver, delivery_key, attempt'
	);
}

export async function recordAttempt(warehouse: Warehouse, step: AttemptStep): Promise<void> {
	const { receiver, address, parcel, at, outcome, detail } = step;
	const attempts = parcel.messages.map(({ deliveryKey }) => ({
		receiver,
		delivery_key: deliveryKey,
		at,
		outcome,
		parcel: parcel.key,
		address,
		detail: detail ?? null
	}));
	await warehouse.write((session) => session.run(appendAttempts, { attempts: JSON.stringify(attempts) }));
}
