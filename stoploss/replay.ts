/**
 * The log lived again, week by week: what a common dashboard would have said at the end of each, beside what the rules
 * would have said, both with what was known then. Pure; a generator, for it may take a while.
 *
 * The dashboard speaks when its crude AI-only CSAT falls by the naive limit from one week to the next, or when four
 * weeks of it lie two points below its first four. It is heeded when it speaks of a fall in a week, or has spoken four
 * weeks running: a single low week proves nothing. Customers are counted from the series with the most outcomes, over
 * what its baseline expects: what a rollback on the day of the first firing could have spared at most.
 */
import type { KnownCohort } from '../queries/measurement';
import type { DashboardWeek } from '../queries/replay/dashboard.server';
import type { Finding } from '../warehouse/vocabulary';
import { backtest, harmedBetween, type Firing, type Harm } from './backtest';
import { evaluationOf, evaluatorOf, type BookOptions, type Evaluator } from './evaluate';
import type { Policy } from './policy';
import { countOf, dayNumber, dayOf } from './series';

export interface RuleThen {
	rule: string;
	finding: Finding;
	reason: string;
	/** An alert is open at the end of the week. */
	open: boolean;
	worsening: { value: number; low: number; high: number } | null;
}

export interface ReplayWeek {
	week: string;
	/** Day after its last. */
	ends: string;
	dashboard: {
		top: number;
		rated: number;
		csat: number | null;
		/** Against the week before, in share points. */
		change: number | null;
		/** Four weeks against the first four. */
		fromStart: number | null;
		handled: number | null;
		alarm: 'week_over_week' | 'below_start' | null;
	};
	rules: RuleThen[];
	fired: Firing[];
	closed: Firing[];
}

export interface Replay {
	weeks: ReplayWeek[];
	firings: Firing[];
	/** The first firing, and about when the loss began that it found. */
	first: Firing | null;
	onset: string | null;
	/** First week after the onset in which the dashboard is heeded; null: never in this log. */
	noticed: { week: string; day: string; how: 'week_over_week' | 'below_start' } | null;
	/** Weeks in which the dashboard spoke before the onset. */
	cried: number;
	saved: {
		/** From the first firing to the dashboard's notice, or to the end of the log. */
		days: number;
		harmed: Harm | null;
		/** From the first firing to the end of the log. */
		untilTheEnd: Harm | null;
		/** The rule whose series was counted. */
		counted: string;
	} | null;
}

export interface ReplayRequest {
	policy: Policy;
	cohorts: Readonly<Record<string, readonly KnownCohort[]>>;
	options: BookOptions;
	dashboard: readonly DashboardWeek[];
	/** Instant and day at which each week of the dashboard is over; first day of the log. */
	ends: readonly { at: string; day: string }[];
	/** Points by which a week must fall for the dashboard to speak. */
	naive: number;
}

const FELL = 0.02;
const SMOOTHED = 4;

export function* replayLog(request: ReplayRequest): Generator<{ done: number; total: number }, Replay> {
	const { policy, cohorts, options, dashboard, ends, naive } = request;
	const book = policy.stop_loss.rules;
	const total = 2 * book.length;
	const last = ends.at(-1);
	const began = options.began ?? (ends[0] ? dayOf(dayNumber(ends[0].day) - 7) : '');
	const firings: Firing[] = [];
	const evaluators = new Map<string, Evaluator>();
	let done = 0;
	for (const rule of book) {
		const evaluation = evaluationOf(policy, rule, cohorts[rule.name] ?? [], options);
		evaluators.set(rule.name, evaluatorOf(evaluation));
		if (last) firings.push(...backtest([evaluation], began, last.day).firings);
		yield { done: ++done, total };
	}
	firings.sort((a, b) => a.firedOn.localeCompare(b.firedOn));
	const then = new Map<string, RuleThen[]>();
	for (const rule of book) {
		const lived = firings.filter((one) => one.rule === rule.name);
		then.set(
			rule.name,
			ends.map(({ at, day }): RuleThen => {
				const { finding, reason, evidence } = evaluators.get(rule.name)!.at(at);
				return {
					rule: rule.name,
					finding,
					reason,
					open: lived.some(
						({ firedOn, closedOn }) => firedOn <= day && (closedOn === null || closedOn > day)
					),
					worsening: evidence && {
						value: evidence.worsening,
						low: evidence.interval.low,
						high: evidence.interval.high
					}
				};
			})
		);
		yield { done: ++done, total };
	}
	const weeks = dashboard.map((one, i): ReplayWeek => {
		const from = i === 0 ? began : ends[i - 1]!.day;
		const { day } = ends[i]!;
		const within = (date: string | null) => date !== null && date > from && date <= day;
		return {
			week: one.week,
			ends: day,
			dashboard: dashboardOf(dashboard, i, naive),
			rules: book.map(({ name }) => then.get(name)![i]!),
			fired: firings.filter(({ firedOn }) => within(firedOn)),
			closed: firings.filter(({ closedOn }) => within(closedOn))
		};
	});
	return { weeks, firings, ...conclude(request, weeks, firings, evaluators) };
}

