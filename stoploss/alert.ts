/**
 * The life of one alert: state and event in, state and what to tell out. Pure; every instant is given.
 *
 * Two overlays never change the life cycle: what the data allow, and whether it may speak (silence, inhibition).
 * Missing data never closes an alert; only evidence of recovery or a named person does. Who was told "firing" is
 * told "resolved", silence or not. An interval that was seen already, or an older one, changes nothing.
 * Refuses, with a reason, what a person asks of an alert that isn't there, and a silence without a reason or end.
 */

import type { AlertState } from '../warehouse/vocabulary';

export type DataStatus = 'ok' | 'insufficient' | 'stale' | 'error';
export type Observation = 'ok' | 'watch' | 'breach' | 'insufficient' | 'stale' | 'error';

export const RESOLVE_REASONS = [
	'recovered',
	'rolled_back',
	'accepted_new_level',
	'false_alarm',
	'data_error'
] as const;
export type ResolveReason = (typeof RESOLVE_REASONS)[number];

export type NotificationKind =
	| 'firing'
	| 'reopened'
	| 'reminder'
	| 'worsened'
	| 'overdue'
	| 'mitigated'
	| 'resolved'
	| 'data_stale'
	| 'evaluation_failed';

/** What is found on one evaluation day. */
export interface Observed {
	kind: 'observed';
	at: string;
	/** Last day that is known, as YYYY-MM-DD. */
	day?: string;
	observation: Observation;
	/** Half of the loss is confidently gone and what is left is below the size that matters. */
	recovered?: boolean;
	/** Worsening and the size that matters, and the intent that drives it. */
	worsening?: number;
	limit?: number;
	driver?: string;
	/** What recovery will be measured against, should the alert fire now. */
	latch?: Latch;
	/** A data-quality alert that mutes this one. */
	inhibitedBy?: string | null;
}

/** The loss as it was at firing, and the reference it was measured against; days are day numbers. */
export interface Latch {
	/** Last day that was known at firing. */
	day: number;
	/** First day of a change rule's reference. */
	referenceSince: number;
	worsening: number;
}

export type AlertEvent =
	| Observed
	| { kind: 'acknowledged'; at: string; by: string; owner: string; due: string; note?: string }
	| { kind: 'silenced'; at: string; by: string; until: string; reason: string }
	| { kind: 'unsilenced'; at: string; by: string }
	| { kind: 'mitigated'; at: string; by: string; intents: readonly string[] }
	| {
			kind: 'resolved';
			at: string;
			by: string;
			reason: ResolveReason;
			note?: string;
			/** How far the data reached, where they end before \`at\`: later windows start there. */
			asOf?: string;
	  }
	/** Time has passed and nothing else: a due date, or the end of a silence. */
	| { kind: 'elapsed'; at: string }
	| { kind: 'evidence_restated'; at: string; asOf: string; before: number; after: number };

export interface AlertSettings {
	holdDays: number;
	recoveryDays: number;
	keepFiringDays: number;
}

export interface Notification {
	kind: NotificationKind;
	episode: number;
	/** Counts this kind within the episode. */
	seq: number;
	at: string;
}

export interface Transition {
	from: AlertState;
	to: AlertState;
	episode: number;
	/** Counts the transitions of the episode. */
	seq: number;
	at: string;
	reason: string;
}

/** All that is remembered; plain data, so that it can be kept and read again. */
export interface Alert {
	state: AlertState;
	data: DataStatus;
	episode: number;
	lastObserved: string | null;
	breaches: number;
	recoveries: number;
	errors: number;
	/** Last evaluable day, from which a pending alert without data expires. */
	lastData: string | null;
	firedAt: string | null;
	resolvedAt: string | null;
	/** Windows of later looks lie wholly after this day: what was closed is not found again by a long memory. */
	resetAfter: string | null;
	/** "Firing" of the present firing has been handed to delivery. */
	told: boolean;
	/** The present firing continues a resolved episode. */
	reopened: boolean;
	staleTold: boolean;
	lastTold: string | null;
	worsening: number;
	driver: string | null;
	latch: Latch | null;
	owner: string | null;
	due: string | null;
	silencedUntil: string | null;
	inhibitedBy: string | null;
	transitions: number;
	sent: Partial<Record<NotificationKind, number>>;
}

export interface Step {
	alert: Alert;
	transition: Transition | null;
	notifications: Notification[];
	/** Why a person's wish could not be met; the alert is unchanged. */
	refused: string | null;
}

const REMINDER_DAYS = 7;
const REOPEN_DAYS = 14;
const PENDING_DAYS_WITHOUT_DATA = 7;

