/**
 * The lab: a rule book tried on simulated worlds at given volumes, beside the naive rule; and one rule's limit traded
 * off against delay. Pure; a generator, so that whoever runs it can show how far it is and let others work.
 *
 * Rules of one metric and slice see one series; series of different metrics are drawn apart. The naive rule compares
 * this week's crude rate with last week's. Neither is told what the scenario is.
 */
import { liveThrough, naiveFirings, type NaiveRule } from './backtest';
import { firstBaseline } from './baseline';
import { z7For, type Confidence } from './budget';
import { judgeOf, type Judge } from './judge';
import { stopLevel, type Rule } from './rule';
import { ruleMetric } from './rule-metrics';
import { EVENT_DAY, QUIET_DAYS, lossOf, worldFor, type Profile, type Scenario } from './scenario';
import { dayOf, type Series } from './series';
import { firstMonitored, seeded, worldOf } from './world';

export interface Trial {
	rule: Rule;
	confidence: Confidence;
	minimumEvidence: number;
	profile: Profile;
}

export interface Range {
	value: number;
	low: number;
	high: number;
}

/** What a rule, or a book, did over the runs. */
export interface Score {
	/** Alerts a quarter while nothing was wrong; and a range that chance allows. */
	falseAlarms: Range;
	/**
	 * Share of the runs in which it fired within 26 weeks of the event: found, where something was lost; wrongly, where
	 * only the mix or the data changed. Null without an event.
	 */
	found: number | null;
	/** Days from its start; the high end is 90 %. Null where half of the runs never found it. */
	delayDays: { median: number | null; ninety: number | null } | null;
	/** Median of the outcomes turned bad before it was found, or within the 26 weeks where it was not; 10 to 90 %. */
	harmed: Range | null;
}

export interface RuleScore {
	rule: string;
	perDay: number;
	ours: Score;
	naive: Score;
}

export interface CurvePoint {
	limit: number;
	ours: Score;
	naive: Score;
}

export interface LabReport {
	scenario: Scenario;
	size: number;
	runs: number;
	rules: RuleScore[];
	book: { ours: Score; naive: Score };
	/** The metric whose outcomes were counted as harmed for the book: the one with the most of them. */
	counted: string | null;
	curve: { rule: string; points: CurvePoint[]; proposed: number | null } | null;
	/** Share of runs in which the missing data was noticed, and the days it took; outages only. */
	blind: { found: number; days: number } | null;
}

export interface LabRequest {
	trials: readonly Trial[];
	scenario: Scenario;
	size: number;
	runs: number;
	/** Whose limit is varied. */
	curveOf?: string | undefined;
	/** The limit of the naive rule: points, and per cent for rules that are set in per cent. */
	naive: { points: number; percent: number };
	seed?: number;
}

const FACTORS = [0.5, 0.75, 1, 1.5, 2, 3];
const QUARTERS = QUIET_DAYS / (365.25 / 4);

/** What a run found: alerts while all was well, days until the loss was found, outcomes harmed by then. */
interface Tally {
	alarms: number[];
	delays: number[];
	harmed: number[];
}
const tally = (): Tally => ({ alarms: [], delays: [], harmed: [] });

export function naiveOf(rule: Rule, naive: LabRequest['naive']): NaiveRule {
	const { relative } = stopLevel(rule);
	const { bad } = ruleMetric(rule.metric);
	return { bad, change: (relative ? naive.percent : naive.points) / 100, relative };
}

/** The rule with another stop level; levels that would contradict it go with it. */
export function withLimit(rule: Rule, limit: number): Rule {
	const { warn_level: _w, recovery_level: _r, ...rest } = rule;
	const key = (['fall_points', 'fall_percent', 'rise_points', 'rise_percent', 'limit_percent'] as const).find(
		(name) => rule[name] !== undefined
	);
	return key ? { ...rest, [key]: limit } : rule;
}

/** Limits to try for a rule, smallest first. A floor is moved by points, not by a factor. */
export function limitsOf(rule: Rule): number[] {
	const { value } = stopLevel(rule);
	const { bad } = ruleMetric(rule.metric);
	if (rule.kind === 'floor')
		return [-5, -2.5, 0, 2.5, 5, 10].map((by) => value + bad * by).filter((one) => one > 0 && one < 100);
	return FACTORS.map((factor) => Math.round(value * factor * 4) / 4);
}

