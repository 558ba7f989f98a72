/**
 * Random logs for the oracle: customers with their conversations on any channel, versions, duplicates and side feeds,
 * delivered in files in any order. Pure. Times lie on a grid of half days, give or take a second, so that windows are
 * hit on their edges and ties are common; fields are missing everywhere, because in real logs they are.
 */
import fc from 'fast-check';
import type { CanonicalRecord, ConversationRecord } from '../ingest/canonical';
import type { IntentPolicy } from '../queries/facts/refresh.server';
import type { Calendar } from '../queries/measurement';
import {
	AUDIT_VERDICTS,
	ESCALATION_REASONS,
	INITIATORS,
	OUTCOME_JUDGES,
	ROLES,
	STATUSES
} from '../warehouse/vocabulary';
import type { Batch } from './oracle';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const policy: IntentPolicy = {
	hash: 'oracle',
	intents: [
		{ intent: 'order_status', family: 'orders', tier: 'A' },
		{ intent: 'order_cancel', family: 'orders', tier: 'B' },
		{ intent: 'refund', family: 'refund', tier: 'B' },
		{ intent: 'dispute', family: 'dispute', tier: 'C' }
	],
	rules: [
		{ intent: 'refund', tools: ['issue_refund'], words: ['money back'] },
		{ intent: 'dispute', tools: ['freeze_card'], words: ['Lawyer', 'fraud'] }
	]
};

/** A Monday before each oddity of the calendar: both clock changes, a 53rd week, and nothing odd. */
const EPOCHS = ['2026-03-16', '2026-10-12', '2026-12-14', '2026-06-01'].map((day) =>
	Date.parse(`${day}T00:00:00Z`)
);
const ZONES = ['UTC', 'Europe/Stockholm', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];
export const NOW = '2027-12-01T00:00:00Z';

/** Half days from the start of the log, give or take a second. */
const instant = (days: number) =>
	fc
		.tuple(fc.integer({ min: 0, max: days * 2 }), fc.constantFrom(0, 0, 0, 1, -1))
		.map(([halves, second]) => halves * 12 * HOUR + second * 1000);
/** Some time after something: often at once, often on the edge of a window. */
const after = fc.oneof(
	fc.constantFrom(0, 0, 1000, 5 * MINUTE, 30 * MINUTE),
	fc
		.tuple(fc.constantFrom(1, 2, 3, 7, 14), fc.constantFrom(0, 0, 1, -1), fc.constantFrom(0, 5 * MINUTE))
		.map(([days, second, minutes]) => days * DAY + second * 1000 + minutes)
);
const yes = fc.constantFrom(true);
const seldom = <T>(wish: fc.Arbitrary<T>) =>
	fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: wish });

const message = fc.record(
	{
		role: fc.constantFrom(...ROLES, 'customer' as const, 'customer' as const, 'bot' as const),
		after,
		sentiment: fc.constantFrom(-0.8, 0, 0.5),
		hidden: yes,
		drafted: yes,
		timeless: yes,
		text: fc.constantFrom('Hello', 'I want my MONEY BACK', 'Ask my lawyer', '')
	},
	{ requiredKeys: ['role', 'after'] }
);
const refund = fc.record(
	{
		id: fc.constantFrom('f1', 'f2'),
		after,
		amount: fc.constantFrom(0, 500, 8000),
		verdict: fc.constantFrom(...AUDIT_VERDICTS),
		auditedAfter: after,
		correct: fc.constantFrom(0, 500)
	},
	{ requiredKeys: [] }
);
const rating = fc.record(
	{
		score: fc.integer({ min: 1, max: 5 }),
		scale: fc.constantFrom(5, 5, 10),
		askedAfter: after,
		answeredAfter: after
	},
	{ requiredKeys: [] }
);
const escalation = fc.record(
	{
		neededAfter: after,
		reason: fc.constantFrom(...ESCALATION_REASONS),
		handedAfter: after,
		engagedAfter: after,
		leftAfter: after
	},
	{ requiredKeys: [] }
);
const episode = fc.record(
	{
		messages: fc.array(message, { minLength: 1, maxLength: 6 }),
		endsAfter: after,
		resolvesAfter: after,
		status: fc.constantFrom(...STATUSES),
		intent: fc.constantFrom('order_status', 'order_cancel', 'refund', 'unheard_of'),
		channel: fc.constantFrom('chat', 'email', 'voice'),
		language: fc.constantFrom('en', 'sv'),
		market: fc.constantFrom('SE', 'DE'),
		value: fc.constantFrom('standard', 'high'),
		initiatedBy: seldom(fc.constantFrom(...INITIATORS)),
		test: seldom(fc.boolean()),
		escalation: seldom(escalation),
		refunds: seldom(fc.array(refund, { maxLength: 2 })),
		rating,
		complaintAfter: seldom(after),
		solved: seldom(fc.boolean()),
		judge: fc.constantFrom(...OUTCOME_JUDGES, 'reviewer' as const, 'audit' as const, 'audit' as const),
		judgedAfter: after,
		tool: fc.constantFrom('issue_refund', 'freeze_card', 'look_up'),
		toolBy: fc.constantFrom('bot', 'customer')
	},
	{ requiredKeys: ['messages'] }
);
type Episode = typeof episode extends fc.Arbitrary<infer E> ? E : never;

