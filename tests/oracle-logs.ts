/**
 * Random logs for the oracle: customers with their conversations on any channel, versions, duplicates and side feeds,
 * delivered in files in any order. Pure. Times lie on a grid of half days, give or take a second, so that windows are
 * hit on their edges and ties are common; fields are missing everywhere, because in real logs they are.
 */
import fc from 'fast-check';
import type { CanonicalRecord, ConversationRecord } from '../ingest/canonical';
import type { IntentPolicy } from '../queries/facts/refresh.server';
import type { BusinessHours, Calendar, Limits } from '../queries/measurement';
import {
	AUDIT_VERDICTS,
	DECIDERS,
	ESCALATION_REASONS,
	HANDOFF_PARTS,
	INITIATORS,
	OUTCOME_JUDGES,
	ROLES,
	STATUSES
} from '../warehouse/vocabulary';
import type { Batch, ForeignRecord } from './oracle';

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
		correct: fc.constantFrom(0, 500),
		currency: fc.nat(1),
		probability: fc.constantFrom(1, 0.5, 0.1),
		decidedBy: fc.constantFrom(...DECIDERS),
		approvedBy: fc.constantFrom('Ada', 'Bo')
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
		leftAfter: after,
		parts: fc.oneof(
			fc.shuffledSubarray([...HANDOFF_PARTS], { minLength: 6 }),
			fc.array(fc.constantFrom(...HANDOFF_PARTS), { maxLength: 4 })
		),
		reAsked: fc.boolean()
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
		test: seldom(seldom(fc.boolean())),
		spam: seldom(seldom(fc.boolean())),
		mergedInto: seldom(seldom(fc.constantFrom('k0-0', 'nobody'))),
		thread: fc.constantFrom('t1', 't2'),
		costs: fc.record(
			{ ai: fc.constantFrom(0, 0.1, 0.25), currency: fc.nat(1), minutes: fc.constantFrom(0, 4, 7.5) },
			{ requiredKeys: [] }
		),
		escalation: seldom(escalation),
		refunds: seldom(fc.array(refund, { maxLength: 2 })),
		rating,
		complaintAfter: seldom(after),
		regulator: fc.boolean(),
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
		probability: fc.constantFrom(1, 0.5, 0.1),
		regulator: fc.boolean(),
		ai: fc.constantFrom(0, 0.3),
		minutes: fc.constantFrom(0, 5),
		currency: fc.nat(1),
		files: deliveries
	},
	{ requiredKeys: ['kind', 'at', 'verdict', 'files'] }
);
type Side = typeof side extends fc.Arbitrary<infer S> ? S : never;
const conversation = fc.record({
	start: instant(21),
	/** Whether the records say when they were changed. */
	dated: fc.boolean(),
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

/** A run of the second source, which knows no customers and often no times. */
const run = fc.record(
	{
		start: instant(21),
		started: yes,
		ended: yes,
		messages: fc.array(
			fc.record({ role: fc.constantFrom('user', 'assistant'), after, timed: fc.boolean() }),
			{ minLength: 1, maxLength: 4 }
		),
		handedAfter: seldom(after),
		reward: fc.nat(1),
		cost: seldom(fc.constantFrom(0.1, 0.5)),
		sides: fc.array(side, { maxLength: 1 })
	},
	{ requiredKeys: ['start', 'messages', 'sides'] }
);
type Run = typeof run extends fc.Arbitrary<infer R> ? R : never;

const WORKDAYS = [1, 2, 3, 4, 5];
/** Spans apart, through the hour at which clocks change, to midnight, and over one another. */
const SPANS = [
	WORKDAYS.flatMap((weekday) => [
		{ weekday, opens: '09:00', closes: '12:30' },
		{ weekday, opens: '13:00', closes: '17:00' }
	]),
	[1, 3, 6, 7].map((weekday) => ({ weekday, opens: '00:00', closes: '24:00' })),
	[{ weekday: 7, opens: '01:00', closes: '05:00' }],
	[2, 4].flatMap((weekday) => [
		{ weekday, opens: '08:00', closes: '16:00' },
		{ weekday, opens: '10:15', closes: '12:00' },
		{ weekday, opens: '15:00', closes: '20:00' }
	])
];
const limits = (epoch: number) =>
	fc.record(
		{
			escalationMinutes: fc.constantFrom(5, 30, 1440),
			currency: fc.constantFrom('EUR', 'EUR', 'SEK'),
			refundApprovalMinor: fc.constantFrom(0, 500),
			humanMinuteCost: fc.constantFrom(0.5, 2),
			businessHours: fc.record({
				spans: fc.constantFrom(...SPANS),
				holidays: fc.subarray(
					[1, 2, 5, 13, 20].map((days) => new Date(epoch + days * DAY).toISOString().slice(0, 10))
				)
			})
		},
		{ requiredKeys: [] }
	);

export interface Log {
	batches: Batch[];
	/** The second source: as its file has it, and what that means. */
	runs: unknown[];
	foreign: ForeignRecord[];
	limits: Limits & { businessHours?: BusinessHours };
	/** No time in the log is before it. */
	epoch: number;
	calendar: Calendar;
	/** Instants at which the card is asked for. */
	asOf: number[];
}

/** Logs of up to so many customers, large ones from the first run on. */
export const logOf = (customers: number): fc.Arbitrary<Log> =>
	fc
		.noBias(
			fc.constantFrom(...EPOCHS).chain((epoch) =>
				fc.record({
					epoch: fc.constant(epoch),
					limits: limits(epoch),
					timeZone: fc.constantFrom(...ZONES),
					weekStart: fc.constantFrom('monday' as const, 'sunday' as const),
					asOf: fc.array(instant(56), { minLength: 1, maxLength: 3 }),
					currencies: fc.constantFrom(['EUR'], ['EUR'], ['EUR', 'SEK'], ['EUR', undefined]),
					runs: fc.array(run, { maxLength: 20 }),
					customers: fc.array(fc.array(conversation, { minLength: 1, maxLength: 4 }), {
						minLength: 1,
						maxLength: customers,
						size: 'max'
					})
				})
			)
		)
		.map((drawn) => ({
			...deliver(drawn),
			limits: drawn.limits,
			epoch: drawn.epoch,
			calendar: { timeZone: drawn.timeZone, weekStart: drawn.weekStart },
			asOf: drawn.asOf.map((at) => drawn.epoch + at)
		}));

type Conversation = typeof conversation extends fc.Arbitrary<infer C> ? C : never;

interface Drawn {
	epoch: number;
	currencies: readonly (string | undefined)[];
	runs: readonly Run[];
	customers: readonly Conversation[][];
}

function deliver({ epoch, currencies, runs, customers }: Drawn): Pick<Log, 'batches' | 'runs' | 'foreign'> {
	const files: CanonicalRecord[][] = [[], [], [], []];
	const put = (record: CanonicalRecord, where: readonly number[]) =>
		where.forEach((at) => files[at]!.push(record));
	const currency = (choice: number | undefined) =>
		some('currency', choice === undefined ? undefined : currencies[choice % currencies.length]);
	const changed = (version: number) => iso(epoch + 60 * DAY + version * 1000);
	/** Versions that don't say when they were changed hold another time that tells them apart. */
	const told = (drawn: Side, version: number, alone: boolean, whose: object, start: number) => {
		const at = iso(start + drawn.at);
		const head = { ...whose, ...(!(alone && drawn.currency) && { updated_at: changed(version) }) };
		if (drawn.kind === 'rating')
			put(
				{
					record: 'rating',
					...(head as { conversation_id: string }),
					...some('score', drawn.score),
					...some('scale', drawn.scale),
					...some('asked_at', drawn.askedAfter === undefined ? undefined : iso(start + drawn.askedAfter)),
					...(drawn.score !== undefined && drawn.correct === undefined && { answered_at: at })
				},
				drawn.files
			);
		else if (drawn.kind === 'refund_audit')
			put(
				{
					record: 'refund_audit',
					...(head as { conversation_id: string }),
					...some('refund_id', drawn.part),
					audit_verdict: drawn.verdict,
					...(drawn.score !== 1 && { audited_at: at }),
					...some('correct_amount_minor', drawn.correct),
					...some('audit_probability', drawn.probability)
				},
				drawn.files
			);
		else if (drawn.kind === 'complaint')
			put(
				{
					record: 'complaint',
					...(head as { conversation_id: string }),
					...some('id', drawn.part),
					...some('regulator_facing', drawn.regulator),
					at
				},
				drawn.files
			);
		else
			put(
				{
					record: 'cost',
					...(head as { conversation_id: string }),
					...some('ai', drawn.ai),
					...some('human_minutes', drawn.minutes),
					...currency(drawn.currency)
				},
				drawn.files
			);
	};
	customers.forEach((conversations, c) =>
		conversations.forEach(({ start, dated, versions, sides }, n) => {
			const id = `k${c}-${n}`;
			versions.forEach(({ seen, files: where, ...more }, version) => {
				const owner = 'moved' in more && more.moved !== undefined ? more.moved : c;
				const whole = { ...record(seen, epoch + start, currency), id, customer_id: `k${owner}` };
				const mark = { name: 'look_up', actor: 'system' as const, at: changed(version) };
				put(
					dated
						? { ...whole, updated_at: changed(version) }
						: versions.length > 1
							? { ...whole, tool_calls: [...(whole.tool_calls ?? []), mark] }
							: whole,
					where
				);
			});
			sides.forEach((drawn, version) =>
				told(drawn, version, sides.length === 1, { conversation_id: id }, epoch + start)
			);
		})
	);
	const foreign = runs.map((one, n) => foreignRecord(one, epoch, n));
	runs.forEach(({ sides, start }, n) =>
		sides.forEach((drawn, version) => {
			const whose = { conversation_id: `run-${n}`, conversation_source: 'agent-trajectories' };
			told(drawn, version, true, whose, epoch + start);
		})
	);
	return {
		batches: files.filter((records) => records.length > 0),
		runs: runs.map((one, n) => runAsWritten(one, epoch, n)),
		foreign
	};
}

function runAsWritten(one: Run, epoch: number, n: number): unknown {
	const at = (delay: number) => iso(epoch + one.start + delay);
	const transfer =
		one.handedAfter === undefined ? [] : [{ id: 'c', name: 'transfer_to_human_agents', arguments: {} }];
	return {
		id: `run-${n}`,
		...(one.started && { start_time: at(0) }),
		...(one.ended && { end_time: at(HOUR) }),
		messages: [
			...one.messages.map((message) => ({
				role: message.role,
				content: 'Hello',
				...(message.timed && { timestamp: at(message.after) })
			})),
			...transfer.map((call) => ({
				role: 'assistant',
				content: '',
				timestamp: at(one.handedAfter!),
				tool_calls: [call]
			}))
		],
		...(one.reward !== undefined && { reward_info: { reward: one.reward } }),
		...some('agent_cost', one.cost)
	};
}

function foreignRecord(one: Run, epoch: number, n: number): ForeignRecord {
	const at = (delay: number) => iso(epoch + one.start + delay);
	return {
		source: 'agent-trajectories',
		id: `run-${n}`,
		...(one.started && { started_at: at(0) }),
		...(one.ended && { ended_at: at(HOUR) }),
		messages: one.messages.map((message) => ({
			role: message.role === 'user' ? ('customer' as const) : ('bot' as const),
			text: 'Hello',
			...(message.timed && { at: at(message.after) })
		})),
		...(one.handedAfter !== undefined && {
			escalation: {
				reason: 'bot_handoff' as const,
				needed_at: at(one.handedAfter),
				handed_off_at: at(one.handedAfter)
			}
		}),
		...(one.reward !== undefined && { outcome: { solved: one.reward === 1, by: 'audit' as const } }),
		...(one.cost !== undefined && { costs: { ai: one.cost, currency: 'USD' } })
	};
}

const iso = (at: number) => new Date(at).toISOString();

/** `{ key: value }`, or nothing where there is no value. */
const some = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
	(value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

function record(
	e: Episode,
	start: number,
	currency: (choice: number | undefined) => { currency?: string }
): Omit<ConversationRecord, 'id' | 'customer_id'> {
	const at = <K extends string>(key: K, delay: number | undefined) =>
		some(key, delay === undefined ? undefined : iso(start + delay));
	const escalation = {
		...at('needed_at', e.escalation?.neededAfter),
		...some('reason', e.escalation?.reason),
		...at('handed_off_at', e.escalation?.handedAfter),
		...at('engaged_at', e.escalation?.engagedAfter),
		...at('abandoned_at', e.escalation?.leftAfter),
		...some('handoff_parts', e.escalation?.parts),
		...some('re_asked', e.escalation?.reAsked)
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
		...some('spam', e.spam),
		...some('merged_into', e.mergedInto),
		...some('thread_id', e.thread),
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
					...some('correct_amount_minor', r.correct),
					...currency(r.currency),
					...some('audit_probability', r.probability),
					...some('decided_by', r.decidedBy),
					...some('approved_by', r.approvedBy)
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
		...(e.complaintAfter !== undefined && {
			complaints: [{ at: iso(start + e.complaintAfter), ...some('regulator_facing', e.regulator) }]
		}),
		...(e.costs && {
			costs: {
				...some('ai', e.costs.ai),
				...currency(e.costs.currency),
				...some('human_minutes', e.costs.minutes)
			}
		}),
		...(e.solved !== undefined && {
			outcome: { solved: e.solved, ...some('by', e.judge), ...at('at', e.judgedAfter) }
		}),
		...(e.tool !== undefined && { tool_calls: [{ name: e.tool, ...some('actor', e.toolBy) }] })
	};
}
