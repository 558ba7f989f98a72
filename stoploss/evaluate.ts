/**
 * Rule and daily cohorts in, verdict out. Pure: `asOf` is the data's watermark, never the clock.
 *
 * `clear` needs positive evidence; too few outcomes are `undecided`; no data where data is due is `blind`.
 * A breach must hold on consecutive evaluable days. The verdict carries the evidence that decided it.
 */
import type { DailyCohort } from '../queries/measurement';
import type { Finding } from '../warehouse/vocabulary';
import { hashOf, sentenceOf, type Policy, type Rule } from './policy';
import {
	ar1Inflation,
	baselineOf,
	byIntent,
	changeStatistic,
	concentration,
	dayNumber,
	erosionStatistic,
	floorStatistic,
	total,
	withoutWorstDay,
	zCritical,
	type Bad,
	type Baseline,
	type Statistic
} from './statistic';

/** A baseline with the last day it was taken from; windows lie wholly after it. */
export interface FrozenBaseline extends Baseline {
	until: string;
}

export interface WindowEvidence {
	/** Length in days, and its first and last day. */
	window: { days: number; since: string; until: string };
	n: number;
	observed: number;
	expected: number;
	worsening: number;
	standardError: number;
	z: number;
	zCritical: number;
	interval: { low: number; high: number; level: 0.95 };
	/** Practical size that the worsening must reach. */
	limit: number;
	breach: boolean;
	watch: boolean;
}

export interface VerdictEvidence extends Omit<WindowEvidence, 'breach' | 'watch' | 'limit'> {
	/** Every window that was looked at. */
	weeks: WindowEvidence[];
}

export interface RecommendedIntent {
	intent: string;
	from: 'contain';
	to: 'assist';
	/** Part of the worsening that this intent's own rate explains. */
	contribution: number;
	interval: { low: number; high: number; level: 0.95 };
	n: number;
}

export interface Verdict {
	rule: string;
	ruleVersion: string;
	finding: Finding;
	sentence: string;
	asOf: string;
	reason: string;
	evidence: VerdictEvidence | null;
	recommendation: { intents: RecommendedIntent[] } | null;
}

export interface EvaluateInput {
	rule: Rule;
	cohorts: readonly DailyCohort[];
	/** RFC 3339 instant. */
	asOf: string;
	maturityHours: number;
	baseline?: FrozenBaseline | null;
	timeZone?: string;
	/** Used where the rule sets none. */
	minimumEvidence?: number;
	/** Needed for rules whose slice isn't tier B: which intents may be rolled back. */
	tierB?: readonly string[];
}

const WINDOWS = { floor: [7, 28], change: [7, 14], erosion: [7, 14, 28, 56, 91] } as const;
const Z7 = { floor: 4, change: 4, erosion: 4.25 } as const;
const WATCH_Z7 = { floor: 4, change: 4, erosion: 3.1 } as const;
const REFERENCE_DAYS = 28;

/** Freezes the first `days` days from `since`; null below 28 days' worth or 400 outcomes. */
export function freezeBaseline(
	cohorts: readonly DailyCohort[],
	since: string,
	days = 56
): FrozenBaseline | null {
	const until = dayOf(dayNumber(since) + days - 1);
	const rows = cohorts.filter((row) => row.day >= since && row.day <= until);
	const baseline = baselineOf(rows, days);
	return baseline && baseline.n >= 400 ? { ...baseline, until } : null;
}