/** Where a record is delivered: in one file, sometimes again in another. */
const deliveries = fc.array(fc.nat(3), { minLength: 1, maxLength: 2 });
const side = fc.record(
	{
		kind: fc.constantFrom('rating', 'refund_audit', 'complaint', 'cost'),
		part: fc.constantFrom('f1', 'f2'),
		at: after,
		askedAfter: after,
		score: fc.integer({ min: 1, max: 5 }),
		scale: fc.constantFrom(5, 10),
		verdict: fc.constantFrom(...AUDIT_VERDICTS),
		correct: fc.constantFrom(0, 500),
		files: deliveries
	},
	{ requiredKeys: ['kind', 'at', 'verdict', 'files'] }
);
type Side = typeof side extends fc.Arbitrary<infer S> ? S : never;
const conversation = fc.record({
	start: instant(21),
	versions: fc.oneof(
		{ weight: 4, arbitrary: fc.tuple(fc.record({ seen: episode, files: deliveries })) },
		{
			weight: 1,
			arbitrary: fc.array(fc.record({ seen: episode, files: deliveries, moved: seldom(fc.nat(3)) }), {
				minLength: 2,
				maxLength: 3
			})
		}
	),
	sides: fc.oneof(
		{ weight: 2, arbitrary: fc.constant<Side[]>([]) },
		{ weight: 1, arbitrary: fc.array(side, { minLength: 1, maxLength: 3 }) }
	)
});

export interface Log {
	batches: Batch[];
	calendar: Calendar;
	/** Instants at which the card is asked for. */
	asOf: number[];
}

/** Logs of up to so many customers, large ones from the first run on. */
export const logOf = (customers: number): fc.Arbitrary<Log> =>
	fc
		.noBias(
			fc.record({
				epoch: fc.constantFrom(...EPOCHS),
				timeZone: fc.constantFrom(...ZONES),
				weekStart: fc.constantFrom('monday' as const, 'sunday' as const),
				asOf: fc.array(instant(56), { minLength: 1, maxLength: 3 }),
				customers: fc.array(fc.array(conversation, { minLength: 1, maxLength: 4 }), {
					minLength: 1,
					maxLength: customers,
					size: 'max'
				})
			})
		)
		.map((drawn) => ({
			batches: deliver(drawn.epoch, drawn.customers),
			calendar: { timeZone: drawn.timeZone, weekStart: drawn.weekStart },
			asOf: drawn.asOf.map((at) => drawn.epoch + at)
		}));

type Conversation = typeof conversation extends fc.Arbitrary<infer C> ? C : never;

