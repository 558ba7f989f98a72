/**
 * The rule book replayed over history, day by day, as known at the time; and the naive rule beside it. Pure.
 * The verdicts are those of `judge.ts` and the alerts those of `alert.ts`: what is tested is what runs.
 * A late row counts from the day it became known, never before.
 */
import type { DailyCohort } from '../queries/measurement';
import { NO_ALERT, isOpen, step, type Alert } from './alert';
import { evaluatorOf, firstBaseline, type Evaluation, type Evaluator } from './evaluate';
import { observe, settingsOf } from './watch';
import { ruleMetric } from './rule-metrics';
import { dayNumber, dayOf, seriesOf, spanOf, type Series } from './series';
import type { Bad } from './statistic';

/** A cohort, or a later addition to one, with the day from which it was known; without it, when mature. */
export interface KnownCohort extends DailyCohort {
	knownOn?: string;
}

export interface BacktestSubject extends Omit<Evaluation, 'cohorts' | 'baseline' | 'timeZone'> {
	cohorts: readonly KnownCohort[];
	/** Days on which something really was wrong, where that is known: from a generated scenario, or from people. */
	wrong?: readonly { since: string; until: string }[];
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
	/** Nothing was wrong; null where nobody knows. */
	falseAlarm: boolean | null;
}

export interface Detection {
	rule: string;
	since: string;
	until: string;
	/** Days from its start to the first look that fired; null when it was never found. */
	delayDays: number | null;
	/** Bad outcomes beyond what was expected, from its start to the firing or to its end. */
	harmed: number;
}

export interface Backtest {
	firings: Firing[];
	detections: Detection[];
	/** Days that were looked at, over all rules. */
	looks: number;
	/** Over the whole book; null where nobody knows what was wrong. */
	falseAlarmsPerQuarter: number | null;
}

const QUARTER_DAYS = 365.25 / 4;

export function backtest(subjects: readonly BacktestSubject[], since: string, until: string): Backtest {
	const firings: Firing[] = [];
	const detections: Detection[] = [];
	const days = dayNumber(until) - dayNumber(since) + 1;
	for (const subject of subjects) {
		const found = firingsOf(subject, dayNumber(since), dayNumber(until));
		firings.push(...found);
		detections.push(...(subject.wrong ?? []).map((period) => detectionOf(subject, period, found)));
	}
	const judged = firings.filter(({ falseAlarm }) => falseAlarm !== null);
	const known = subjects.length > 0 && subjects.every(({ wrong }) => wrong !== undefined);
	return {
		firings,
		detections,
		looks: days * subjects.length,
		falseAlarmsPerQuarter: known
			? judged.filter(({ falseAlarm }) => falseAlarm).length / (days / QUARTER_DAYS)
			: null
	};
}

function firingsOf(subject: BacktestSubject, since: number, until: number): Firing[] {
	const { rule, wrong } = subject;
	const settings = settingsOf(rule);
	const knowledge = knowledgeOf(subject);
	const firings: Firing[] = [];
	let alert: Alert = NO_ALERT;
	for (let day = since; day <= until; day++) {
		const evaluator = knowledge(day, alert.resetAfter);
		const at = `${dayOf(day)}T00:00:00Z`;
		const due = evaluator.due(at);
		const found = step(alert, observe(evaluator.judge, due, at, alert), settings);
		const wasOpen = isOpen(alert.state);
		alert = found.alert;
		if (!wasOpen && isOpen(alert.state)) {
			const decisive = evaluator.judge.finding(due).decisive;
			const right = wrong?.some((one) => dayNumber(one.since) <= due && dayOf(day) <= extended(one.until));
			firings.push({
				rule: rule.name,
				firedOn: dayOf(day),
				knownUntil: dayOf(due),
				closedOn: null,
				worsening: alert.worsening,
				windowDays: decisive?.length ?? 0,
				driver: alert.driver,
				falseAlarm: right === undefined ? null : !right
			});
		}
		const open = firings.at(-1);
		if (wasOpen && !isOpen(alert.state) && open) open.closedOn = dayOf(day);
	}
	return firings;
}

/** The longest window still holds the last wrong day. */
const extended = (until: string) => dayOf(dayNumber(until) + 91);

/** What could be known on a day: rows that came by then. Rebuilt when something late has come, or an alert closed. */
function knowledgeOf(subject: BacktestSubject): (day: number, resetAfter: string | null) => Evaluator {
	const { cohorts, ...rest } = subject;
	const prompt = cohorts.filter((row) => row.knownOn === undefined);
	const late = cohorts.filter((row) => row.knownOn !== undefined);
	const arrivals = [...new Set(late.map((row) => dayNumber(row.knownOn ?? row.day)))].sort((a, b) => a - b);
	let known = '';
	let evaluator: Evaluator | null = null;
	return (day, resetAfter) => {
		const wanted = `${arrivals.findLastIndex((arrival) => arrival <= day)}|${resetAfter}`;
		if (evaluator === null || wanted !== known) {
			const rows = [...prompt, ...late.filter((row) => dayNumber(row.knownOn ?? row.day) <= day)];
			known = wanted;
			evaluator = evaluatorOf({
				...rest,
				cohorts: rows,
				baseline: firstBaseline(rows),
				...(resetAfter ? { resetAfter } : {})
			});
		}
		return evaluator;
	};
}

function detectionOf(
	subject: BacktestSubject,
	{ since, until }: { since: string; until: string },
	firings: readonly Firing[]
): Detection {
	const { rule } = subject;
	const first = firings.find(({ firedOn }) => firedOn >= since && firedOn <= extended(until));
	const evaluator = evaluatorOf({ ...subject, baseline: firstBaseline(subject.cohorts) });
	const rates = evaluator.judge.ratesFor(dayNumber(since));
	const end = first && first.firedOn < until ? first.firedOn : until;
	const span = spanOf(evaluator.judge.subject.series, dayNumber(since), dayNumber(end));
	const excess = span.xs.reduce(
		(sum, x, i) => sum + evaluator.judge.bad * (x - span.ns[i]! * (rates[i] ?? 0)),
		0
	);
	return {
		rule: rule.name,
		since,
		until,
		delayDays: first ? dayNumber(first.firedOn) - dayNumber(since) : null,
		harmed: Math.max(0, excess)
	};
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
