/**
 * The metrics a second time: canonical records in, counts out, in plain TypeScript and quadratic loops. Written from
 * the words and the metric table of the design and not from the SQL: what the two must agree on is the meaning. Pure;
 * imports types only, so that no mistake is shared.
 */
import type {
	CanonicalRecord,
	ConversationRecord,
	RatingRecord,
	RefundAuditRecord
} from '../ingest/canonical';
import type { IntentPolicy } from '../queries/facts/refresh.server';
import type { Calendar } from '../queries/measurement';
import type { Dimension, MetricName } from '../warehouse/vocabulary';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
/** Milliseconds; missing is null. */
type Instant = number | null;
const time = (text: string | undefined): Instant => (text === undefined ? null : Date.parse(text));
const earliest = (...all: Instant[]): Instant =>
	all.reduce((least, one) => (one !== null && (least === null || one < least) ? one : least), null);

/** What the oracle works out. */
export const ORACLE_METRICS = [
	'csat_top_box',
	'recontact_24h',
	'recontact_48h',
	'recontact_72h',
	'recontact_24_72h',
	'recontact_72h_any_intent',
	'first_contact_resolution',
	'containment',
	'bad_containment',
	'escalation_latency',
	'refund_error_rate',
	'refund_error_money',
	'complaint_rate',
	'time_to_resolution'
] as const satisfies readonly MetricName[];
export type OracleMetric = (typeof ORACLE_METRICS)[number];

/** One file as it was delivered. */
export type Batch = readonly CanonicalRecord[];

interface Refund {
	at: Instant;
	amount: number | null;
	verdict: 'right' | 'wrong' | null;
	auditedAt: Instant;
	knownAt: number;
	correct: number | null;
}

/** A contact: one current conversation that the customer began. */
export interface Contact {
	id: string;
	customer: string;
	family: string;
	slice: Record<Dimension, string>;
	start: number;
	end: number;
	resolved: Instant;
	over: boolean;
	path: 'ai_only' | 'escalated' | 'human_only' | 'abandoned';
	/** First customer message after the resolve. */
	reopened: Instant;
	score: { value: number; scale: number; at: number; late: boolean } | null;
	asked: boolean;
	complaints: number[];
	refunds: Refund[];
	waitFrom: Instant;
	reply: Instant;
	left: Instant;
	personNeverReached: boolean;
	negativeClose: boolean;
	notSolved: { at: Instant } | null;
	judged: boolean;
	/** Next contact after the resolve (or the end): same family, and any. */
	next: Instant;
	nextAny: Instant;
	/** Whether it opens an issue, and whether anything followed in it. */
	opensIssue: boolean;
	issueGoesOn: boolean;
}

const versionOf = (record: CanonicalRecord) => Date.parse(record.updated_at!);
const keyOf = (record: CanonicalRecord) =>
	'conversation_id' in record
		? [
				record.record,
				record.conversation_id,
				record.record === 'refund_audit' ? record.refund_id : record.record === 'complaint' ? record.id : ''
			].join('|')
		: `conversation|${record.id}`;

/** What stands after all deliveries: of every record its newest version, in whatever order they came. */
function current(batches: readonly Batch[]): CanonicalRecord[] {
	const newest = new Map<string, CanonicalRecord>();
	for (const record of batches.flat()) {
		const known = newest.get(keyOf(record));
		if (!known || versionOf(record) > versionOf(known)) newest.set(keyOf(record), record);
	}
	return [...newest.values()];
}

function intentOf(record: ConversationRecord, { rules }: IntentPolicy): string | null {
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

function ratingOf(record: ConversationRecord, side: RatingRecord | undefined, end: number): Contact['score'] {
	const said = side?.score !== undefined ? side : record.rating;
	if (said?.score === undefined) return null;
	const answered = time(said.answered_at);
	return {
		value: said.score,
		scale: said.scale ?? 5,
		at: answered ?? time(record.rating?.asked_at) ?? time(side?.asked_at) ?? end,
		late: answered !== null && answered > end + 7 * DAY
	};
}

function refundsOf(record: ConversationRecord, audits: RefundAuditRecord[], end: number): Refund[] {
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
			verdict: about?.audit_verdict ?? refund.audit_verdict ?? null,
			auditedAt,
			knownAt: auditedAt ?? time(refund.at) ?? end,
			correct: about?.correct_amount_minor ?? refund.correct_amount_minor ?? null
		};
	});
}

