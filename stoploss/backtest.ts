/**
 * The rule book replayed over history, day by day, as known at the time; and the naive rule beside it. Pure.
 * The verdicts are those of `judge.ts` and the alerts those of `alert.ts`: what is tested is what runs.
 * A late row counts from the instant it became known, never before.
 */
import type { DailyCohort } from '../queries/measurement';
import { NO_ALERT, isOpen, step, type Alert } from './alert';
import { evaluatorOf, type Evaluation, type Verdict } from './evaluate';
import type { Judge } from './judge';
import type { Rule } from './rule';
import { ruleMetric } from './rule-metrics';
import { dayNumber, dayOf, seriesOf, spanOf, type Series } from './series';
import { erosionStatistic, referenceOf, type Bad } from './statistic';
import { observe, settingsOf } from './watch';

export interface Period {
	since: string;
	until: string;
}

export interface BacktestSubject extends Evaluation {
	/** Days on which something really was wrong, where that is known: from a generated scenario, or from people. */
	wrong?: readonly Period[];
}

export interface Firing {
	rule: string;
	/** Day of the look that fired, and the last day it knew. */
	firedOn: string;
	knownUntil: string;
	closedOn: string | null;
	worsening: number;
	windowDays: number;
	driver: string | null;
	/** The verdict of that day as it would have been told. */
	verdict: Verdict | null;
	/** Nothing was wrong; null where nobody knows. */
	falseAlarm: boolean | null;
}

export interface Harm {
	value: number;
	low: number;
	high: number;
}

export interface Detection {
	rule: string;
	since: string;
	until: string;
	/** Days from its start to the first look that fired; null when it was never found. */
	delayDays: number | null;
	/** Bad outcomes beyond what was expected, from its start to the firing or to its end; null without a baseline. */
	harmed: Harm | null;
}

export interface Backtest {
	firings: Firing[];
	detections: Detection[];
	/** Days on which a rule found no data where data was due. */
	blindDays: { rule: string; days: number; first: string }[];
	/** Days that were looked at, over all rules. */
	looks: number;
	/** Over the whole book; null where nobody knows what was wrong. */
	falseAlarmsPerQuarter: number | null;
}

const QUARTER_DAYS = 365.25 / 4;

/** Looks on every day from `since` to `until`, both included. */
export function backtest(subjects: readonly BacktestSubject[], since: string, until: string): Backtest {
	const [first, last] = [dayNumber(since), dayNumber(until)];
	const runs = subjects.map((subject) => runOf(subject, first, last));
	const days = last - first + 1;
	const firings = runs.flatMap((run) => run.firings);
	const known = subjects.length > 0 && subjects.every(({ wrong }) => wrong !== undefined);
	const wrongly = firings.filter(({ falseAlarm }) => falseAlarm === true).length;
	return {
		firings,
		detections: subjects.flatMap((subject, i) =>
			(subject.wrong ?? []).map((period) => detectionOf(subject, period, runs[i]!.firings))
		),
		blindDays: runs.flatMap(({ blind }, i) => {
			const [day] = blind;
			const { name } = subjects[i]!.rule;
			return day === undefined ? [] : [{ rule: name, days: blind.length, first: dayOf(day) }];
		}),
		looks: days * subjects.length,
		falseAlarmsPerQuarter: known ? wrongly / (days / QUARTER_DAYS) : null
	};
}

function runOf(subject: BacktestSubject, since: number, until: number) {
	const { rule, wrong } = subject;
	let reset: string | null = null;
	const build = () => evaluatorOf({ baseline: 'first', ...subject, ...(reset ? { resetAfter: reset } : {}) });
	let evaluator = build();
	const lag = 1 + (subject.maturityHours ?? ruleMetric(rule.metric).maturityHours) / 24;
	const { lives, blind } = liveThrough(rule, since - lag, until - lag, (due, resetAfter) => {
		if (resetAfter !== reset) {
			reset = resetAfter;
			evaluator = build();
		}
		const at = evaluator.instantOf(due);
		return { judge: evaluator.judgeAt(at), at, verdict: () => evaluator.at(at) };
	});
	const firings = lives.map(({ due, closed, worsening, windowDays, driver, verdict }): Firing => {
		const firedOn = dayOf(due + lag);
		const right = wrong?.some(
			(one) => dayNumber(one.since) <= due && firedOn <= dayOf(dayNumber(one.until) + REMEMBERED)
		);
		return {
			rule: rule.name,
			firedOn,
			knownUntil: dayOf(due),
			closedOn: closed === null ? null : dayOf(closed + lag),
			worsening,
			windowDays,
			driver,
			verdict,
			falseAlarm: right === undefined ? null : !right
		};
	});
	return { firings, blind };
}

