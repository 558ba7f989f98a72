/**
 * The alert ledger: what every alert lived through, what it said, and each attempt to deliver it. Touches the
 * database. Rows are added and never rewritten; an alert's state is the replay of its events, so a restart forgets
 * nothing. A transition and its messages are written in one transaction with the event that caused them.
 */
import type { KnownCohort } from '../queries/measurement';
import type { AlertState, DeliveryOutcome } from '../warehouse/vocabulary';
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import {
	NO_ALERT,
	isOpen,
	step,
	type Alert,
	type AlertEvent,
	type AlertSettings,
	type Notification,
	type Transition
} from './alert';
import { alertKey, deliveryKey, groupKey, identityOf } from './alert-identity';
import { evaluationOf, evaluatorOf, type BookOptions, type Evaluator } from './evaluate';
import { recordVerdicts } from './ledger.server';
import { dueMessages, type Message } from './outbox';
import { ruleVersion, type Policy } from './policy';
import type { Rule } from './rule';
import { dayOf } from './series';
import { BLINDNESS, blindnessFires, observe, observeBlindness, settingsOf } from './watch';
import appendEvents from './sql/append-events.sql?raw';
import appendMessages from './sql/append-messages.sql?raw';
import appendTransitions from './sql/append-transitions.sql?raw';

export interface StandingAlert {
	key: string;
	rule: string;
	alert: Alert;
	/** Events so far. */
	events: number;
}

export interface Watched {
	transitions: (Transition & { rule: string })[];
	messages: Message[];
}

type StoredEvent = AlertEvent & { settings: AlertSettings };

interface RuleRef {
	name: string;
	version: string;
	group: (at: string) => string;
}

/** Lives one alert from what is stored, and collects what new events add. */
class Lived {
	alert: Alert = NO_ALERT;
	readonly events: object[] = [];
	readonly transitions: object[] = [];
	readonly messages: Message[] = [];
	readonly moved: Transition[] = [];
	private place: number;

	constructor(
		readonly key: string,
		readonly rule: RuleRef,
		stored: readonly StoredEvent[]
	) {
		for (const event of stored) this.alert = step(this.alert, event, event.settings).alert;
		this.place = stored.length;
	}

	/** The reason why it was refused, or null. */
	add(event: AlertEvent, settings: AlertSettings): string | null {
		const { alert, transition, notifications, refused } = step(this.alert, event, settings);
		if (refused !== null) return refused;
		const { key, rule } = this;
		const place = this.place++;
		this.alert = alert;
		const kept: StoredEvent = { ...event, settings };
		this.events.push({
			alert_key: key,
			place,
			kind: event.kind,
			happened_at: event.at,
			rule: rule.name,
			rule_version: rule.version,
			event: JSON.stringify(kept)
		});
		if (transition) {
			const { episode, seq, at, from, to, reason } = transition;
			this.moved.push(transition);
			this.transitions.push({
				alert_key: key,
				episode,
				seq,
				happened_at: at,
				from_state: from,
				to_state: to,
				reason,
				rule: rule.name,
				place
			});
		}
		this.messages.push(...notifications.map((notification) => this.message(notification)));
		return null;
	}

	private message(notification: Notification): Message {
		const { key, rule } = this;
		return {
			deliveryKey: deliveryKey(key, notification),
			alertKey: key,
			...notification,
			rule: rule.name,
			groupKey: rule.group(notification.at)
		};
	}
}

async function load(session: Session, key: string, rule: RuleRef): Promise<Lived> {
	const rows = await session.all<{ event: string }>(
		'SELECT event FROM alert.event WHERE alert_key = $key ORDER BY place',
		{ key }
	);
	return new Lived(
		key,
		rule,
		rows.map(({ event }) => JSON.parse(event) as StoredEvent)
	);
}

async function save(session: Session, lives: readonly Lived[]): Promise<void> {
	const write = async (sql: string, name: string, rows: readonly object[]) => {
		if (rows.length > 0) await session.run(sql, { [name]: JSON.stringify(rows) });
	};
	await write(
		appendEvents,
		'events',
		lives.flatMap(({ events }) => events)
	);
	await write(
		appendTransitions,
		'transitions',
		lives.flatMap(({ transitions }) => transitions)
	);
	const messages = lives.flatMap(({ messages }) => messages);
	await write(
		appendMessages,
		'messages',
		messages.map((message) => ({
			delivery_key: message.deliveryKey,
			alert_key: message.alertKey,
			episode: message.episode,
			kind: message.kind,
			seq: message.seq,
			happened_at: message.at,
			rule: message.rule,
			group_key: message.groupKey
		}))
	);
}