/** Everything about a contact that its own records say. */
function contactOf(
	record: ConversationRecord,
	records: readonly CanonicalRecord[],
	policy: IntentPolicy
): Contact {
	const side = records.filter((other) => 'conversation_id' in other && other.conversation_id === record.id);
	const ratings = side.filter((other) => other.record === 'rating');
	const audits = side.filter((other) => other.record === 'refund_audit');
	const start = Date.parse(record.started_at);
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
	const feelings = customer.filter((message) => message.sentiment !== undefined);
	const afterResolve = customer
		.map((message) => time(message.at))
		.filter((at) => at !== null && resolved !== null && at > resolved);
	const judged = record.outcome?.by === 'reviewer' || record.outcome?.by === 'audit';
	return {
		id: record.id,
		customer: record.customer_id,
		family: known?.family ?? intent ?? '(none)',
		slice: {
			path,
			tier: known?.tier ?? 'unassigned',
			intent: intent ?? '(none)',
			channel: record.channel ?? '(none)',
			market: record.market ?? '(none)',
			language: record.language ?? '(none)',
			source: 'canonical',
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
		reopened: earliest(...afterResolve),
		score: ratingOf(record, ratings[0], end),
		asked: record.rating?.asked_at !== undefined || ratings.some((rating) => rating.asked_at !== undefined),
		complaints: [...(record.complaints ?? []), ...side.filter((other) => other.record === 'complaint')].map(
			(complaint) => Date.parse(complaint.at)
		),
		refunds: refundsOf(record, audits, end),
		waitFrom,
		reply: waitFrom === null ? null : earliest(...replies.filter((at) => at >= waitFrom)),
		left: time(escalation?.abandoned_at),
		personNeverReached: escalation?.reason === 'customer_request' && !person,
		negativeClose: customer.length >= 3 && (feelings.at(-1)?.sentiment ?? 0) < 0,
		notSolved: judged && record.outcome?.solved === false ? { at: time(record.outcome.at) } : null,
		judged,
		next: null,
		nextAny: null,
		opensIssue: false,
		issueGoesOn: false
	};
}

/** All contacts, with what followed each: the journey needs every one of the customer's, on any channel. */
export function contactsOf(batches: readonly Batch[], policy: IntentPolicy): Contact[] {
	const records = current(batches);
	const contacts = records
		.filter((record): record is ConversationRecord => !('conversation_id' in record))
		.filter((record) => record.test_traffic !== true && (record.initiated_by ?? 'customer') === 'customer')
		.map((record) => contactOf(record, records, policy));
	for (const one of contacts) {
		const from = one.resolved ?? Math.max(one.start, one.end);
		const others = contacts.filter((other) => other !== one && other.customer === one.customer);
		const after = (those: Contact[]) =>
			earliest(one.reopened, ...those.map((other) => other.start).filter((at) => at > from));
		one.next = after(others.filter((other) => other.family === one.family));
		one.nextAny = after(others);
	}
	const journeys = new Map<string, Contact[]>();
	for (const one of contacts) {
		const key = JSON.stringify([one.customer, one.family]);
		journeys.set(key, [...(journeys.get(key) ?? []), one]);
	}
	for (const journey of journeys.values()) {
		journey.sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
		let until = -Infinity;
		for (const [at, one] of journey.entries()) {
			one.opensIssue = one.start > until + 7 * DAY;
			until = Math.max(until, one.end);
			const following = journey[at + 1];
			one.issueGoesOn =
				(following !== undefined && following.start <= until + 7 * DAY) ||
				(one.reopened !== null && one.reopened <= one.end + 7 * DAY);
		}
	}
	return contacts;
}

/** What the source has ever said; what it never says is absent. */
export function said(contacts: readonly Contact[]) {
	const audits = contacts.some((one) => one.refunds.some((refund) => refund.verdict !== null));
	return {
		resolves: contacts.some((one) => one.resolved !== null),
		ratings: contacts.some((one) => one.score !== null),
		audits,
		complaints: contacts.some((one) => one.complaints.length > 0)
	};
}

export interface Answer {
	numerator: number;
	denominator: number;
	pending: number;
	/** What there is evidence of, where the denominator is no count. */
	n?: number;
	parts?: Record<string, number>;
	p50?: number | null;
	p90?: number | null;
}

/** Every metric over the given contacts (one slice of one week), as known at `asOf`. */
export function measureAll(
	contacts: readonly Contact[],
	source: ReturnType<typeof said>,
	asOf: number
): Record<OracleMetric, Answer> {
	const closed = contacts.filter((one) => one.end <= asOf);
	const ripe = (days: number) => closed.filter((one) => one.end + days * DAY <= asOf);
	const week = ripe(7);
	const rated = week.filter((one) => one.score !== null && !one.score.late && one.score.at <= asOf);
	const share = ({ value, scale }: { value: number; scale: number }) => (value - 1) / (scale - 1);
	const csat: Answer = {
		numerator: rated.filter((one) => share(one.score!) >= 0.75).length,
		denominator: rated.length,
		pending: source.ratings ? closed.length - week.length : 0,
		parts: {
			asked: week.filter((one) => one.asked).length,
			contacts: closed.length,
			score_sum: rated.reduce((sum, one) => sum + 1 + 4 * share(one.score!), 0)
		}
	};

	const resolved = closed.filter((one) => one.resolved !== null && one.resolved <= asOf);
	const recontact = (
		from: number,
		to: number,
		ripeAfter: number,
		next: (one: Contact) => Instant = (one) => one.next
	): Answer => {
		const mature = resolved.filter((one) => one.resolved! + ripeAfter * HOUR <= asOf);
		const wait = (one: Contact) => (next(one) ?? Infinity) - one.resolved!;
		return {
			numerator: mature.filter((one) => wait(one) >= from * HOUR && wait(one) <= to * HOUR).length,
			denominator: mature.length,
			pending: resolved.length - mature.length
		};
	};

	const issues = source.resolves ? closed.filter((one) => one.opensIssue) : [];
	const ripeIssues = issues.filter((one) => one.end + 7 * DAY <= asOf);

	const withBot = closed.filter((one) => one.path === 'ai_only' || one.path === 'escalated');
	const contained = closed.filter((one) => one.path === 'ai_only');
	const signals: Record<string, (one: Contact) => boolean> = {
		recontact_72h: (one) =>
			one.next !== null && one.next <= Math.min((one.resolved ?? one.end) + 72 * HOUR, asOf),
		person_never_reached: (one) => one.personNeverReached,
		low_rating: (one) =>
			one.score !== null && !one.score.late && one.score.at <= asOf && share(one.score) <= 0.25,
		complaint_7d: (one) => complained(one, 7),
		refund_error: (one) => one.refunds.some((refund) => refund.verdict === 'wrong' && refund.knownAt <= asOf),
		negative_close_after_rephrasing: (one) => one.negativeClose,
		verdict_not_solved: (one) => one.notSolved !== null && (one.notSolved.at ?? -Infinity) <= asOf
	};
	function complained(one: Contact, days: number): boolean {
		return one.complaints.some((at) => at >= one.start && at <= Math.min(one.end + days * DAY, asOf));
	}
	const ripeContained = contained.filter((one) => week.includes(one));
	const bad: Answer = {
		numerator: ripeContained.filter((one) => Object.values(signals).some((fires) => fires(one))).length,
		denominator: ripeContained.length,
		pending: contained.length - ripeContained.length,
		parts: Object.fromEntries(
			Object.entries(signals).map(([name, fires]) => [name, ripeContained.filter(fires).length])
		)
	};

	const made = closed.flatMap((one) => one.refunds).filter((refund) => (refund.at ?? -Infinity) <= asOf);
	const audited = made.filter((refund) => refund.verdict !== null && (refund.auditedAt ?? -Infinity) <= asOf);
	const wrong = audited.filter((refund) => refund.verdict === 'wrong');
	// How much was wrong is known of a right refund (nothing), and of a wrong one only with the correct amount.
	const priced = audited.filter(
		(refund) => refund.amount !== null && (refund.verdict === 'right' || refund.correct !== null)
	);
	const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);

	const fortnight = source.complaints ? ripe(14) : [];
	const hours = resolved.map((one) => (one.resolved! - one.start) / HOUR).sort((a, b) => a - b);
	return {
		csat_top_box: csat,
		recontact_24h: recontact(0, 24, 24),
		recontact_48h: recontact(0, 48, 48),
		recontact_72h: recontact(0, 72, 72),
		recontact_24_72h: recontact(24, 72, 72),
		recontact_72h_any_intent: recontact(0, 72, 72, (one) => one.nextAny),
		first_contact_resolution: {
			numerator: ripeIssues.filter((one) => one.resolved !== null && !one.issueGoesOn).length,
			denominator: ripeIssues.length,
			pending: issues.length - ripeIssues.length
		},
		containment: { numerator: contained.length, denominator: withBot.length, pending: 0 },
		bad_containment: bad,
		escalation_latency: latency(closed, asOf),
		refund_error_rate: {
			numerator: wrong.length,
			denominator: audited.length,
			pending: 0,
			parts: { refunds: made.length }
		},
		refund_error_money: {
			numerator: sum(
				priced.map(({ verdict, amount, correct }) => (verdict === 'right' ? 0 : Math.abs(amount! - correct!)))
			),
			denominator: sum(priced.map((refund) => refund.amount!)),
			pending: 0,
			n: priced.length,
			parts: { audited: audited.length, without_amounts: audited.length - priced.length }
		},
		complaint_rate: {
			numerator: fortnight.filter((one) => complained(one, 14)).length,
			denominator: fortnight.length,
			pending: source.complaints ? closed.length - fortnight.length : 0
		},
		time_to_resolution: {
			numerator: hours.length,
			denominator: hours.length,
			pending: 0,
			p50: between(hours, 0.5),
			p90: between(hours, 0.9)
		}
	};
}