/** The longest window still holds the last wrong day. */
const REMEMBERED = 91;

export interface Life {
	/** Last mature day at the look that fired, and at the look that closed it. */
	due: number;
	closed: number | null;
	worsening: number;
	windowDays: number;
	driver: string | null;
	verdict: Verdict | null;
}

/** What is known on a day: the rule over the data, and the instant of the look. */
export type Knowledge = (
	due: number,
	resetAfter: string | null
) => { judge: Judge; at: string; verdict?: () => Verdict };

/** Lives the alert of a rule through the days that are the last mature ones, and tells when it fired. */
export function liveThrough(
	rule: Rule,
	since: number,
	until: number,
	knowledge: Knowledge
): { lives: Life[]; blind: number[] } {
	const settings = settingsOf(rule);
	const lives: Life[] = [];
	const blind: number[] = [];
	let alert: Alert = NO_ALERT;
	for (let due = since; due <= until; due++) {
		const { judge, at, verdict } = knowledge(due, alert.resetAfter);
		const event = observe(judge, due, at, alert);
		if (event.observation === 'stale') blind.push(due);
		const wasOpen = isOpen(alert.state);
		({ alert } = step(alert, event, settings));
		const open = isOpen(alert.state);
		if (!wasOpen && open)
			lives.push({
				due,
				closed: null,
				worsening: alert.worsening,
				windowDays: judge.finding(due).decisive?.length ?? 0,
				driver: alert.driver,
				verdict: verdict?.() ?? null
			});
		const last = lives.at(-1);
		if (wasOpen && !open && last) last.closed = due;
	}
	return { lives, blind };
}

function detectionOf(subject: BacktestSubject, period: Period, firings: readonly Firing[]): Detection {
	const { rule } = subject;
	const { since, until } = period;
	const within = dayOf(dayNumber(until) + REMEMBERED);
	const first = firings.find(({ firedOn }) => firedOn >= since && firedOn <= within);
	const end = first && first.firedOn < until ? first.firedOn : until;
	return {
		rule: rule.name,
		since,
		until,
		delayDays: first ? dayNumber(first.firedOn) - dayNumber(since) : null,
		harmed: harmedBetween(subject, since, end)
	};
}

/**
 * Bad outcomes beyond what the baseline expects of the same intents, over the days given, with the interval of the
 * stop-loss statistic; with all that is known today. Null without a baseline or without outcomes.
 */
export function harmedBetween(subject: Evaluation, since: string, until: string): Harm | null {
	const { judge } = evaluatorOf({ baseline: 'first', ...subject });
	const { series, baseline } = judge.subject;
	if (!baseline || until < since) return null;
	const [from, to] = [dayNumber(since), dayNumber(until)];
	const span = spanOf(series, from, to);
	const s = erosionStatistic(span, to - from + 1, referenceOf(baseline, series.intents), judge.bad);
	if (!s) return null;
	const half = 1.96 * s.standardError;
	const count = (rate: number) => Math.max(0, rate * s.n);
	return { value: count(s.worsening), low: count(s.worsening - half), high: count(s.worsening + half) };
}

/** A dashboard's rule: this week's crude rate against last week's, looked at once a week. */
export interface NaiveRule {
	bad: Bad;
	/** Points, or a part of last week's rate. */
	change: number;
	relative: boolean;
}

export function naiveRuleOf(
	metric: Parameters<typeof ruleMetric>[0],
	change: number,
	relative: boolean
): NaiveRule {
	return { bad: ruleMetric(metric).bad, change, relative };
}

/** Last days of the weeks on which the naive rule fires. */
export function naiveFirings(
	source: Series | readonly DailyCohort[],
	rule: NaiveRule,
	since: number,
	until: number
): number[] {
	const series = 'days' in source ? source : seriesOf(source);
	const fired: number[] = [];
	for (let end = since + 6; end <= until; end += 7) {
		const now = spanOf(series, end - 6, end);
		const before = spanOf(series, end - 13, end - 7);
		if (now.n === 0 || before.n === 0) continue;
		const was = before.x / before.n;
		const limit = rule.relative ? was * rule.change : rule.change;
		if (rule.bad * (now.x / now.n - was) >= limit) fired.push(end);
	}
	return fired;
}