/** The Monday of an instant's week, which is enough to tell alerts of one week together. */
function weekOf(at: string): string {
	const day = Math.floor(Date.parse(at) / 86_400_000);
	return dayOf(day - ((day + 3) % 7));
}

const refOf = (rule: Rule): RuleRef => ({
	name: rule.name,
	version: ruleVersion(rule),
	group: (at) => groupKey(rule, weekOf(at))
});

export interface WatchOptions extends BookOptions {
	/** Rules whose data a data-quality alert doubts, and which one. */
	inhibited?: Readonly<Record<string, string>>;
}

/**
 * Lives every alert of the policy up to `now`, day by day from where it stopped; a day is evaluated once, however
 * often this runs. The verdict of a day on which an alert changed is recorded with all its evidence, and a verdict
 * that later data change is told to the alert that fired on it.
 */
export async function watchAlerts(
	warehouse: Warehouse,
	policy: Policy,
	cohortsByRule: Readonly<Record<string, readonly KnownCohort[]>>,
	now: string,
	policyVersion: string,
	options: WatchOptions = {}
): Promise<Watched> {
	const changedDays: { evaluator: Evaluator; at: string }[] = [];
	const fired: { key: string; rule: Rule; evaluator: Evaluator; at: string }[] = [];
	const watched = await warehouse.write(async (session) => {
		const lives: Lived[] = [];
		for (const rule of policy.stop_loss.rules) {
			const cohorts = cohortsByRule[rule.name] ?? [];
			const ref = refOf(rule);
			const main = await load(session, alertKey(identityOf(rule, 'metric')), ref);
			let { resetAfter } = main.alert;
			let evaluator = evaluatorFor(policy, rule, cohorts, resetAfter, options);
			if (isOpen(main.alert.state) && main.alert.firedAt !== null)
				fired.push({
					key: main.key,
					rule,
					evaluator: evaluatorFor(policy, rule, cohorts.map(inHindsight), resetAfter, options),
					at: main.alert.firedAt
				});
			const settings = settingsOf(rule);
			const answered = options.companions?.[rule.name]?.answered;
			const blind = blindnessFires(rule, policy.tiers.B)
				? await load(session, alertKey(identityOf(rule, 'blindness')), ref)
				: null;
			lives.push(main, ...(blind ? [blind] : []));
			const first = evaluator.judge.subject.series.first;
			const last = evaluator.due(now);
			const seen = main.alert.lastObserved;
			// Without any data nothing is due yet, and there is nothing to be blind to.
			if (cohorts.length === 0) continue;
			for (let due = seen === null ? first : evaluator.due(seen) + 1; due <= last; due++) {
				const at = evaluator.instantOf(due);
				const event = observe(evaluator.judgeAt(at), due, at, main.alert, answered);
				main.add({ ...event, inhibitedBy: options.inhibited?.[rule.name] ?? null }, settings);
				if (main.moved.at(-1)?.at === at) changedDays.push({ evaluator, at });
				if (main.alert.resetAfter !== resetAfter) {
					resetAfter = main.alert.resetAfter;
					evaluator = evaluatorFor(policy, rule, cohorts, resetAfter, options);
				}
				// A rollback dries up its own series: silence is what was asked for.
				const asked = main.alert.state === 'mitigated' ? 'mitigated' : null;
				blind?.add({ ...observeBlindness(evaluator.judgeAt(at), due, at), inhibitedBy: asked }, BLINDNESS);
			}
		}
		await save(session, lives);
		return {
			transitions: lives.flatMap(({ moved, rule }) => moved.map((one) => ({ ...one, rule: rule.name }))),
			messages: lives.flatMap(({ messages }) => messages)
		};
	});
	await recordVerdicts(
		warehouse,
		changedDays.map(({ evaluator, at }) => evaluator.at(at)),
		policyVersion
	);
	await restate(warehouse, fired, policyVersion);
	return watched;
}

