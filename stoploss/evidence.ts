/**
 * What decided a verdict, in figures: the window, its drivers, rate part and mix part, onset, guards, and what the
 * rule can see at this volume. Pure. Says null where a figure can't be had.
 */
import type { DailyCohort } from '../queries/measurement';
import { REFERENCE_DAYS, WINDOWS, type DayFinding, type Judge, type Look } from './judge';
import { countOf, dayNumber, dayOf, seriesOf, spanOf, type Series } from './series';
import {
	changeStatistic,
	decompose,
	detectability,
	newcombe,
	onsetOf,
	PRIOR_VARIANCE,
	worstDayOf,
	z7Equivalent,
	type Bad,
	type Decomposition,
	type Statistic
} from './statistic';

interface Interval {
	low: number;
	high: number;
	level: 0.95;
}

export interface WindowEvidence extends Statistic {
	/** Length in days, and its first and last day. */
	window: { days: number; since: string; until: string };
	zCritical: number;
	interval: Interval;
	/** Practical size that the worsening must reach. */
	limit: number;
	breach: boolean;
	watch: boolean;
}

export interface Driver {
	intent: string;
	n: number;
	observed: number;
	expected: number;
	/** Part of the worsening that this intent's own rate explains, and its share of the whole. */
	contribution: number;
	standardError: number;
	share: number;
	/** How much worse its rate is than the reference, with the 95 % interval of Newcombe; day-to-day swings apart. */
	difference: { value: number; interval: Interval };
}

export interface Guards {
	/** The day with the largest part of the loss; null past 28 days. */
	worstDay: { day: string; share: number; rest: number } | null;
	/** Outcomes a day against those of the reference. */
	volumeGrowth: number | null;
	/** Last day that is mature, and days of the window that hold no outcome. */
	maturity: { until: string; emptyDays: number };
	/** Share of the customers asked who answered, before and now; null where it isn't given. */
	responseRate: Shift | null;
	/** Share of contacts that left this path, before and now; null where it isn't given. */
	pathMix: Shift | null;
	/** The same metric and intents over all paths; null where it isn't given, or counts one path only. */
	allPaths: Shift | null;
	/** The same metric and intents where people did all the work: a line to compare with. */
	peopleOnly: Shift | null;
	/** The same metric over all paths moved the other way. */
	allPathsDisagree: boolean | null;
}

export interface Shift {
	before: number;
	now: number;
	z: number;
}

export const CAUTIONS = [
	'response_rate_shift',
	'path_mix_shift',
	'all_paths_disagree',
	'pooled_intents',
	'days_missing',
	'mix_explains_most'
] as const;
export type Caution = (typeof CAUTIONS)[number];

export interface VerdictEvidence extends Omit<WindowEvidence, 'breach' | 'watch' | 'limit'> {
	/** Every window that was looked at. */
	weeks: WindowEvidence[];
	/** The decisive z on the scale of a 7-day window; null when the direction is good. */
	z7: number | null;
	/** Crude change against the reference, its rate part and its mix part; signed as the metric is. */
	change: Decomposition | null;
	drivers: Driver[];
	/** About when the loss began; breaches of an erosion or a floor rule only. */
	onset: { since: string; days: number; worsening: number } | null;
	/** About how many contacts were harmed in the window: worsening times outcomes. */
	harmed: number;
	guards: Guards;
	cautions: Caution[];
}

/** Series that help to judge a verdict; rows are daily cohorts of the same slice. */
export interface Companions {
	/** n: customers asked; x: who answered. */
	answered?: readonly DailyCohort[];
	/** n: contacts of the tier that the bot took part in; x: those that left this path. */
	left?: readonly DailyCohort[];
	/** The rule's metric over all paths. */
	allPaths?: readonly DailyCohort[];
	/** The rule's metric where people did all the work. */
	peopleOnly?: readonly DailyCohort[];
}

/** What the rule finds with 80 % power at the volume of the last four weeks. */
export interface Detectable {
	days: number;
	loss: number;
}

const SHIFT = 0.2;
const MIX_SHARE = 0.7;
const POOLED = 0.2;

export function around(value: number, se: number): Interval {
	return { low: value - 1.96 * se, high: value + 1.96 * se, level: 0.95 };
}

export function windowEvidence(look: Look): WindowEvidence {
	const { n, observed, expected, worsening, standardError, z, limit, breach, watch } = look;
	return {
		window: { days: look.length, since: dayOf(look.since), until: dayOf(look.until) },
		n,
		observed,
		expected,
		worsening,
		standardError,
		z,
		zCritical: look.zCritical,
		interval: around(worsening, standardError),
		limit,
		breach,
		watch
	};
}