export function* runLab(request: LabRequest): Generator<{ done: number; total: number }, LabReport> {
	const { trials, scenario, size, runs, naive, seed = 1 } = request;
	const groups = groupsOf(trials);
	const book = { ours: tally(), naive: tally() };
	const rules = new Map(trials.map(({ rule }) => [rule.name, { ours: tally(), naive: tally() }]));
	const curved = trials.find(({ rule }) => rule.name === request.curveOf) ?? null;
	const curve = (curved ? limitsOf(curved.rule) : []).map((limit) => ({
		limit,
		ours: tally(),
		naive: tally()
	}));
	const widest = groups.reduce<(typeof groups)[number] | null>(
		(most, group) => (most && most[0]!.profile.perDay >= group[0]!.profile.perDay ? most : group),
		null
	);
	const blindness: number[] = [];
	const loses = scenario === 'drop' || scenario === 'erosion';
	const parts: Scenario[] = scenario === 'nothing' ? ['nothing'] : ['nothing', scenario];
	const total = runs * parts.length;
	for (let run = 0; run < runs; run++) {
		for (const [part, what] of parts.entries()) {
			const ours: number[][] = [];
			const theirs: number[][] = [];
			let harm: (delay: number) => number = () => 0;
			for (const [at, group] of groups.entries()) {
				const { profile } = group[0]!;
				const world = worldFor(profile, what, size);
				const series = worldOf(world, seeded(seed * 7919 + run * 131 + at * 17 + part));
				const first = firstMonitored(world);
				const harmOf = harmedBy(series, first, lossOf(what, size));
				if (group === widest) harm = harmOf;
				for (const trial of group) {
					const lived = live(trial, trial.rule, series, first, world.days);
					const naively = naiveDays(series, naiveOf(trial.rule, naive), first, world.days);
					ours.push(lived.days);
					theirs.push(naively);
					const score = rules.get(trial.rule.name)!;
					count(score.ours, what, lived.days, harmOf);
					count(score.naive, what, naively, harmOf);
					if (what === 'outage') blindness.push(lived.blind);
					if (trial !== curved) continue;
					for (const point of curve) {
						const rule = withLimit(trial.rule, point.limit);
						count(point.ours, what, live(trial, rule, series, first, world.days).days, harmOf);
						// A floor has no naive rule with its limit: it stays as it is.
						const same = rule.kind === 'floor' ? naive : { points: point.limit, percent: point.limit };
						count(point.naive, what, naiveDays(series, naiveOf(rule, same), first, world.days), harmOf);
					}
				}
			}
			count(
				book.ours,
				what,
				ours.flat().sort((a, b) => a - b),
				harm
			);
			// Several rules of one series are one naive rule.
			count(
				book.naive,
				what,
				[...new Set(theirs.flat())].sort((a, b) => a - b),
				harm
			);
			yield { done: run * parts.length + part + 1, total };
		}
	}
	const score = (one: Tally) => scoreOf(one, loses);
	const both = ({ ours, naive: other }: { ours: Tally; naive: Tally }) => ({
		ours: score(ours),
		naive: score(other)
	});
	const points = curve.map(({ limit, ...tallies }) => ({ limit, ...both(tallies) }));
	const seen = blindness.filter(Number.isFinite);
	return {
		scenario,
		size,
		runs,
		rules: trials.map(({ rule, profile }) => ({
			rule: rule.name,
			perDay: profile.perDay,
			...both(rules.get(rule.name)!)
		})),
		book: both(book),
		counted: widest ? widest[0]!.rule.metric : null,
		curve: curved && {
			rule: curved.rule.name,
			points,
			proposed: loses
				? proposedLimit(
						points.filter(({ limit }) => scenario === 'erosion' || inPoints(curved, limit) <= size),
						allowedPerQuarter(curved)
					)
				: null
		},
		blind:
			scenario === 'outage'
				? { found: seen.length / Math.max(1, blindness.length), days: quantile(seen, 0.5) ?? 0 }
				: null
	};
}

function groupsOf(trials: readonly Trial[]): Trial[][] {
	const groups = new Map<string, Trial[]>();
	for (const trial of trials) {
		const key = JSON.stringify([trial.rule.metric, trial.rule.slice]);
		const group = groups.get(key);
		if (group) group.push(trial);
		else groups.set(key, [trial]);
	}
	return [...groups.values()];
}

