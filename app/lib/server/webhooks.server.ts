/**
 * Webhooks of a running server: how each of the policy does, and the rounds that take in what waits. Touches the inbox
 * and the database. A round that fails is told of, leaves everything waiting, and is tried again.
 */
import { labelOf, waiting } from '#ingest/webhooks/inbox.server';
import { takeInbox } from '#ingest/webhooks/take-in.server';
import { schemeOf, secretsOf, type Webhook } from '#stoploss/webhooks';
import type { WebhookScheme, WebhookSource } from '#warehouse/vocabulary';
import { catchUp } from './catch-up.server';
import { privacyOf } from './policy-file.server';
import { policy, warehouse } from './plimsoll.server';

/** Since the server started. */
interface Seen {
	received: number;
	lastReceivedAt: string | null;
	refused: number;
	lastRefusal: { at: string; reason: string } | null;
}

export interface WebhookState extends Seen {
	name: string;
	source: WebhookSource;
	scheme: WebhookScheme;
	/** Why nothing can be checked or taken in at present. */
	problem: string | null;
	waiting: number;
	waitingSince: string | null;
}

interface Rounds {
	seen: Map<string, Seen>;
	/** Deliveries that wait, as far as is known without looking. */
	waiting: number;
	/** Milliseconds of the epoch. */
	nextAt: number;
	problem: string | null;
}
const shared = globalThis as typeof globalThis & { __plimsollWebhooks?: Rounds };
export const rounds = (): Rounds =>
	(shared.__plimsollWebhooks ??= { seen: new Map(), waiting: 0, nextAt: 0, problem: null });

export function seenOf(name: string): Seen {
	const { seen } = rounds();
	const one = seen.get(name) ?? { received: 0, lastReceivedAt: null, refused: 0, lastRefusal: null };
	seen.set(name, one);
	return one;
}

export const webhookNamed = (name: string): Webhook | undefined =>
	policy().webhooks.find((one) => one.name === name);

export async function webhookStates(): Promise<WebhookState[]> {
	const labels = (await waiting(await warehouse())).map(labelOf);
	return policy().webhooks.map((webhook) => {
		const { name, source } = webhook;
		const own = labels.filter((one) => one.webhook === name);
		return {
			name,
			source,
			scheme: schemeOf(webhook),
			problem: secretsOf(webhook, process.env).problem ?? (own.length > 0 ? rounds().problem : null),
			waiting: own.length,
			waitingSince: own[0]?.receivedAt ?? null,
			...seenOf(name)
		};
	});
}

/** Every round makes a segment, and versions of what goes on meanwhile. */
const pauseMs = () => (Number(process.env['PLIMSOLL_WEBHOOK_SECONDS']) || 60) * 1000;

/** Takes in what waits, when it is time; whether anything was new. Throws where it fails, and everything goes on waiting. */
export async function takeInWaiting(): Promise<boolean> {
	const state = rounds();
	const db = await warehouse();
	const due = (await waiting(db)).length;
	state.waiting = due;
	if (due === 0 || Date.now() < state.nextAt) return false;
	try {
		const accepted = await takeInNow(due);
		state.problem = null;
		return accepted > 0;
	} catch (error) {
		state.problem = (error as Error).message;
		throw error;
	} finally {
		state.nextAt = Date.now() + pauseMs();
		state.waiting = (await waiting(db)).length;
	}
}

/** At least so many of the deliveries that wait, the first first; how many records were new. */
async function takeInNow(due: number): Promise<number> {
	const db = await warehouse();
	const rules = policy();
	let taken = 0;
	let accepted = 0;
	try {
		while (taken < due) {
			const round = await takeInbox(db, { now: new Date().toISOString(), privacy: privacyOf(rules) });
			if (round.taken === 0) break;
			taken += round.taken;
			accepted += round.accepted;
		}
	} finally {
		await catchUp(db, rules);
	}
	return accepted;
}