export const NO_ALERT: Alert = {
	state: 'inactive',
	data: 'ok',
	episode: 0,
	lastObserved: null,
	breaches: 0,
	recoveries: 0,
	errors: 0,
	lastData: null,
	firedAt: null,
	resolvedAt: null,
	resetAfter: null,
	told: false,
	reopened: false,
	staleTold: false,
	lastTold: null,
	worsening: 0,
	driver: null,
	latch: null,
	owner: null,
	due: null,
	silencedUntil: null,
	inhibitedBy: null,
	transitions: 0,
	sent: {}
};

/** Fired and not yet over. */
export function isOpen(state: AlertState): boolean {
	return state === 'firing' || state === 'acknowledged' || state === 'mitigated';
}

export function step(alert: Alert, event: AlertEvent, settings: AlertSettings): Step {
	const next = new Life(alert, event.at);
	const refused = event.kind === 'observed' ? next.observe(event, settings) : next.ask(event);
	return refused
		? { alert, transition: null, notifications: [], refused }
		: { alert: next.alert, transition: next.transition, notifications: next.notifications, refused: null };
}

/** Replays what happened; the result is the state, whatever was forgotten in between. */
export function replay(events: readonly AlertEvent[], settings: AlertSettings): Alert {
	return events.reduce((alert, event) => step(alert, event, settings).alert, NO_ALERT);
}

const daysBetween = (from: string, to: string) =>
	Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

class Life {
	readonly alert: Alert;
	readonly notifications: Notification[] = [];
	transition: Transition | null = null;

	constructor(
		before: Alert,
		private readonly at: string
	) {
		this.alert = { ...before, sent: { ...before.sent } };
	}

	observe(event: Observed, settings: AlertSettings): string | null {
		const { alert, at } = this;
		if (alert.lastObserved !== null && Date.parse(at) <= Date.parse(alert.lastObserved))
			return 'This interval has been evaluated already.';
		alert.lastObserved = at;
		alert.inhibitedBy = event.inhibitedBy ?? null;
		if (event.observation === 'error') {
			alert.data = 'error';
			if (++alert.errors === 2) this.tell('evaluation_failed');
			return null;
		}
		alert.errors = 0;
		if (event.observation === 'insufficient' || event.observation === 'stale') {
			alert.data = event.observation;
			this.withoutData();
		} else {
			alert.data = 'ok';
			alert.staleTold = false;
			alert.lastData = at;
			this.withData(event, settings);
		}
		this.catchUpTelling();
		return null;
	}

	/** Counters freeze: nothing is known, so nothing is better or worse. */
	private withoutData(): void {
		const { alert, at } = this;
		if (alert.state === 'pending' && daysBetween(alert.lastData ?? at, at) > PENDING_DAYS_WITHOUT_DATA) {
			alert.breaches = 0;
			this.move('inactive', 'expired_no_data');
		}
		const watched = alert.state === 'firing' || alert.state === 'acknowledged';
		if (alert.data === 'stale' && watched && !alert.staleTold && !this.muted) {
			alert.staleTold = true;
			this.tell('data_stale');
		}
	}

	private withData(event: Observed, settings: AlertSettings): void {
		const { alert } = this;
		const { observation } = event;
		if (isOpen(alert.state)) {
			alert.recoveries = event.recovered ? alert.recoveries + 1 : 0;
			const longEnough =
				alert.firedAt === null || daysBetween(alert.firedAt, this.at) >= settings.keepFiringDays;
			if (alert.recoveries >= settings.recoveryDays && longEnough)
				return this.close('recovered', event.day ?? null);
			if (alert.state === 'acknowledged' && observation === 'breach') this.heedWorse(event);
			return;
		}
		alert.breaches = observation === 'breach' ? alert.breaches + 1 : 0;
		if (observation === 'ok') {
			if (alert.state === 'pending') this.move('inactive', 'not_confirmed');
			else if (alert.state === 'resolved') this.move('inactive', 'settled');
		} else if (alert.breaches >= settings.holdDays) this.fire(event);
		else if (alert.state !== 'pending') this.move('pending', observation);
	}

	private fire(event: Observed): void {
		const { alert, at } = this;
		const reopened = alert.resolvedAt !== null && daysBetween(alert.resolvedAt, at) <= REOPEN_DAYS;
		if (!reopened) {
			alert.episode++;
			alert.transitions = 0;
			alert.sent = {};
		}
		Object.assign(alert, {
			firedAt: at,
			resolvedAt: null,
			recoveries: 0,
			told: false,
			reopened,
			owner: null,
			due: null,
			worsening: event.worsening ?? 0,
			driver: event.driver ?? null,
			latch: event.latch ?? null
		});
		this.move('firing', reopened ? 'reopened' : 'held');
	}

