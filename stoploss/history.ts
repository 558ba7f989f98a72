/**
 * A rule book replayed over a log, as known at the time, beside the naive rule; and one rule's limit varied. Pure; a
 * generator, so that whoever runs it can show how far it is. False is what people say was false: where nobody said
 * when something was wrong, firings are counted and none is called false.
 */
import type { KnownCohort } from '../queries/measurement';
import {
	backtest,
	harmedBetween,
	naiveFirings,
	type Detection,
	type Firing,
	type Harm,
	type Period
} from './backtest';
import { evaluationOf, evaluatorOf, type BookOptions, type Detectable } from './evaluate';
import { limitsOf, naiveOf, withLimit, type LabRequest } from './lab';
import type { Policy } from './policy';
import type { Rule } from './rule';
import { dayNumber, dayOf } from './series';

export interface HistoryRule {
	rule: string;
	firings: Firing[];
	/** Days on which the naive rule fired: the morning after each such week. */
	naive: string[];
	detections: Detection[];
	naiveDetections: { delayDays: number | null; harmed: Harm | null }[];
	blindDays: number;
	detectable: Detectable[];
}

export interface HistoryReport {
	since: string;
	until: string;
	/** Length of the time that was looked at. */
	quarters: number;
	rules: HistoryRule[];
	/** Firings a quarter of the whole book. */
	perQuarter: { ours: number; naive: number };
	/** Null where nobody said what was wrong. */
	falseAlarmsPerQuarter: { ours: number; naive: number } | null;
	curve: {
		rule: string;
		points: {
			limit: number;
			firings: number;
			first: string | null;
			naive: number;
			delayDays: number | null;
			harmed: Harm | null;
		}[];
	} | null;
}

export interface HistoryRequest {
	policy: Policy;
	cohorts: Readonly<Record<string, readonly KnownCohort[]>>;
	options: BookOptions;
	since: string;
	until: string;
	/** When something really was wrong, as people say; null where nobody does. */
	wrong: readonly Period[] | null;
	curveOf?: string | undefined;
	naive: LabRequest['naive'];
}

const QUARTER_DAYS = 365.25 / 4;

export function* replayHistory(
	request: HistoryRequest
): Generator<{ done: number; total: number }, HistoryReport> {
	const { policy, since, until, wrong } = request;
	const book = policy.stop_loss.rules;
	const curved = book.find(({ name }) => name === request.curveOf) ?? null;
	const limits = curved ? limitsOf(curved) : [];
	const total = book.length + limits.length;
	const rules: HistoryRule[] = [];
	for (const rule of book) {
		rules.push(historyOf(request, rule));
		yield { done: rules.length, total };
	}
	const points: NonNullable<HistoryReport['curve']>['points'] = [];
	for (const limit of limits) {
		const one = historyOf(request, withLimit(curved!, limit), limit);
		const [detection] = one.detections;
		points.push({
			limit,
			firings: one.firings.length,
			first: one.firings[0]?.firedOn ?? null,
			naive: one.naive.length,
			delayDays: detection?.delayDays ?? null,
			harmed: detection?.harmed ?? null
		});
		yield { done: rules.length + points.length, total };
	}
	const quarters = (dayNumber(until) - dayNumber(since) + 1) / QUARTER_DAYS;
	const naive = naiveOfBook(rules);
	const wronglyNaive = naive.filter((day) => !wrong?.some((one) => day > one.since && day <= one.until));
	return {
		since,
		until,
		quarters,
		rules,
		perQuarter: {
			ours: rules.reduce((sum, { firings }) => sum + firings.length, 0) / quarters,
			naive: naive.length / quarters
		},
		falseAlarmsPerQuarter: wrong && {
			ours: rules.flatMap(({ firings }) => firings).filter(({ falseAlarm }) => falseAlarm).length / quarters,
			naive: wronglyNaive.length / quarters
		},
		curve: curved && { rule: curved.name, points }
	};
}

/** Rules of one series are one naive rule: its firings count once a day and metric. */
function naiveOfBook(rules: readonly HistoryRule[]): string[] {
	return [...new Set(rules.flatMap(({ naive }) => naive))].sort();
}

function historyOf(request: HistoryRequest, rule: Rule, naiveLimit?: number): HistoryRule {
	const { policy, cohorts, options, since, until, wrong } = request;
	const evaluation = evaluationOf(policy, rule, cohorts[rule.name] ?? [], options);
	const subject = wrong ? { ...evaluation, wrong } : evaluation;
	const { firings, detections, blindDays } = backtest([subject], since, until);
	const limit =
		naiveLimit === undefined || rule.kind === 'floor'
			? request.naive
			: { points: naiveLimit, percent: naiveLimit };
	const evaluator = evaluatorOf(evaluation);
	const { series } = evaluator.judge.subject;
	const from = dayNumber(since);
	const naive = naiveFirings(series, naiveOf(rule, limit), from, dayNumber(until)).map((end) =>
		dayOf(end + 1)
	);
	return {
		rule: rule.name,
		firings,
		naive,
		detections,
		naiveDetections: (wrong ?? []).map((period) => {
			const found = naive.find((day) => day > period.since && day <= period.until);
			return {
				delayDays: found ? dayNumber(found) - dayNumber(period.since) : null,
				harmed: harmedBetween(evaluation, period.since, found ?? period.until)
			};
		}),
		blindDays: blindDays[0]?.days ?? 0,
		detectable: evaluator.at(`${until}T00:00:00Z`).detectable
	};
}
