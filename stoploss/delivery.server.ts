/**
 * Delivery: what the outbox holds goes to its receivers by HTTP POST. Touches the database and the network.
 *
 * At least once: that an attempt begins is written before it is made, so that one that a crash cut off is repeated
 * under the same key. 2xx and 409 (had it already) are delivered, 410 disables the receiver; a redirect is never
 * followed, for the address is the operator's and nobody else's. Receivers don't wait for each other.
 */
import type { DeliveryOutcome, Tier } from '../warehouse/vocabulary';
import type { Warehouse } from '../warehouse/warehouse.server';
import { subjectOf } from './alert-subject';
import { listAttempts, listMessages, recordAttempt } from './delivery-ledger.server';
import { planDelivery, type Parcel } from './delivery-plan';
import { envelopeOf, type Context } from './message-body';
import type { Message } from './outbox';
import type { Policy } from './policy';
import { addressOf, type Addressed } from './receivers';
import type { Rule } from './rule';

export interface DeliveryOptions {
	policy: Policy;
	/** Address of the page of an alert. */
	linkOf: (alertKey: string) => string;
	environment?: Readonly<Record<string, string | undefined>>;
	now?: () => Date;
	timeoutMs?: number;
}

/** How it stands with one receiver. */
export interface ReceiverState {
	name: string;
	/** Why nothing is sent to it, as people read it. */
	problem: string | null;
	waiting: number;
	/** Messages that were given up. */
	dead: number;
}

const TIMEOUT_MS = 10_000;

export function receiversOf(policy: Policy, environment = process.env): Addressed[] {
	return policy.stop_loss.receivers.map((receiver) => addressOf(receiver, environment));
}

/** Sends what is due to every receiver; gives back when to look again, or null when nothing waits. */
export async function deliver(warehouse: Warehouse, options: DeliveryOptions): Promise<string | null> {
	const receivers = receiversOf(options.policy, options.environment);
	const waits = await Promise.all(receivers.map((receiver) => deliverTo(warehouse, receiver, options)));
	return waits.filter((one) => one !== null).toSorted()[0] ?? null;
}

async function deliverTo(
	warehouse: Warehouse,
	receiver: Addressed,
	options: DeliveryOptions
): Promise<string | null> {
	const clock = options.now ?? (() => new Date());
	if (receiver.problem !== null) return null;
	// A parcel that was taken may free the next message of its alert.
	for (;;) {
		const now = clock().toISOString();
		const plan = await planOf(warehouse, receiver, options.policy, now);
		const record = (parcel: Parcel, outcome: DeliveryOutcome, detail?: string) =>
			recordAttempt(warehouse, {
				receiver: receiver.name,
				address: receiver.addressHash,
				parcel,
				at: clock().toISOString(),
				outcome,
				...(detail && { detail })
			});
		for (const parcel of plan.bury) await record(parcel, 'dead', 'Given up after 24 hours of trying.');
		if (plan.send.length === 0) return plan.bury.length > 0 ? now : plan.next;
		for (const parcel of plan.send) {
			const contexts = await contextsOf(warehouse, parcel, options);
			await record(parcel, 'sending');
			const { outcome, detail } = await post(receiver, parcel, contexts, clock(), options.timeoutMs);
			await record(parcel, outcome, detail);
			if (outcome === 'gone') return null;
		}
	}
}

async function planOf(warehouse: Warehouse, receiver: Addressed, policy: Policy, now: string) {
	const [messages, attempts] = await Promise.all([listMessages(warehouse), listAttempts(warehouse)]);
	return planDelivery({
		now,
		address: receiver.addressHash,
		grouped: receiver.format !== 'pagerduty-events-v2',
		messages: messages.filter((message) => hears(receiver, message, policy)),
		attempts: attempts.filter((one) => one.receiver === receiver.name)
	});
}

/** How it stands with every receiver of the policy. */
export async function receiverStates(
	warehouse: Warehouse,
	policy: Policy,
	now: string,
	environment?: DeliveryOptions['environment']
): Promise<ReceiverState[]> {
	const [messages, attempts] = await Promise.all([listMessages(warehouse), listAttempts(warehouse)]);
	return receiversOf(policy, environment).map((receiver) => {
		const { name, addressHash, problem } = receiver;
		const own = attempts.filter((one) => one.receiver === name);
		const { gone, waiting } = planDelivery({
			now,
			address: addressHash,
			grouped: true,
			messages: messages.filter((message) => hears(receiver, message, policy)),
			attempts: own
		});
		const dead = new Set(
			own.filter(({ outcome }) => outcome === 'dead').map(({ deliveryKey }) => deliveryKey)
		);
		const ended = `Receiver ${name} answered 410: it wants no more messages, and gets none. Change its address in the policy, or take it out.`;
		return { name, problem: gone ? ended : problem, waiting, dead: dead.size };
	});
}