/** What fired on evidence that later data changed: both stay, and the alert is told. */
async function restate(
	warehouse: Warehouse,
	fired: readonly { key: string; rule: Rule; evaluator: Evaluator; at: string }[],
	policyVersion: string
): Promise<void> {
	for (const { key, rule, evaluator, at } of fired) {
		const [row] = await recordVerdicts(warehouse, [evaluator.at(at)], policyVersion);
		const before = row?.restates;
		if (!row || before === null || before === undefined) continue;
		await warehouse.write(async (session) => {
			const life = await load(session, key, refOf(rule));
			life.add({ kind: 'evidence_restated', at, asOf: at, before, after: row.id }, settingsOf(rule));
			await save(session, [life]);
		});
	}
}

function evaluatorFor(
	policy: Policy,
	rule: Rule,
	cohorts: readonly KnownCohort[],
	resetAfter: string | null,
	options: BookOptions
): Evaluator {
	return evaluatorOf({
		...evaluationOf(policy, rule, cohorts, options),
		...(resetAfter ? { resetAfter } : {})
	});
}

/** What came late counts as if it had been known at once: what a firing rests on today. */
function inHindsight({ day, intent, n, x }: KnownCohort): KnownCohort {
	return { day, intent, n, x };
}

/** What a person asks of an alert; gives back why it was refused, or null. */
export async function askAlert(
	warehouse: Warehouse,
	rule: Rule,
	key: string,
	event: Exclude<AlertEvent, { kind: 'observed' | 'evidence_restated' }>
): Promise<string | null> {
	return warehouse.write(async (session) => {
		const life = await load(session, key, refOf(rule));
		const refused = life.add(event, settingsOf(rule));
		if (refused === null) await save(session, [life]);
		return refused;
	});
}

/** Every alert that ever lived, with its state today. */
export async function standingAlerts(warehouse: Warehouse): Promise<StandingAlert[]> {
	const rows = await warehouse.all<{ alertKey: string; rule: string; event: string }>(
		'SELECT alert_key, rule, event FROM alert.event ORDER BY alert_key, place'
	);
	const alerts = new Map<string, StandingAlert>();
	for (const { alertKey: key, rule, event } of rows) {
		const before = alerts.get(key) ?? { key, rule, alert: NO_ALERT, events: 0 };
		const { settings, ...happened } = JSON.parse(event) as StoredEvent;
		const { alert } = step(before.alert, happened as AlertEvent, settings);
		alerts.set(key, { key, rule, alert, events: before.events + 1 });
	}
	return [...alerts.values()];
}

export interface LedgerTransition {
	alertKey: string;
	rule: string;
	episode: number;
	seq: number;
	at: string;
	fromState: AlertState;
	toState: AlertState;
	reason: string;
}

export function listTransitions(warehouse: Warehouse): Promise<LedgerTransition[]> {
	return warehouse.all<LedgerTransition>(
		'SELECT alert_key, rule, episode, seq, happened_at AS "at", from_state, to_state, reason FROM alert.transition ORDER BY happened_at, alert_key, episode, seq'
	);
}

/** Messages that a receiver still has to get; what ended before it was heard of is left out. */
export async function messagesFor(warehouse: Warehouse, receiver: string): Promise<Message[]> {
	const [messages, settled] = await Promise.all([
		warehouse.all<Message>(
			'SELECT delivery_key, alert_key, episode, kind, seq, happened_at AS "at", rule, group_key FROM alert.message ORDER BY happened_at, rowid'
		),
		warehouse.all<{ deliveryKey: string }>(
			`SELECT DISTINCT delivery_key FROM alert.attempt WHERE receiver = $receiver AND outcome IN ('delivered', 'dead')`,
			{ receiver }
		)
	]);
	return dueMessages(messages, new Set(settled.map(({ deliveryKey: key }) => key)));
}

/** One attempt to deliver; another attempt is another row. */
export async function recordAttempt(
	warehouse: Warehouse,
	attempt: { receiver: string; deliveryKey: string; at: string; outcome: DeliveryOutcome; detail?: string }
): Promise<void> {
	const { receiver, at, outcome, detail = '' } = attempt;
	await warehouse.write((session) =>
		session.run(
			`INSERT INTO alert.attempt
			SELECT $receiver, $key, coalesce(max(attempt), 0) + 1, CAST($at AS TIMESTAMPTZ), $outcome, nullif($detail, '')
			FROM alert.attempt WHERE receiver = $receiver AND delivery_key = $key`,
			{ receiver, key: attempt.deliveryKey, at, outcome, detail }
		)
	);
}