function dashboardOf(rows: readonly DashboardWeek[], i: number, naive: number): ReplayWeek['dashboard'] {
	const now = rows[i]!;
	const before = rows[i - 1];
	const csat = now.rated > 0 ? now.top / now.rated : null;
	const was = before && before.ratedLater > 0 ? before.topLater / before.ratedLater : null;
	const change = csat === null || was === null ? null : csat - was;
	// What has come by the end of this week: this week's own, and all of the weeks before.
	const mean = (from: number, to: number) => {
		let [n, x] = [0, 0];
		for (let at = from; at <= to; at++) {
			const row = rows[at]!;
			n += at === i ? row.rated : row.ratedLater;
			x += at === i ? row.top : row.topLater;
		}
		return n > 0 ? x / n : null;
	};
	const start = i >= 2 * SMOOTHED - 1 ? mean(0, SMOOTHED - 1) : null;
	const recent = start === null ? null : mean(i - SMOOTHED + 1, i);
	const fromStart = start === null || recent === null ? null : recent - start;
	return {
		top: now.top,
		rated: now.rated,
		csat,
		change,
		fromStart,
		handled: now.contacts > 0 ? now.aiOnly / now.contacts : null,
		alarm:
			change !== null && change <= -naive / 100
				? 'week_over_week'
				: fromStart !== null && fromStart <= -FELL
					? 'below_start'
					: null
	};
}

function conclude(
	{ policy, cohorts, options, ends }: ReplayRequest,
	weeks: readonly ReplayWeek[],
	firings: readonly Firing[],
	evaluators: ReadonlyMap<string, Evaluator>
): Pick<Replay, 'first' | 'onset' | 'noticed' | 'cried' | 'saved'> {
	const [first = null] = firings;
	const alarms = weeks.filter(({ dashboard }) => dashboard.alarm !== null);
	if (!first) return { first, onset: null, noticed: null, cried: alarms.length, saved: null };
	const evidence = first.verdict?.evidence ?? null;
	const onset = evidence?.onset?.since ?? evidence?.window.since ?? first.firedOn;
	const after = weeks.find(
		({ ends: day, dashboard }, i) =>
			day > onset &&
			(dashboard.alarm === 'week_over_week' ||
				(i >= SMOOTHED - 1 &&
					weeks.slice(i - SMOOTHED + 1, i + 1).every((one) => one.dashboard.alarm !== null)))
	);
	const noticed = after ? { week: after.week, day: after.ends, how: after.dashboard.alarm! } : null;
	const end = ends.at(-1)!.day;
	const until = noticed && noticed.day > first.firedOn ? noticed.day : noticed ? first.firedOn : end;
	// Bad containment is known of every contact that the AI closed alone.
	const whole = policy.stop_loss.rules.find(({ metric }) => metric === 'bad_containment');
	const widest =
		whole ??
		policy.stop_loss.rules.reduce((most, rule) =>
			outcomes(evaluators, rule.name, onset, end) > outcomes(evaluators, most.name, onset, end) ? rule : most
		);
	const subject = evaluationOf(policy, widest, cohorts[widest.name] ?? [], options);
	return {
		first,
		onset,
		noticed,
		cried: alarms.filter(({ ends: day }) => day <= onset).length,
		saved: {
			days: dayNumber(until) - dayNumber(first.firedOn),
			harmed: until > first.firedOn ? harmedBetween(subject, first.firedOn, until) : null,
			untilTheEnd: harmedBetween(subject, first.firedOn, end),
			counted: widest.name
		}
	};
}

function outcomes(evaluators: ReadonlyMap<string, Evaluator>, rule: string, since: string, until: string) {
	const { series } = evaluators.get(rule)!.judge.subject;
	return countOf(series, dayNumber(since), dayNumber(until));
}