function hears({ tiers }: Addressed, message: Message, policy: Policy): boolean {
	if (!tiers) return true;
	const rule = policy.stop_loss.rules.find(({ name }) => name === message.rule);
	const concerned = rule ? tiersOf(rule, policy) : [];
	return concerned.length === 0 || concerned.some((tier) => tiers.includes(tier));
}

function tiersOf({ slice }: Rule, { tiers }: Policy): Tier[] {
	if (slice.tier) return [slice.tier];
	const intents = slice.intents ?? (slice.intent ? [slice.intent] : []);
	return (['A', 'B', 'C'] as const).filter((tier) => intents.some((intent) => tiers[tier].includes(intent)));
}

async function post(
	receiver: Addressed,
	parcel: Parcel,
	contexts: ReadonlyMap<string, Context>,
	now: Date,
	timeoutMs = TIMEOUT_MS
): Promise<{ outcome: DeliveryOutcome; detail: string }> {
	const { body, headers } = envelopeOf({
		receiver: receiver.name,
		format: receiver.format,
		secret: receiver.secret,
		parcel,
		contextOf: (message) => contexts.get(message.deliveryKey)!,
		now: now.toISOString()
	});
	try {
		const { status, body: answer } = await fetch(receiver.address, {
			method: 'POST',
			body,
			headers,
			redirect: 'manual',
			signal: AbortSignal.timeout(timeoutMs)
		});
		await answer?.cancel();
		return outcomeOf(status);
	} catch (error) {
		return unanswered(error as Error, timeoutMs);
	}
}

function outcomeOf(status: number): { outcome: DeliveryOutcome; detail: string } {
	const detail = `HTTP ${status}`;
	if ((status >= 200 && status < 300) || status === 409) return { outcome: 'delivered', detail };
	if (status === 410) return { outcome: 'gone', detail };
	// A gateway answers for somebody else, who may have had it.
	if (status === 502 || status === 504) return { outcome: 'unclear', detail };
	if (status >= 300 && status < 400)
		return { outcome: 'failed', detail: `${detail}: redirects are not followed` };
	return { outcome: 'failed', detail };
}

/** Errors that come before a single byte has left. */
const NEVER_CONNECTED = [
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'UND_ERR_CONNECT_TIMEOUT'
];

function unanswered(error: Error, timeoutMs: number): { outcome: DeliveryOutcome; detail: string } {
	if (error.name === 'TimeoutError')
		return { outcome: 'unclear', detail: `no answer within ${timeoutMs / 1000} s` };
	const { code = '', message = error.message } = (error.cause ?? {}) as { code?: string; message?: string };
	// fetch refuses a few ports by itself.
	const never = NEVER_CONNECTED.includes(code) || message === 'bad port';
	return { outcome: never ? 'failed' : 'unclear', detail: code || message };
}

interface VerdictRow {
	deliveryKey: string;
	asOf: string;
	finding: string;
	reason: string;
	sentence: string;
	evidence: string;
	recommendation: string | null;
}

/** The verdict a message speaks of is the newest that stood when it arose, as it was first believed. */
async function contextsOf(
	warehouse: Warehouse,
	{ messages }: Parcel,
	{ policy, linkOf }: DeliveryOptions
): Promise<Map<string, Context>> {
	const rows = await warehouse.all<VerdictRow>(
		`SELECT delivery_key, j.as_of, j.finding, j.reason, j.sentence, j.evidence, j.recommendation
		FROM alert.message m JOIN ledger.judgement j ON j.rule = m.rule AND CAST(j.as_of AS TIMESTAMPTZ) <= CAST(m.happened_at AS TIMESTAMPTZ)
		WHERE list_contains(string_split($keys, ','), delivery_key)
		QUALIFY row_number() OVER (PARTITION BY delivery_key ORDER BY j.as_of DESC, j.id) = 1`,
		{ keys: messages.map(({ deliveryKey }) => deliveryKey).join(',') }
	);
	const verdicts = new Map(rows.map((row) => [row.deliveryKey, row]));
	return new Map(
		messages.map(({ deliveryKey, rule: name, alertKey }) => {
			const row = verdicts.get(deliveryKey);
			const { title, sentence, rule } = subjectOf(policy, alertKey, name);
			const context: Context = {
				title,
				sentence,
				owner: rule?.owner ?? null,
				runbook: rule?.runbook ?? null,
				link: linkOf(alertKey),
				verdict: row
					? {
							asOf: row.asOf,
							finding: row.finding,
							reason: row.reason,
							evidence: JSON.parse(row.evidence),
							recommendation: row.recommendation ? JSON.parse(row.recommendation) : null
						}
					: null
			};
			return [deliveryKey, context];
		})
	);
}