/** Quantile with linear interpolation between the order statistics. */
function between(sorted: readonly number[], p: number): number | null {
	if (sorted.length === 0) return null;
	const place = p * (sorted.length - 1);
	const low = sorted[Math.floor(place)]!;
	return low + (place - Math.floor(place)) * (sorted[Math.ceil(place)]! - low);
}

function latency(closed: readonly Contact[], asOf: number): Answer {
	const waits = closed
		.filter((one) => one.waitFrom !== null && one.waitFrom <= asOf)
		.map((one) => {
			const left = one.left !== null && one.left <= asOf;
			const answered = one.reply !== null && one.reply <= asOf && !(left && one.left! < one.reply);
			const until = answered ? one.reply! : left ? one.left! : one.over ? one.end : asOf;
			return {
				ending: answered ? 'engaged' : left ? 'abandoned' : one.over ? 'unanswered' : 'waiting',
				minutes: Math.max(0, until - one.waitFrom!) / 60_000
			};
		});
	const count = (ending: string) => waits.filter((wait) => wait.ending === ending).length;
	// Kaplan and Meier: at each answer, the share still waiting falls by answers over those who still waited.
	const atMost = (level: number) => {
		let waiting = 1;
		for (const minutes of [...new Set(waits.map((wait) => wait.minutes))].sort((a, b) => a - b)) {
			const here = waits.filter((wait) => wait.ending === 'engaged' && wait.minutes === minutes).length;
			if (here > 0) waiting *= 1 - here / waits.filter((wait) => wait.minutes >= minutes).length;
			if (here > 0 && waiting <= level + 1e-9) return minutes;
		}
		return null;
	};
	return {
		numerator: count('engaged'),
		denominator: waits.length,
		pending: 0,
		p50: atMost(0.5),
		p90: atMost(0.1),
		parts: {
			engaged: count('engaged'),
			abandoned: count('abandoned'),
			unanswered: count('unanswered'),
			waiting: count('waiting')
		}
	};
}

/** Label of the week in which an instant falls, by the wall clock of the account's zone. */
export function weekLabel(at: number, { timeZone, weekStart }: Calendar): string {
	const parts = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
	const day = Date.parse(`${parts}T00:00:00Z`);
	const weekday = new Date(day).getUTCDay();
	// The Thursday of the week that holds the day; a Sunday belongs to the week before it, unless weeks start there.
	const thursday = day + (weekday === 0 ? (weekStart === 'sunday' ? 4 : -3) : 4 - weekday) * DAY;
	const year = new Date(thursday).getUTCFullYear();
	const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
	return `${year}-W${String(week).padStart(2, '0')}`;
}
