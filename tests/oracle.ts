/**
 * The facts a second time: canonical records in, contacts out, in plain TypeScript and quadratic loops. Written from
 * the words and the metric table of the design and not from the SQL: what the two must agree on is the meaning. Pure;
 * imports types only, so that no mistake is shared. What is measured of contacts is in `oracle-answers.ts`.
 */
import type {
	CanonicalRecord,
	ConversationRecord,
	CostRecord,
	RatingRecord,
	RefundAuditRecord
} from '../ingest/canonical';
import type { IntentPolicy } from '../queries/facts/refresh.server';
import type { Dimension } from '../warehouse/vocabulary';

const DAY = 24 * 3600 * 1000;
/** Milliseconds; missing is null. */
export type Instant = number | null;
const time = (text: string | undefined): Instant => (text === undefined ? null : Date.parse(text));
const earliest = (...all: Instant[]): Instant =>
	all.reduce((least, one) => (one !== null && (least === null || one < least) ? one : least), null);

/** One file as it was delivered. */
export type Batch = readonly CanonicalRecord[];

/** A conversation of another source, in canonical words; such a source may know neither customer nor start. */
export type ForeignRecord = Omit<ConversationRecord, 'customer_id' | 'started_at'> & {
	source: string;
	started_at?: string;
};
type Conversation = Omit<ConversationRecord, 'customer_id' | 'started_at'> &
	Partial<Pick<ConversationRecord, 'customer_id' | 'started_at'>> & { source?: string };
type Known = Exclude<CanonicalRecord, ConversationRecord> | Conversation;

interface Refund {
	at: Instant;
	amount: number | null;
	currency: string | null;
	/** Whether a person approved or decided it; and whether anybody is said to have. */
	byPerson: boolean;
	saysWho: boolean;
	probability: number | null;
	verdict: 'right' | 'wrong' | null;
	auditedAt: Instant;
	knownAt: Instant;
	correct: number | null;
}

/** A contact: one current conversation that the customer began. */
export interface Contact {
	id: string;
	source: string;
	customer: string | null;
	thread: string | null;
	family: string;
	slice: Record<Dimension, string>;
	start: Instant;
	/** Null where the record holds no time at all. */
	end: Instant;
	resolved: Instant;
	over: boolean;
	path: 'ai_only' | 'escalated' | 'human_only' | 'abandoned';
	/** First customer message after the resolve. */
	reopened: Instant;
	score: { value: number; scale: number; at: Instant; late: boolean } | null;
	asked: Instant;
	/** Whether it went to a regulator; null where it doesn't say. */
	complaints: { at: number; regulator: boolean | null }[];
	refunds: Refund[];
	waitFrom: Instant;
	reply: Instant;
	left: Instant;
	/** Customer messages from the need to the reply; null where no reply has a time. */
	turns: number | null;
	requested: boolean;
	personNeverReached: boolean;
	/** Of the six parts, at a handoff; null where there was none or the log doesn't say. */
	handedOver: boolean;
	parts: number | null;
	reAsked: boolean | null;
	/** AI took part, a person took part: what of the cost must be known. */
	ai: boolean;
	person: boolean;
	cost: { ai: number | null; minutes: number | null; currency: string | null };
	negativeClose: boolean;
	notSolved: { at: Instant } | null;
	judged: { at: Instant } | null;
	/** Next contact after the resolve (or the end): same family, and any. */
	next: Instant;
	nextAny: Instant;
	/** Whether it opens an issue, whether anything followed in it, and the contact that did. */
	opensIssue: boolean;
	issueGoesOn: boolean;
	follower: Contact | null;
}

/** When the sender last changed it; where it doesn't say, the newest time that it holds. */
function versionOf(record: Known): number {
	if (record.updated_at !== undefined) return Date.parse(record.updated_at);
	const times = JSON.stringify(record).match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g) ?? [];
	return Math.max(...times.map((text) => Date.parse(text)));
}
const isConversation = (record: Known): record is Conversation => !('conversation_id' in record);
const keyOf = (record: Known) =>
	isConversation(record)
		? `conversation|${record.source ?? 'canonical'}|${record.id}`
		: [
				record.record,
				record.conversation_source ?? 'canonical',
				record.conversation_id,
				record.record === 'refund_audit' ? record.refund_id : record.record === 'complaint' ? record.id : ''
			].join('|');

/** What stands after all deliveries: of every record its newest version, in whatever order they came. */
function current(records: readonly Known[]): Known[] {
	const newest = new Map<string, Known>();
	for (const record of records) {
		const known = newest.get(keyOf(record));
		if (!known || versionOf(record) > versionOf(known)) newest.set(keyOf(record), record);
	}
	return [...newest.values()];
}