	/** An acknowledged alert speaks again when it is worse by another limit, or something else drives it. */
	private heedWorse({ worsening, limit, driver }: Observed): void {
		const { alert } = this;
		const worse = worsening !== undefined && limit !== undefined && worsening >= alert.worsening + limit;
		const other = driver !== undefined && alert.driver !== null && driver !== alert.driver;
		if (!(worse && limit > 0) && !other) return;
		if (this.muted) return;
		alert.worsening = Math.max(alert.worsening, worsening ?? 0);
		alert.driver = driver ?? alert.driver;
		this.tell('worsened');
	}

	/** What is due to be told on this day, whatever was held back before. */
	private catchUpTelling(): void {
		const { alert, at } = this;
		this.heedDue();
		if (alert.state !== 'firing' || this.muted) return;
		if (!alert.told) this.tellOpening();
		else if (alert.lastTold !== null && daysBetween(alert.lastTold, at) >= REMINDER_DAYS)
			this.tell('reminder');
	}

	/** Between looks only what a clock decides is told; that an alert still fires is for a look to say. */
	private elapse(): string | null {
		const { alert } = this;
		this.heedDue();
		if (alert.state === 'firing' && !alert.told && !this.muted) this.tellOpening();
		return this.notifications.length > 0 ? null : 'Nothing is due.';
	}

	private tellOpening(): void {
		this.alert.told = true;
		this.tell(this.alert.reopened ? 'reopened' : 'firing');
	}

	private heedDue(): void {
		const { alert, at } = this;
		if (alert.state === 'acknowledged' && alert.due !== null && Date.parse(at) > Date.parse(alert.due)) {
			this.move('firing', 'acknowledgement_overdue');
			alert.due = null;
			alert.told = true;
			this.tell('overdue');
		}
	}

	ask(event: Exclude<AlertEvent, Observed>): string | null {
		const { alert } = this;
		switch (event.kind) {
			case 'acknowledged':
				if (alert.state !== 'firing') return `Nothing to acknowledge: the alert is ${alert.state}.`;
				if (!(Date.parse(event.due) > Date.parse(this.at))) return 'The due date must lie in the future.';
				alert.owner = event.owner;
				alert.due = event.due;
				this.move('acknowledged', event.by);
				return null;
			case 'silenced':
				if (event.reason.trim() === '') return 'A silence needs a reason.';
				if (!(Date.parse(event.until) > Date.parse(this.at))) return 'A silence must end in the future.';
				alert.silencedUntil = event.until;
				return null;
			case 'unsilenced':
				if (alert.silencedUntil === null) return 'The alert is not silenced.';
				alert.silencedUntil = null;
				return null;
			case 'mitigated':
				if (alert.state !== 'firing' && alert.state !== 'acknowledged')
					return `Nothing to mitigate: the alert is ${alert.state}.`;
				this.move('mitigated', event.by);
				if (alert.told) this.tell('mitigated');
				return null;
			case 'resolved':
				if (!isOpen(alert.state)) return `Nothing to resolve: the alert is ${alert.state}.`;
				this.close(event.reason, (event.asOf ?? this.at).slice(0, 10), event.asOf ?? this.at);
				return null;
			case 'elapsed':
				return this.elapse();
			case 'evidence_restated':
				// What fired stays fired: the next look uses the new data.
				return null;
		}
	}

	private close(reason: ResolveReason, resetAfter: string | null, resolvedAt = this.at): void {
		const { alert } = this;
		this.move('resolved', reason);
		if (alert.told) this.tell('resolved');
		Object.assign(alert, {
			resolvedAt,
			resetAfter,
			told: false,
			breaches: 0,
			recoveries: 0,
			owner: null,
			due: null
		});
	}

	private get muted(): boolean {
		const { silencedUntil, inhibitedBy } = this.alert;
		return (
			inhibitedBy !== null || (silencedUntil !== null && Date.parse(this.at) <= Date.parse(silencedUntil))
		);
	}

	private move(to: AlertState, reason: string): void {
		const { alert, at } = this;
		alert.transitions++;
		// A second move of the same step (a due acknowledgement) still starts where the step began.
		const from = this.transition?.from ?? alert.state;
		this.transition = { from, to, episode: alert.episode, seq: alert.transitions, at, reason };
		alert.state = to;
	}

	private tell(kind: NotificationKind): void {
		const { alert, at } = this;
		const seq = (alert.sent[kind] ?? 0) + 1;
		alert.sent[kind] = seq;
		alert.lastTold = at;
		this.notifications.push({ kind, episode: alert.episode, seq, at });
	}
}
