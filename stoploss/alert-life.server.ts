/**
 * One alert as it is kept: its stored events, what new events add, and the write that keeps all of it together.
 * Touches the database. An event, the transition it caused and the messages to be told are written in one
 * transaction; the state is the replay of the events and stands nowhere else.
 */
import type { Session } from '../warehouse/warehouse.server';
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
import { deliveryKey, groupKey } from './alert-identity';
import type { Message } from './outbox';
import { ruleVersion } from './policy';
import type { Rule } from './rule';
import { dayOf } from './series';
import appendEvents from './sql/append-events.sql?raw';
import appendMessages from './sql/append-messages.sql?raw';
import appendTransitions from './sql/append-transitions.sql?raw';

export type StoredEvent = AlertEvent & { settings: AlertSettings };

export interface RuleRef {
	name: string;
	version: string;
	group: (at: string) => string;
}

/** Lives one alert from what is stored, and collects what new events add. */
export class Lived {
	alert: Alert = NO_ALERT;
	readonly events: object[] = [];
	readonly transitions: object[] = [];
	readonly messages: Message[] = [];
	readonly moved: Transition[] = [];
	private place: number;
	/** Since when it may mute others, or may not: it is open, and its firing was told. */
	private readonly loudness: { at: number; loud: boolean }[] = [];

	constructor(
		readonly key: string,
		readonly rule: RuleRef,
		stored: readonly StoredEvent[]
	) {
		for (const event of stored) {
			this.alert = step(this.alert, event, event.settings).alert;
			this.noteLoudness(event.at);
		}
		this.place = stored.length;
	}

	/** Whether it was open, and had been told, at an instant. */
	wasLoud(at: string): boolean {
		const instant = Date.parse(at);
		return this.loudness.findLast((one) => one.at <= instant)?.loud ?? false;
	}

	private noteLoudness(at: string): void {
		const loud = isOpen(this.alert.state) && this.alert.told;
		if (this.loudness.at(-1)?.loud !== loud) this.loudness.push({ at: Date.parse(at), loud });
	}

	/** The reason why it was refused, or null. */
	add(event: AlertEvent, settings: AlertSettings): string | null {
		const { alert, transition, notifications, refused } = step(this.alert, event, settings);
		if (refused !== null) return refused;
		const { key, rule } = this;
		const place = this.place++;
		this.alert = alert;
		this.noteLoudness(event.at);
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

export async function load(session: Session, key: string, rule: RuleRef): Promise<Lived> {
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

export async function save(session: Session, lives: readonly Lived[]): Promise<void> {
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
	const [last] = await session.all<{ position: number | null }>(
		'SELECT max(position) AS position FROM alert.message'
	);
	await write(
		appendMessages,
		'messages',
		messages.map((message, index) => ({
			delivery_key: message.deliveryKey,
			alert_key: message.alertKey,
			episode: message.episode,
			kind: message.kind,
			seq: message.seq,
			happened_at: message.at,
			rule: message.rule,
			group_key: message.groupKey,
			position: (last?.position ?? 0) + index + 1
		}))
	);
}

/** The Monday of an instant's week, which is enough to tell alerts of one week together. */
export function weekOf(at: string): string {
	const day = Math.floor(Date.parse(at) / 86_400_000);
	return dayOf(day - ((day + 3) % 7));
}

export const refOf = (rule: Rule): RuleRef => ({
	name: rule.name,
	version: ruleVersion(rule),
	group: (at) => groupKey(rule, weekOf(at))
});
