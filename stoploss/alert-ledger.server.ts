/**
 * The alert ledger: what every alert lived through. Touches the database. Rows are added and never rewritten; an
 * alert's state is the replay of its events, so a restart forgets nothing.
 */
import type { KnownCohort } from '../queries/measurement';
import type { AlertState } from '../warehouse/vocabulary';
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import { NO_ALERT, isOpen, step, type Alert, type AlertEvent, type Transition } from './alert';
import { alertKey, identityOf } from './alert-identity';
import { load, refOf, save, Lived, type StoredEvent } from './alert-life.server';
import { evaluationOf, evaluatorOf, type BookOptions, type Evaluator, type Verdict } from './evaluate';
import { mutingFirst, mutingOf, type Muting } from './inhibition';
import { recordVerdicts, writeVerdicts } from './ledger.server';
import type { Message } from './outbox';
import type { Policy } from './policy';
import type { Rule } from './rule';
import { BLINDNESS, blindnessFires, observe, observeBlindness, settingsOf } from './watch';

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

/**
 * Lives every alert of the policy up to `now`, day by day from where it stopped; a day is evaluated once, however
 * often this runs. Days are lived in the order of their instants, and what mutes comes before what it mutes. The
 * verdict of a day on which an alert changed is recorded with all its evidence in the same transaction, and a verdict
 * that later data change is told to the alert that fired on it.
 */
export async function watchAlerts(
	warehouse: Warehouse,
	policy: Policy,
	cohortsByRule: Readonly<Record<string, readonly KnownCohort[]>>,
	now: string,
	policyVersion: string,
	options: BookOptions = {}
): Promise<Watched> {
	const fired: { key: string; rule: Rule; evaluator: Evaluator; at: string }[] = [];
	const watched = await warehouse.write(async (session) => {
		const lines: Line[] = [];
		for (const rule of mutingFirst(policy.stop_loss.rules)) {
			const line = await Line.load(session, policy, rule, cohortsByRule[rule.name] ?? [], options);
			const { key, alert } = line.main;
			if (isOpen(alert.state) && alert.firedAt !== null)
				fired.push({ key, rule, evaluator: line.inHindsight(), at: alert.firedAt });
			lines.push(line);
		}
		const looks = lines.flatMap((line) => line.looksUntil(now));
		// A stable sort: at one instant the order of the lines is kept, missing data first of all.
		looks.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
		const changed: Verdict[] = [];
		for (let start = 0; start < looks.length;) {
			let end = start;
			while (looks[end]?.at === looks[start]!.at) end++;
			const sameInstant = looks.slice(start, end);
			for (const { line, due, at } of sameInstant) line.lookForData(due, at);
			for (const { line, due, at } of sameInstant) {
				const verdict = line.look(due, at, lines);
				if (verdict) changed.push(verdict);
			}
			start = end;
		}
		const lives = lines.flatMap(({ main, blind }) => (blind ? [main, blind] : [main]));
		await save(session, lives);
		await writeVerdicts(session, changed, policyVersion);
		return {
			transitions: lives.flatMap(({ moved, rule }) => moved.map((one) => ({ ...one, rule: rule.name }))),
			messages: lives.flatMap(({ messages }) => messages)
		};
	});
	await restate(warehouse, fired, policyVersion);
	return watched;
}

/** A rule with its series and its alerts, as one run lives them. */
class Line {
	private readonly muting: readonly Muting[];
	private evaluator: Evaluator;

	private constructor(
		private readonly policy: Policy,
		readonly rule: Rule,
		private readonly cohorts: readonly KnownCohort[],
		private readonly options: BookOptions,
		readonly main: Lived,
		readonly blind: Lived | null
	) {
		const { tiers } = policy;
		const tierOf = (intent: string) =>
			(['A', 'B', 'C'] as const).find((tier) => tiers[tier].includes(intent));
		this.muting = mutingOf(rule, policy.stop_loss.rules, tierOf);
		this.evaluator = this.evaluatorOver(cohorts);
	}

	static async load(
		session: Session,
		policy: Policy,
		rule: Rule,
		cohorts: readonly KnownCohort[],
		options: BookOptions
	): Promise<Line> {
		const ref = refOf(rule);
		const main = await load(session, alertKey(identityOf(rule, 'metric')), ref);
		const blind = blindnessFires(rule, policy.tiers.B)
			? await load(session, alertKey(identityOf(rule, 'blindness')), ref)
			: null;
		return new Line(policy, rule, cohorts, options, main, blind);
	}

	private evaluatorOver(cohorts: readonly KnownCohort[]): Evaluator {
		const { resetAfter } = this.main.alert;
		return evaluatorOf({
			...evaluationOf(this.policy, this.rule, cohorts, this.options),
			...(resetAfter ? { resetAfter } : {})
		});
	}

	/** What came late counts as if it had been known at once: what a firing rests on today. */
	inHindsight(): Evaluator {
		return this.evaluatorOver(this.cohorts.map(({ day, intent, n, x }) => ({ day, intent, n, x })));
	}

	/** Days not looked at yet; without any data nothing is due, and there is nothing to be blind to. */
	looksUntil(now: string): { line: Line; due: number; at: string }[] {
		if (this.cohorts.length === 0) return [];
		const seen = this.main.alert.lastObserved;
		const first = seen === null ? this.evaluator.judge.subject.series.first : this.evaluator.due(seen) + 1;
		const looks: { line: Line; due: number; at: string }[] = [];
		for (let due = first; due <= this.evaluator.due(now); due++)
			looks.push({ line: this, due, at: this.evaluator.instantOf(due) });
		return looks;
	}

	lookForData(due: number, at: string): void {
		// A rollback dries up its own series: silence is what was asked for.
		const asked = this.main.alert.state === 'mitigated' ? 'mitigated' : null;
		this.blind?.add(
			{ ...observeBlindness(this.evaluator.judgeAt(at), due, at), inhibitedBy: asked },
			BLINDNESS
		);
	}

	/** The day's verdict with all its evidence, where the alert changed on it. */
	look(due: number, at: string, lines: readonly Line[]): Verdict | null {
		const { main, rule } = this;
		const before = main.alert.resetAfter;
		const { evaluator } = this;
		const answered = this.options.companions?.[rule.name]?.answered;
		const event = observe(evaluator.judgeAt(at), due, at, main.alert, answered);
		main.add({ ...event, inhibitedBy: this.mutedAt(at, lines) }, settingsOf(rule));
		const { resetAfter } = main.alert;
		if (resetAfter !== before) this.evaluator = this.evaluatorOver(this.cohorts);
		return main.moved.at(-1)?.at === at ? evaluator.at(at) : null;
	}

	private mutedAt(at: string, lines: readonly Line[]): string | null {
		for (const { rule, about } of this.muting) {
			const line = lines.find((one) => one.rule.name === rule);
			const life = about === 'metric' ? line?.main : line?.blind;
			if (life?.wasLoud(at)) return life.key;
		}
		return null;
	}
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