export function evidenceOf(
	judge: Judge,
	found: DayFinding,
	due: number,
	companions: Companions
): VerdictEvidence | null {
	const { decisive } = found;
	if (!decisive) return null;
	const { subject, bad } = judge;
	const weeks = found.looks.map(windowEvidence);
	const { window, n, observed, expected, worsening, standardError, z, interval } =
		weeks[found.looks.indexOf(decisive)]!;
	const drivers = driversOf(judge, decisive);
	const change = decompositionOf(judge, decisive);
	const guards = guardsOf(judge, decisive, due, companions);
	const reference = judge.referenceAt(decisive.until);
	const { baseline, rule } = subject;
	const onset =
		decisive.breach && reference && baseline && rule.kind !== 'change'
			? onsetOf(subject.series, decisive.until, dayNumber(baseline.until), reference, bad)
			: null;
	return {
		window,
		n,
		observed,
		expected,
		worsening,
		standardError,
		z,
		zCritical: decisive.zCritical,
		interval,
		weeks,
		z7: z7Equivalent(decisive.z, decisive.length),
		change,
		drivers,
		onset: onset && { since: dayOf(onset.since), days: onset.days, worsening: onset.worsening },
		harmed: Math.max(0, decisive.worsening * decisive.n),
		guards,
		cautions: cautionsOf(judge, decisive, guards, change)
	};
}

/** Intents of the window by their part of the worsening, largest first. */
export function driversOf(judge: Judge, look: Look): Driver[] {
	const { rule, series, baseline } = judge.subject;
	const { bad } = judge;
	const after = spanOf(series, look.since, look.until);
	const frozen = rule.kind === 'change' ? null : judge.referenceAt(look.until);
	const before = spanOf(series, look.since - REFERENCE_DAYS, look.since - 1);
	const drivers: Driver[] = [];
	series.intents.forEach((intent, i) => {
		const n = after.ns[i]!;
		const past = before.ns[i]!;
		if (n === 0 || (!frozen && past === 0)) return;
		const expected = frozen ? frozen.p0[i]! : before.xs[i]! / past;
		const size = frozen ? frozen.n0[i]! + 20 : past;
		const weight = frozen ? n / after.n : (n / after.n + past / before.n) / 2;
		const observed = after.xs[i]! / n;
		const smooth = (after.xs[i]! + 1) / (n + 2);
		const past1 = (expected * size + 1) / (size + 2);
		const contribution = weight * bad * (observed - expected);
		const standardError = weight * Math.sqrt((smooth * (1 - smooth)) / n + (past1 * (1 - past1)) / size);
		const past0 = frozen ? (baseline?.x0[intent] ?? 0) : before.xs[i]!;
		const pastN = frozen ? (baseline?.n0[intent] ?? 0) : past;
		drivers.push({
			intent,
			n,
			observed,
			expected,
			contribution,
			standardError,
			share: look.worsening > 0 ? contribution / look.worsening : 0,
			difference: differenceOf(bad, after.xs[i]!, n, past0, pastN)
		});
	});
	return drivers.sort((a, b) => b.contribution - a.contribution);
}

/** Crude change and its parts, against the baseline's counts or the 28 days before. */
function decompositionOf(judge: Judge, look: Look): Decomposition | null {
	const { series, rule, baseline } = judge.subject;
	const after = spanOf(series, look.since, look.until);
	if (rule.kind === 'change' || !baseline || dayNumber(baseline.until) >= look.since)
		return decompose(spanOf(series, look.since - REFERENCE_DAYS, look.since - 1), after);
	const ns = series.intents.map((intent) => baseline.n0[intent] ?? 0);
	const xs = series.intents.map((intent) => baseline.x0[intent] ?? 0);
	return decompose({ ns, xs, n: baseline.n, x: baseline.pool * baseline.n }, after);
}

function guardsOf(judge: Judge, look: Look, due: number, companions: Companions): Guards {
	const { series, baseline, rule } = judge.subject;
	const { since, until, length } = look;
	const worst = length <= 28 ? worstDayOf(series, since, until, judge.ratesFor(since), judge.bad) : null;
	const perDay = look.n / length;
	const before =
		rule.kind === 'change' || !baseline
			? countOf(series, since - REFERENCE_DAYS, since - 1) / REFERENCE_DAYS
			: baseline.n / baseline.days;
	let emptyDays = 0;
	for (let day = since; day <= until; day++) if (countOf(series, day, day) === 0) emptyDays++;
	const allPaths = shiftOf(companions.allPaths, since, until);
	return {
		worstDay: worst && { day: dayOf(worst.day), share: worst.share, rest: worst.rest },
		volumeGrowth: before > 0 ? perDay / before : null,
		maturity: { until: dayOf(due), emptyDays },
		responseRate: shiftOf(companions.answered, since, until),
		pathMix: shiftOf(companions.left, since, until),
		allPaths,
		peopleOnly: shiftOf(companions.peopleOnly, since, until),
		allPathsDisagree: allPaths ? judge.bad * (allPaths.now - allPaths.before) < 0 && look.worsening > 0 : null
	};
}

const companions = new WeakMap<readonly DailyCohort[], Series>();

/** Kept: one companion is asked about every day of a year. */
function companionSeries(rows: readonly DailyCohort[]): Series {
	let series = companions.get(rows);
	if (!series) companions.set(rows, (series = seriesOf(rows)));
	return series;
}