function deliver(epoch: number, customers: readonly Conversation[][]): Batch[] {
	const files: CanonicalRecord[][] = [[], [], [], []];
	const put = (record: CanonicalRecord, where: readonly number[]) =>
		where.forEach((at) => files[at]!.push(record));
	customers.forEach((conversations, c) =>
		conversations.forEach(({ start, versions, sides }, n) => {
			const id = `k${c}-${n}`;
			versions.forEach(({ seen, files: where, ...more }, version) => {
				const owner = 'moved' in more && more.moved !== undefined ? more.moved : c;
				const updated = iso(epoch + 60 * DAY + version * 1000);
				put({ ...record(seen, epoch + start), id, customer_id: `k${owner}`, updated_at: updated }, where);
			});
			sides.forEach((drawn, version) => {
				const at = iso(epoch + start + drawn.at);
				const head = { conversation_id: id, updated_at: iso(epoch + 60 * DAY + version * 1000) };
				if (drawn.kind === 'rating')
					put(
						{
							record: 'rating',
							...head,
							...some('score', drawn.score),
							...some('scale', drawn.scale),
							...some(
								'asked_at',
								drawn.askedAfter === undefined ? undefined : iso(epoch + start + drawn.askedAfter)
							),
							...(drawn.score !== undefined && drawn.correct === undefined && { answered_at: at })
						},
						drawn.files
					);
				else if (drawn.kind === 'refund_audit')
					put(
						{
							record: 'refund_audit',
							...head,
							...some('refund_id', drawn.part),
							audit_verdict: drawn.verdict,
							...(drawn.score !== 1 && { audited_at: at }),
							...some('correct_amount_minor', drawn.correct)
						},
						drawn.files
					);
				else if (drawn.kind === 'complaint')
					put({ record: 'complaint', ...head, ...some('id', drawn.part), at }, drawn.files);
				else put({ record: 'cost', ...head, ai: 0.1, currency: 'EUR' }, drawn.files);
			});
		})
	);
	return files.filter((records) => records.length > 0);
}

const iso = (at: number) => new Date(at).toISOString();

/** `{ key: value }`, or nothing where there is no value. */
const some = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
	(value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

function record(e: Episode, start: number): Omit<ConversationRecord, 'id' | 'customer_id'> {
	const at = <K extends string>(key: K, delay: number | undefined) =>
		some(key, delay === undefined ? undefined : iso(start + delay));
	const escalation = {
		...at('needed_at', e.escalation?.neededAfter),
		...some('reason', e.escalation?.reason),
		...at('handed_off_at', e.escalation?.handedAfter),
		...at('engaged_at', e.escalation?.engagedAfter),
		...at('abandoned_at', e.escalation?.leftAfter)
	};
	return {
		started_at: iso(start),
		...at('ended_at', e.endsAfter),
		...at('resolved_at', e.resolvesAfter),
		...some('status', e.status),
		...some('intent', e.intent),
		...some('channel', e.channel),
		...some('language', e.language),
		...some('market', e.market),
		...some('customer_value', e.value),
		...some('initiated_by', e.initiatedBy),
		...some('test_traffic', e.test),
		messages: e.messages.map((m) => ({
			role: m.role,
			...(!m.timeless && { at: iso(start + m.after) }),
			...some('text', m.text),
			...some('sentiment', m.sentiment),
			...(m.hidden && { public: false }),
			...some('ai_drafted', m.drafted)
		})),
		...(Object.keys(escalation).length > 0 && { escalation }),
		...(e.refunds && {
			refunds: e.refunds
				.map((r) => ({
					...some('id', r.id),
					...at('at', r.after),
					...some('amount_minor', r.amount),
					...some('audit_verdict', r.verdict),
					...at('audited_at', r.auditedAfter),
					...some('correct_amount_minor', r.correct)
				}))
				.filter((r) => Object.keys(r).length > 0)
		}),
		...(e.rating && {
			rating: {
				...some('score', e.rating.score),
				...some('scale', e.rating.scale),
				...at('asked_at', e.rating.askedAfter),
				...at('answered_at', e.rating.answeredAfter)
			}
		}),
		...(e.complaintAfter !== undefined && { complaints: [{ at: iso(start + e.complaintAfter) }] }),
		...(e.solved !== undefined && {
			outcome: { solved: e.solved, ...some('by', e.judge), ...at('at', e.judgedAfter) }
		}),
		...(e.tool !== undefined && { tool_calls: [{ name: e.tool, ...some('actor', e.toolBy) }] })
	};
}