export function evaluate(input: EvaluateInput): Verdict {
	const { rule } = input;
	const due = lastMatureDay(input.asOf, input.maturityHours, input.timeZone ?? 'UTC');
	const rows = input.cohorts.filter((row) => row.n > 0 && dayNumber(row.day) <= due);
	const say = (
		finding: Finding,
		reason: string,
		weeks: WindowEvidence[] = [],
		decisive?: WindowEvidence,
		recommendation: Verdict['recommendation'] = null
	): Verdict => ({
		rule: rule.name,
		ruleVersion: hashOf(rule),
		finding,
		sentence: sentenceOf(rule),
		asOf: input.asOf,
		reason,
		evidence: decisive ? evidenceOf(decisive, weeks) : null,
		recommendation
	});
	const recent = slice(rows, due - 27, due);
	const week = slice(rows, due - 6, due);
	const today = slice(rows, due, due);
	if (week.length === 0) return say('blind', `No outcome in the week to ${dayOf(due)}, where data is due.`);
	if (today.length === 0 && total(recent).n / 28 >= 5)
		return say('blind', `No outcome on ${dayOf(due)}, where data is due.`);
	if (rule.kind === 'erosion' && !input.baseline) return say('undecided', 'No baseline is frozen yet.');

	const days = [...new Set(rows.map((row) => dayNumber(row.day)))]
		.sort((a, b) => b - a)
		.slice(0, rule.hold_days);
	const history = days.map((day) => windowsAt(input, rows, day));
	const weeks = history[0] ?? [];
	if (weeks.length === 0)
		return say('undecided', `${total(recent).n} outcomes in 28 days are too few for any window.`);
	const strongest = (list: WindowEvidence[]) =>
		list.reduce((a, b) => (b.z - b.zCritical > a.z - a.zCritical ? b : a));
	const breaching = weeks.filter((w) => w.breach);
	if (breaching.length > 0) {
		const decisive = strongest(breaching);
		const held = history.length >= rule.hold_days && history.every((list) => list.some((w) => w.breach));
		if (!held)
			return say(
				'watch',
				'The limit is broken today, and must hold on the next evaluable day.',
				weeks,
				decisive
			);
		const reason = `The last ${decisive.window.days} days are confidently worse than the limit allows.`;
		return say('breach', reason, weeks, decisive, recommend(input, rows, decisive));
	}
	const watching = weeks.filter((w) => w.watch);
	if (watching.length > 0)
		return say('watch', 'Worse at the watch level, short of the limit.', weeks, strongest(watching));
	const longest = weeks.at(-1);
	const upper = longest ? longest.worsening + 1.6449 * longest.standardError : Infinity;
	if (longest && upper < longest.limit && weeks.every((w) => w.worsening < w.limit))
		return say(
			'clear',
			`The worsening is confidently below the limit over ${longest.window.days} days.`,
			weeks,
			longest
		);
	return say('undecided', 'The data allow neither a breach nor an all-clear.', weeks, strongest(weeks));
}

/** Longest a default baseline may grow, in days, while it collects its outcomes. */
const LONGEST_BASELINE = 182;

/**
 * The baseline of a series that nobody froze by hand: its first whole weeks, at least eight, until they hold
 * enough outcomes. Null when half a year does not. A series that starts small is not blind for ever.
 */
export function firstBaseline(cohorts: readonly DailyCohort[]): FrozenBaseline | null {
	const first = cohorts.reduce<string | null>(
		(least, { day }) => (least === null || day < least ? day : least),
		null
	);
	if (!first) return null;
	for (let days = 56; days <= LONGEST_BASELINE; days += 7) {
		const baseline = freezeBaseline(cohorts, first, days);
		if (baseline) return baseline;
	}
	return null;
}

/**
 * One verdict per rule and week end; baselines are `firstBaseline` of each series unless given, and none is used
 * at a time that could not know it yet.
 */
export function evaluateWeekly(
	policy: Policy,
	cohortsByRule: Readonly<Record<string, readonly DailyCohort[]>>,
	weekEnds: readonly string[],
	options: { maturityHours?: number; baselines?: Readonly<Record<string, FrozenBaseline>> } = {}
): Verdict[] {
	return policy.stop_loss.rules.flatMap((rule) => {
		const cohorts = cohortsByRule[rule.name] ?? [];
		const frozen = options.baselines?.[rule.name] ?? firstBaseline(cohorts);
		const maturityHours = options.maturityHours ?? 72;
		const known = (asOf: string) =>
			frozen !== null &&
			dayNumber(frozen.until) <= lastMatureDay(asOf, maturityHours, policy.account.time_zone);
		return weekEnds.map((asOf) =>
			evaluate({
				rule,
				cohorts,
				asOf,
				maturityHours,
				baseline: known(asOf) ? frozen : null,
				timeZone: policy.account.time_zone,
				minimumEvidence: policy.minimum_evidence,
				tierB: policy.tiers.B
			})
		);
	});
}