/** Worsening of an intent's own rate against its reference. */
function differenceOf(bad: Bad, x: number, n: number, x0: number, n0: number): Driver['difference'] {
	const { difference, low, high } = newcombe(x, n, x0, n0);
	return {
		value: bad * difference,
		interval: { low: bad > 0 ? low : -high, high: bad > 0 ? high : -low, level: 0.95 }
	};
}

/** A companion's rate in the window and in the 28 days before, for the same mix of intents. */
export function shiftOf(
	rows: readonly DailyCohort[] | undefined,
	since: number,
	until: number
): Shift | null {
	if (!rows) return null;
	const series = companionSeries(rows);
	const before = spanOf(series, since - REFERENCE_DAYS, since - 1);
	const after = spanOf(series, since, until);
	const s = changeStatistic({
		before,
		after,
		bad: 1,
		variance: PRIOR_VARIANCE,
		q1: before.concentration,
		q2: after.concentration,
		f1: 1,
		f2: 1
	});
	return s && { before: s.expected, now: s.observed, z: s.z };
}

/** More than a fifth of the old rate, and more than chance. */
export function hasShifted(shift: Shift, z7: number): boolean {
	return Math.abs(shift.now - shift.before) >= SHIFT * shift.before && Math.abs(shift.z) >= z7;
}

function cautionsOf(judge: Judge, look: Look, guards: Guards, change: Decomposition | null): Caution[] {
	const { z7 } = judge.subject.confidence;
	const { responseRate, pathMix, maturity } = guards;
	const mostlyMix =
		judge.subject.rule.kind === 'floor' &&
		change !== null &&
		judge.bad * change.total > 0 &&
		change.mix / change.total >= MIX_SHARE;
	const applies: Record<Caution, boolean> = {
		response_rate_shift: responseRate !== null && hasShifted(responseRate, z7),
		path_mix_shift: pathMix !== null && hasShifted(pathMix, z7),
		all_paths_disagree: guards.allPathsDisagree === true,
		pooled_intents: look.weightOther > POOLED,
		days_missing: maturity.emptyDays > 0 && look.n / look.length >= 5,
		mix_explains_most: mostlyMix
	};
	return (Object.keys(applies) as Caution[]).filter((caution) => applies[caution]);
}

/** What the rule can see, by length of window; empty where the last four weeks hold nothing to judge by. */
export function detectableOf(judge: Judge, due: number): Detectable[] {
	const { rule, series, confidence, baseline } = judge.subject;
	const month = spanOf(series, due - 27, due);
	if (month.n === 0) return [];
	const reference = judge.referenceAt(due);
	const crude = (month.x + 1) / (month.n + 2);
	const shares = month.ns.map((n) => n / month.n);
	const frozen = rule.kind === 'erosion' ? reference : null;
	if (rule.kind === 'erosion' && (!frozen || !baseline)) return [];
	const expected = frozen ? shares.reduce((sum, share, i) => sum + share * frozen.p0[i]!, 0) : crude;
	const variance = reference?.variance ?? PRIOR_VARIANCE;
	const vbase = frozen
		? shares.reduce(
				(sum, share, i) => sum + (share ** 2 * frozen.p0[i]! * (1 - frozen.p0[i]!)) / (frozen.n0[i]! + 20),
				frozen.variance * frozen.q0 * frozen.f0
			)
		: rule.kind === 'change'
			? (crude * (1 - crude)) / month.n + variance * month.concentration
			: 0;
	const lengths = rule.kind === 'erosion' ? [28, 91] : [...WINDOWS[rule.kind]];
	return lengths.map((days) => ({
		days,
		loss: detectability({ expected, perWeek: month.n / 4, variance, vbase, z7: confidence.z7, length: days })
	}));
}

/** One-sided z of a driver against its Holm line over all drivers. */
export function confirmedDrivers(drivers: readonly Driver[]): Set<string> {
	const ordered = [...drivers].sort(
		(a, b) => b.contribution / b.standardError - a.contribution / a.standardError
	);
	const confirmed = new Set<string>();
	for (const [index, driver] of ordered.entries()) {
		if (driver.contribution / driver.standardError < oneSided(0.05 / (ordered.length - index))) break;
		confirmed.add(driver.intent);
	}
	return confirmed;
}

/** Upper quantile of the normal distribution (Acklam; off by less than 1e-8 for these tails). */
function oneSided(tail: number): number {
	const q = Math.sqrt(-2 * Math.log(Math.min(tail, 0.5)));
	if (tail > 0.02425) {
		const p = 0.5 - tail;
		const r = p * p;
		const top =
			((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
				30.66479806614716) *
				r +
			2.506628277459239;
		const bottom =
			((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
				13.28068155288572) *
				r +
			1;
		return (p * top) / bottom;
	}
	const top =
		((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) *
			q +
			4.374664141464968) *
			q +
		2.938163982698783;
	const bottom =
		(((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q +
		1;
	return -top / bottom;
}