/** Days of the looks on which it fired, counted from the first monitored day; and days until it was blind. */
function live(trial: Trial, rule: Rule, series: Series, first: number, days: number) {
	const lag = 1 + ruleMetric(rule.metric).maturityHours / 24;
	const judges = new Map<string | null, Judge>();
	const baseline = firstBaseline(series);
	const { lives, blind } = liveThrough(rule, first, first + days - 1, (due, resetAfter) => {
		let judge = judges.get(resetAfter);
		if (!judge) {
			const { confidence, minimumEvidence } = trial;
			const subject = { rule, series, confidence, minimumEvidence, baseline };
			judge = judgeOf(
				resetAfter
					? { ...subject, resetAfter: Math.round(Date.parse(`${resetAfter}T00:00:00Z`) / 86_400_000) }
					: subject
			);
			judges.set(resetAfter, judge);
		}
		return { judge, at: `${dayOf(due + lag)}T00:00:00Z` };
	});
	return {
		days: lives.map(({ due }) => due + lag - first),
		blind: blind.length === 0 ? Infinity : blind[0]! + lag - first - EVENT_DAY
	};
}

/** It looks on the morning after its week, at all that was answered by then. */
function naiveDays(series: Series, rule: NaiveRule, first: number, days: number): number[] {
	return naiveFirings(series, rule, first, first + days - 1).map((end) => end + 1 - first);
}

function count(into: Tally, what: Scenario, fired: readonly number[], harm: (day: number) => number) {
	if (what === 'nothing') return void into.alarms.push(fired.length);
	const found = fired.find((day) => day > EVENT_DAY) ?? Infinity;
	into.delays.push(found - EVENT_DAY);
	into.harmed.push(harm(found));
}

/** Outcomes turned bad by a day: those of each day times what it lost. */
function harmedBy(series: Series, first: number, loss: (day: number) => number): (day: number) => number {
	const sums = [0];
	for (let day = 0; first + day < series.first + series.days; day++) {
		const index = first + day - series.first;
		const n = series.allN[index + 1]! - series.allN[index]!;
		sums.push(sums.at(-1)! + n * loss(day));
	}
	return (day) => sums[Math.min(day, sums.length - 1)]!;
}

function scoreOf({ alarms, delays, harmed }: Tally, loses: boolean): Score {
	const all = alarms.reduce((sum, one) => sum + one, 0);
	const quarters = Math.max(1, alarms.length) * QUARTERS;
	// Alarms come in clusters: the spread between runs says how much chance there is.
	const mean = all / Math.max(1, alarms.length);
	const spread = Math.sqrt(
		Math.max(
			alarms.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, alarms.length - 1),
			1 / Math.max(1, alarms.length)
		) / Math.max(1, alarms.length)
	);
	return {
		falseAlarms: {
			value: all / quarters,
			low: Math.max(0, (mean - 1.96 * spread) / QUARTERS),
			high: (mean + 1.96 * spread) / QUARTERS
		},
		found: delays.length > 0 ? delays.filter((days) => days <= 182).length / delays.length : null,
		delayDays: loses ? { median: quantile(delays, 0.5), ninety: quantile(delays, 0.9) } : null,
		harmed: loses
			? {
					value: quantile(harmed, 0.5) ?? 0,
					low: quantile(harmed, 0.1) ?? 0,
					high: quantile(harmed, 0.9) ?? 0
				}
			: null
	};
}

function quantile(values: readonly number[], q: number): number | null {
	const sorted = [...values].sort((a, b) => a - b);
	const value = sorted[Math.ceil(q * sorted.length) - 1];
	return value === undefined || !Number.isFinite(value) ? null : value;
}

/** A limit in percentage points at the rate of its series. A floor's limit is where it stands and no size. */
function inPoints({ rule, profile }: Trial, limit: number): number {
	if (rule.kind === 'floor') return 0;
	if (!stopLevel(rule).relative) return limit;
	return limit * profile.intents.reduce((sum, { share, rate }) => sum + share * rate, 0);
}

/** What the rule's line was calibrated for, with the range that a run of this size can't tell from it. */
function allowedPerQuarter({ rule, confidence }: Trial): number {
	let [low, high] = [0.001, 0.5];
	for (let step = 0; step < 40; step++) {
		const middle = Math.sqrt(low * high);
		if (z7For(rule.kind, middle) > confidence.z7) low = middle;
		else high = middle;
	}
	return high / 4;
}

/**
 * The largest limit that finds the loss about as soon as the best one (within a week), among those that keep to the
 * rule's part of the budget as far as these runs can tell. Null where none finds it in half of the runs.
 */
export function proposedLimit(points: readonly CurvePoint[], allowed: number): number | null {
	const fit = points.filter(
		({ ours }) => ours.falseAlarms.low <= allowed && typeof ours.delayDays?.median === 'number'
	);
	const best = Math.min(...fit.map(({ ours }) => ours.delayDays!.median!));
	const near = fit.filter(({ ours }) => ours.delayDays!.median! <= best + 7);
	return near.length === 0 ? null : Math.max(...near.map(({ limit }) => limit));
}