function intentOf(record: Conversation, { rules }: IntentPolicy): string | null {
	if (record.intent !== undefined) return record.intent;
	const tools = (record.tool_calls ?? [])
		.filter((call) => (call.actor ?? 'bot') === 'bot')
		.map((call) => call.name);
	for (const rule of rules) if (rule.tools.some((tool) => tools.includes(tool))) return rule.intent;
	const said = record.messages
		.filter((message) => message.role === 'customer')
		.map((message) => (message.text ?? '').toLowerCase());
	for (const rule of rules)
		if (rule.words.some((word) => said.some((text) => text.includes(word.toLowerCase())))) return rule.intent;
	return null;
}

function ratingOf(record: Conversation, side: RatingRecord | undefined, end: Instant): Contact['score'] {
	const said = side?.score !== undefined ? side : record.rating;
	if (said?.score === undefined) return null;
	const answered = time(said.answered_at);
	return {
		value: said.score,
		scale: said.scale ?? 5,
		at: answered ?? time(record.rating?.asked_at) ?? time(side?.asked_at) ?? end,
		late: answered !== null && end !== null && answered > end + 7 * DAY
	};
}

function refundsOf(record: Conversation, audits: RefundAuditRecord[], end: Instant): Refund[] {
	const refunds = record.refunds ?? [];
	return refunds.map((refund) => {
		const about = audits
			.filter((audit) =>
				audit.refund_id === undefined ? refunds.length === 1 : audit.refund_id === refund.id
			)
			.sort((a, b) => versionOf(a) - versionOf(b))
			.at(-1);
		const auditedAt = time(about?.audited_at) ?? time(refund.audited_at);
		return {
			at: time(refund.at),
			amount: refund.amount_minor ?? null,
			currency: refund.currency ?? null,
			byPerson: refund.approved_by !== undefined || refund.decided_by === 'agent',
			saysWho: refund.approved_by !== undefined || refund.decided_by !== undefined,
			probability: about?.audit_probability ?? refund.audit_probability ?? null,
			verdict: about?.audit_verdict ?? refund.audit_verdict ?? null,
			auditedAt,
			knownAt: auditedAt ?? time(refund.at) ?? end,
			correct: about?.correct_amount_minor ?? refund.correct_amount_minor ?? null
		};
	});
}

/** Field by field; the currency is that of the record which says what the AI cost. */
function costOf(record: Conversation, side: CostRecord | undefined): Contact['cost'] {
	const own = record.costs ?? {};
	const later = side ?? ({} as Partial<CostRecord>);
	return {
		ai: later.ai ?? own.ai ?? null,
		minutes: later.human_minutes ?? own.human_minutes ?? null,
		currency:
			(later.ai === undefined && own.ai !== undefined
				? (own.currency ?? later.currency)
				: (later.currency ?? own.currency)) ?? null
	};
}