function windowsAt(input: EvaluateInput, rows: readonly DailyCohort[], end: number): WindowEvidence[] {
	const { rule, baseline } = input;
	const bad = badOf(rule);
	const minimum = rule.minimum_evidence ?? input.minimumEvidence ?? 50;
	const first = Math.min(...rows.map((row) => dayNumber(row.day)));
	const found: WindowEvidence[] = [];
	for (const length of WINDOWS[rule.kind]) {
		const since = end - length + 1;
		const window = slice(rows, since, end);
		if (total(window).n < minimum || since < first) continue;
		let s: Statistic | null;
		let rate: (intent: string) => number;
		if (rule.kind === 'erosion') {
			if (!baseline || since <= dayNumber(baseline.until)) continue;
			s = erosionStatistic(window, length, baseline, bad);
			rate = (intent) => baseline.p0[intent] ?? baseline.pool;
		} else if (rule.kind === 'change') {
			const before = slice(rows, since - REFERENCE_DAYS, since - 1);
			const fit = baselineOf(before, REFERENCE_DAYS);
			if (!fit || fit.n < minimum || since - REFERENCE_DAYS < first) continue;
			const { variance, rho } = baseline ?? fit;
			s = changeStatistic({
				before: byIntent(before),
				after: byIntent(window),
				bad,
				variance,
				q1: concentration(before),
				q2: concentration(window),
				f1: ar1Inflation(rho, REFERENCE_DAYS),
				f2: ar1Inflation(rho, length)
			});
			rate = (intent) => fit.p0[intent] ?? fit.pool;
		} else {
			const limit = (rule.limit_percent ?? 0) / 100;
			s = floorStatistic(window, length, limit, bad, baseline?.variance, baseline?.rho);
			rate = () => limit;
		}
		if (!s) continue;
		const limit =
			rule.kind === 'floor'
				? 0
				: rule.fall_points !== undefined
					? rule.fall_points / 100
					: (s.expected * (rule.rise_percent ?? 0)) / 100;
		const critical = zCritical(Z7[rule.kind], length);
		const rest = length <= 28 ? withoutWorstDay(window, rate, bad) : Infinity;
		const large = s.worsening >= limit && rest !== null && rest >= 0.75 * limit;
		found.push({
			window: { days: length, since: dayOf(since), until: dayOf(end) },
			n: s.n,
			observed: s.observed,
			expected: s.expected,
			worsening: s.worsening,
			standardError: s.standardError,
			z: s.z,
			zCritical: critical,
			interval: around(s.worsening, s.standardError),
			limit,
			breach: large && s.z >= critical,
			watch: s.worsening >= limit && s.z >= zCritical(WATCH_Z7[rule.kind], length)
		});
	}
	return found;
}

function recommend(
	input: EvaluateInput,
	rows: readonly DailyCohort[],
	decisive: WindowEvidence
): Verdict['recommendation'] {
	const { rule, baseline, tierB } = input;
	const bad = badOf(rule);
	const start = dayNumber(decisive.window.since);
	const after = byIntent(slice(rows, start, dayNumber(decisive.window.until)));
	const before = byIntent(slice(rows, start - REFERENCE_DAYS, start - 1));
	const { n: size } = total(after.values());
	const beforeSize = total(before.values()).n;
	const intents: RecommendedIntent[] = [];
	for (const [intent, { n, x }] of after) {
		if (rule.slice.tier !== 'B' && !tierB?.includes(intent)) continue;
		const old = before.get(intent);
		const frozen = rule.kind === 'erosion' ? baseline : null;
		const reference = frozen ? frozen.p0[intent] : old && old.n > 0 ? old.x / old.n : undefined;
		if (reference === undefined || n === 0) continue;
		const weight = frozen ? n / size : (n / size + (old?.n ?? 0) / (beforeSize || 1)) / 2;
		const referenceSize = frozen ? (frozen.n0[intent] ?? 0) + 20 : (old?.n ?? 1);
		const smooth = (x + 1) / (n + 2);
		const contribution = weight * bad * (x / n - reference);
		const se =
			weight * Math.sqrt((smooth * (1 - smooth)) / n + (reference * (1 - reference)) / referenceSize);
		const drives = contribution > 0 && (contribution >= decisive.worsening / 2 || contribution > 1.96 * se);
		if (drives)
			intents.push({
				intent,
				from: 'contain',
				to: 'assist',
				contribution,
				interval: around(contribution, se),
				n
			});
	}
	intents.sort((a, b) => b.contribution - a.contribution);
	return intents.length > 0 ? { intents } : null;
}

function evidenceOf(decisive: WindowEvidence, weeks: WindowEvidence[]): VerdictEvidence {
	const {
		window,
		n,
		observed,
		expected,
		worsening,
		standardError,
		z,
		zCritical: critical,
		interval
	} = decisive;
	return { window, n, observed, expected, worsening, standardError, z, zCritical: critical, interval, weeks };
}

function badOf(rule: Rule): Bad {
	return rule.metric === 'csat_top_box' ? -1 : 1;
}

function around(value: number, se: number) {
	return { low: value - 1.96 * se, high: value + 1.96 * se, level: 0.95 as const };
}

function slice(rows: readonly DailyCohort[], since: number, until: number): DailyCohort[] {
	return rows.filter((row) => dayNumber(row.day) >= since && dayNumber(row.day) <= until);
}

function dayOf(day: number): string {
	return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

function lastMatureDay(asOf: string, maturityHours: number, timeZone: string): number {
	const instant = new Date(Date.parse(asOf) - maturityHours * 3_600_000);
	return dayNumber(new Intl.DateTimeFormat('en-CA', { timeZone }).format(instant)) - 1;
}
