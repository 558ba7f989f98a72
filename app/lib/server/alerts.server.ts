/**
 * Alerts as pages, the API and the command line show them: state, life, evidence as it was believed at the firing,
 * and what was told to whom. Touches the database.
 */
import { watermark } from '#queries/queries.server';
import { isOpen, type Alert, type DataStatus } from '#stoploss/alert';
import { askStanding, findAlert } from '#stoploss/alert-door.server';
import {
	listTransitions,
	standingAlerts,
	type LedgerTransition,
	type StandingAlert
} from '#stoploss/alert-ledger.server';
import { subjectOf, type AlertSubject } from '#stoploss/alert-subject';
import { listAttempts, listMessages } from '#stoploss/delivery-ledger.server';
import { latestVerdicts, verdictHistory, type LedgerVerdict } from '#stoploss/ledger.server';
import type { Message } from '#stoploss/outbox';
import type { Policy } from '#stoploss/policy';
import { eventOf, type Wish } from '#stoploss/wishes';
import type { AlertState, DeliveryOutcome } from '#warehouse/vocabulary';
import type { Warehouse } from '#warehouse/warehouse.server';
import { nudgeWatchman } from './watchman.server';

export interface AlertSummary {
	key: string;
	rule: string;
	about: AlertSubject['about'];
	title: string;
	sentence: string;
	tier: string | null;
	owner: string | null;
	runbook: string | null;
	state: AlertState;
	/** What the data allow today; it never changes the state. */
	data: DataStatus;
	episode: number;
	firedAt: string | null;
	/** Of the episode that is over. */
	resolvedAt: string | null;
	lastObserved: string | null;
	/** Share of one, as it was at firing. */
	worsening: number | null;
	driver: string | null;
	acknowledgedBy: string | null;
	due: string | null;
	overdue: boolean;
	silencedUntil: string | null;
	/** Key of the alert that speaks instead of this one. */
	mutedBy: string | null;
	told: boolean;
}

function summaryOf(policy: Policy, { key, rule, alert }: StandingAlert, now: string): AlertSummary {
	const subject = subjectOf(policy, key, rule);
	const { silencedUntil, due, state } = alert;
	return {
		key,
		rule,
		about: subject.about,
		title: subject.title,
		sentence: subject.sentence,
		tier: subject.tier,
		owner: subject.rule?.owner ?? null,
		runbook: subject.rule?.runbook ?? null,
		state,
		data: alert.data,
		episode: alert.episode,
		firedAt: alert.firedAt,
		resolvedAt: alert.resolvedAt,
		lastObserved: alert.lastObserved,
		worsening: measured(subject, alert) ? alert.worsening : null,
		driver: alert.driver,
		acknowledgedBy: alert.owner,
		due,
		overdue: due !== null && state === 'acknowledged' && Date.parse(due) < Date.parse(now),
		silencedUntil:
			silencedUntil !== null && Date.parse(silencedUntil) > Date.parse(now) ? silencedUntil : null,
		mutedBy: isOpen(state) ? alert.inhibitedBy : null,
		told: alert.told
	};
}

const measured = ({ about }: AlertSubject, { firedAt }: Alert) => about === 'metric' && firedAt !== null;

/** Alerts that fired, or may soon; those that never did are not alerts. */
export async function listAlerts(warehouse: Warehouse, policy: Policy, now: string): Promise<AlertSummary[]> {
	const standing = await standingAlerts(warehouse);
	return standing
		.filter(({ alert }) => alert.episode > 0 || alert.state === 'pending')
		.map((one) => summaryOf(policy, one, now));
}

/** Something that happened to an alert, as it was written. */
export interface AlertMoment {
	at: string;
	kind: string;
	by: string | null;
	/** Further words of a person: owner, due date, reason, note. */
	words: Record<string, string>;
}

export interface AlertDelivery {
	receiver: string;
	outcome: DeliveryOutcome;
	at: string;
	tries: number;
	detail: string | null;
}

export interface AlertDetail {
	alert: AlertSummary;
	transitions: LedgerTransition[];
	/** What people did, oldest first. */
	wishes: AlertMoment[];
	messages: (Message & { deliveries: AlertDelivery[] })[];
	/** As it was believed when it fired; null where nothing was judged. */
	fired: LedgerVerdict | null;
	/** The same day judged again on what came late; null where nothing changed. */
	restated: LedgerVerdict | null;
	/** The rule's newest verdict. */
	latest: LedgerVerdict | null;
}

export async function readAlert(
	warehouse: Warehouse,
	policy: Policy,
	key: string,
	now: string
): Promise<AlertDetail | null> {
	const found = await findAlert(warehouse, key);
	if (!found) return null;
	const own = <Row extends { alertKey: string }>(rows: Row[]) =>
		rows.filter(({ alertKey }) => alertKey === found.key);
	const [transitions, messages, attempts, wishes, latest] = await Promise.all([
		listTransitions(warehouse).then(own),
		listMessages(warehouse).then(own),
		listAttempts(warehouse),
		wishesOf(warehouse, found.key),
		latestVerdicts(warehouse)
	]);
	const firing = transitions.findLast(
		({ toState, fromState }) => toState === 'firing' && fromState !== 'acknowledged'
	);
	const history = firing ? await verdictHistory(warehouse, found.rule, firing.at) : [];
	return {
		alert: summaryOf(policy, found, now),
		transitions,
		wishes,
		messages: messages.map((message) => {
			const steps = attempts.filter(({ deliveryKey }) => deliveryKey === message.deliveryKey);
			const deliveries = [...new Set(steps.map(({ receiver }) => receiver))].map((receiver) => {
				const own = steps.filter((one) => one.receiver === receiver);
				const { outcome, at, detail } = own.at(-1)!;
				return {
					receiver,
					outcome,
					at,
					detail,
					tries: own.filter((one) => one.outcome === 'sending').length
				};
			});
			return { ...message, deliveries };
		}),
		fired: history[0] ?? null,
		restated: history.length > 1 ? history.at(-1)! : null,
		latest: latest.find(({ rule }) => rule === found.rule) ?? null
	};
}

const SAID = ['owner', 'due', 'until', 'reason', 'note'] as const;

async function wishesOf(warehouse: Warehouse, key: string): Promise<AlertMoment[]> {
	const rows = await warehouse.all<{ kind: string; event: string }>(
		`SELECT kind, event FROM alert.event WHERE alert_key = $key AND kind NOT IN ('observed', 'elapsed') ORDER BY place`,
		{ key }
	);
	return rows.map(({ kind, event }) => {
		const happened = JSON.parse(event) as { at: string; by?: string } & Record<string, unknown>;
		const words = SAID.flatMap((name) => {
			const word = happened[name];
			return typeof word === 'string' ? [[name, word] as const] : [];
		});
		return { at: happened.at, kind, by: happened.by ?? null, words: Object.fromEntries(words) };
	});
}

/** Meets a wish and says why not, or null. Throws a RangeError where there is no such alert. */
export async function askAlert(
	warehouse: Warehouse,
	policy: Policy,
	key: string,
	wish: Wish,
	now: string
): Promise<string | null> {
	const found = await findAlert(warehouse, key);
	if (!found) throw new RangeError(`There is no alert ${key}.`);
	const refused = await askStanding(warehouse, policy, found, eventOf(wish, now, await watermark(warehouse)));
	nudgeWatchman();
	return refused;
}