/** Everything about a contact that its own records say. */
function contactOf(record: Conversation, records: readonly Known[], policy: IntentPolicy): Contact {
	const source = record.source ?? 'canonical';
	const side = records.filter(
		(other) =>
			!isConversation(other) &&
			other.conversation_id === record.id &&
			(other.conversation_source ?? 'canonical') === source
	);
	const ratings = side.filter((other) => other.record === 'rating');
	const audits = side.filter((other) => other.record === 'refund_audit');
	const start = time(record.started_at);
	const resolved = time(record.resolved_at);
	const sent = record.messages.map((message) => time(message.at)).filter((at) => at !== null);
	const end = time(record.ended_at) ?? resolved ?? (sent.length > 0 ? Math.max(...sent) : start);
	const customer = record.messages.filter((message) => message.role === 'customer');
	const people = record.messages.filter((message) => message.role === 'agent' && message.public !== false);
	const { escalation } = record;
	const engaged = time(escalation?.engaged_at);
	const person = people.length > 0 || engaged !== null;
	const handedOver = escalation?.handed_off_at !== undefined || escalation?.reason === 'bot_handoff';
	const bot = record.messages.some((message) => message.role === 'bot');
	const path = bot ? (handedOver || person ? 'escalated' : 'ai_only') : person ? 'human_only' : 'abandoned';
	const intent = intentOf(record, policy);
	const known = policy.intents.find((one) => one.intent === intent);
	const waitFrom = earliest(time(escalation?.needed_at), time(escalation?.handed_off_at));
	const replies = [...people.map((message) => time(message.at)), engaged].filter((at) => at !== null);
	const reply = earliest(...replies.filter((at) => waitFrom === null || at >= waitFrom));
	const feelings = customer.filter((message) => message.sentiment !== undefined);
	const spoke = customer.map((message) => time(message.at)).filter((at) => at !== null);
	const judged = record.outcome?.by === 'reviewer' || record.outcome?.by === 'audit';
	return {
		id: record.id,
		source,
		customer: record.customer_id ?? null,
		thread: record.thread_id ?? null,
		family: known?.family ?? intent ?? '(none)',
		slice: {
			path,
			tier: known?.tier ?? 'unassigned',
			intent: intent ?? '(none)',
			channel: record.channel ?? '(none)',
			market: record.market ?? '(none)',
			language: record.language ?? '(none)',
			source,
			customer_value: record.customer_value ?? '(none)'
		},
		start,
		end,
		resolved,
		over:
			record.ended_at !== undefined ||
			resolved !== null ||
			record.status === 'resolved' ||
			record.status === 'closed',
		path,
		reopened: earliest(...spoke.filter((at) => resolved !== null && at > resolved)),
		score: ratingOf(record, ratings[0], end),
		asked: time(record.rating?.asked_at) ?? time(ratings[0]?.asked_at),
		complaints: [...(record.complaints ?? []), ...side.filter((other) => other.record === 'complaint')].map(
			(complaint) => ({ at: Date.parse(complaint.at), regulator: complaint.regulator_facing ?? null })
		),
		refunds: refundsOf(record, audits, end),
		waitFrom,
		reply,
		left: time(escalation?.abandoned_at),
		turns:
			waitFrom === null || reply === null ? null : spoke.filter((at) => at >= waitFrom && at < reply).length,
		requested: escalation?.reason === 'customer_request',
		personNeverReached: escalation?.reason === 'customer_request' && !person,
		handedOver,
		parts: escalation?.handoff_parts ? new Set(escalation.handoff_parts).size : null,
		reAsked: escalation?.re_asked ?? null,
		ai: bot || people.some((message) => message.ai_drafted === true),
		person: path === 'escalated' || path === 'human_only',
		cost: costOf(
			record,
			side.find((other) => other.record === 'cost')
		),
		negativeClose: customer.length >= 3 && (feelings.at(-1)?.sentiment ?? 0) < 0,
		notSolved: judged && record.outcome?.solved === false ? { at: time(record.outcome.at) } : null,
		judged: judged ? { at: time(record.outcome?.at) } : null,
		next: null,
		nextAny: null,
		opensIssue: false,
		issueGoesOn: false,
		follower: null
	};
}

/** All contacts, with what followed each: the journey needs every one of the customer's, on any channel. */
export function contactsOf(
	batches: readonly Batch[],
	policy: IntentPolicy,
	foreign: readonly ForeignRecord[] = []
): Contact[] {
	const records = current([...batches.flat(), ...foreign]);
	const contacts = records
		.filter(isConversation)
		.filter((record) => !record.test_traffic && !record.spam && record.merged_into === undefined)
		.filter((record) => (record.initiated_by ?? 'customer') === 'customer')
		.map((record) => contactOf(record, records, policy));
	// A thread is one matter, whatever its later messages are about.
	const inOrder = contacts.toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0) || (a.id < b.id ? -1 : 1));
	const families = new Map<Contact, string>();
	for (const one of contacts) {
		const first = inOrder.find(
			(other) =>
				one.thread !== null &&
				other.thread === one.thread &&
				other.customer === one.customer &&
				other.source === one.source
		);
		families.set(one, (first ?? one).family);
	}
	for (const one of contacts) one.family = families.get(one)!;
	const journeys = new Map<string, Contact[]>();
	for (const one of contacts) {
		const from = one.resolved ?? Math.max(one.start ?? -Infinity, one.end ?? -Infinity);
		const others = contacts.filter(
			(other) => other !== one && other.customer !== null && other.customer === one.customer
		);
		const after = (those: Contact[]) =>
			earliest(one.reopened, ...those.map((other) => other.start).filter((at) => at !== null && at > from));
		one.next = after(others.filter((other) => other.family === one.family));
		one.nextAny = after(others);
		if (one.customer === null) continue;
		const key = JSON.stringify([one.customer, one.family]);
		journeys.set(key, [...(journeys.get(key) ?? []), one]);
	}
	for (const journey of journeys.values()) {
		journey.sort((a, b) => a.start! - b.start! || (a.id < b.id ? -1 : 1));
		let until = -Infinity;
		for (const [at, one] of journey.entries()) {
			one.opensIssue = one.start! > until + 7 * DAY;
			until = Math.max(until, one.end!);
			const following = journey[at + 1];
			if (following && following.start! <= until + 7 * DAY) one.follower = following;
			one.issueGoesOn =
				one.follower !== null || (one.reopened !== null && one.reopened <= one.end! + 7 * DAY);
		}
	}
	return contacts;
}
