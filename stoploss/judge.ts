/**
 * A rule over a series, looked at day by day: numbers only, no sentences. Pure.
 *
 * A look uses the days up to its end and nothing later, so one series serves every day of a year. Windows lie
 * wholly after the frozen baseline and after a reset. Keeps looks it has made; keeps no other state.
 */
import type { Finding } from '../warehouse/vocabulary';
import type { Confidence } from './budget';
import type { FrozenBaseline } from './baseline';
import { stopLevel, type Rule } from './rule';
import { ruleMetric } from './rule-metrics';
import { countOf, dayNumber, spanOf, type Series, type Span } from './series';
import {
	ar1Inflation,
	baselineOf,
	changeStatistic,
	erosionStatistic,
	floorStatistic,
	referenceOf,
	runningVariance,
	worstDayOf,
	zCritical,
	type Baseline,
	type Bad,
	type Reference,
	type Statistic
} from './statistic';

export const WINDOWS = { floor: [7, 28], change: [7, 14], erosion: [7, 14, 28, 56, 91] } as const;
export const REFERENCE_DAYS = 28;
/** A worst day tells most of a short window; past this length none can. */
const WORST_DAY_WINDOW = 28;
const WORST_DAY_FACTOR = 0.75;
const GROWTH = 2;
/** Below this many outcomes a day, a day without any is chance and not a fault. */
const DAILY = 5;

/** One window on one day. */
export interface Look extends Statistic {
	/** Weight of the sparse intents that a change rule pooled. */
	weightOther: number;
	length: number;
	since: number;
	until: number;
	zCritical: number;
	/** Practical size that the worsening must reach. */
	limit: number;
	breach: boolean;
	watch: boolean;
}

export interface DayFinding {
	/** Of this day alone, before any hold. */
	finding: Finding;
	/** The hold is over: in breach on as many consecutive evaluable days as the rule asks. */
	held: boolean;
	reason: string;
	looks: readonly Look[];
	decisive: Look | null;
}

export interface Subject {
	rule: Rule;
	series: Series;
	confidence: Confidence;
	baseline: FrozenBaseline | null;
	minimumEvidence: number;
	/** Windows lie wholly after this day, on which an alert was closed. */
	resetAfter?: number;
	/** First day of the log; the first of the series where it isn't given. */
	began?: number;
}

export interface Judge {
	subject: Subject;
	bad: Bad;
	/** What the rule finds when `due` is the last mature day. */
	finding(due: number): DayFinding;
	/** The statistic of one window whose reference starts at `referenceSince` for a change rule. */
	measure(since: number, until: number, referenceSince?: number): Statistic | null;
	/** A level of the rule as a worsening, where `expected` is the reference rate. */
	limitFor(expected: number, level: number): number;
	/** Expected rates by intent for a window that starts at `since`. */
	ratesFor(since: number): number[];
	/** The baseline as known on that day, day variance raised where the volume has grown. */
	referenceAt(due: number): Reference | null;
}

export function judgeOf(subject: Subject): Judge {
	const { rule, series, confidence, baseline } = subject;
	const { bad } = ruleMetric(rule.metric);
	const minimum = rule.minimum_evidence ?? subject.minimumEvidence;
	const stop = stopLevel(rule);
	const warn = rule.warn_level;
	const frozenUntil = baseline ? dayNumber(baseline.until) : -Infinity;
	const firstDay = Math.max(series.first, (subject.resetAfter ?? -Infinity) + 1);
	const frozen = baseline ? referenceOf(baseline, series.intents) : null;
	const perBaselineDay = baseline ? baseline.n / baseline.days : Infinity;
	const kept = new Map<number, Look[]>();
	const fits = new Map<number, Baseline | null>();

	const fitBefore = (since: number): Baseline | null => {
		const start = since - REFERENCE_DAYS;
		let fit = fits.get(start);
		if (fit === undefined) fits.set(start, (fit = baselineOf(series, start, since - 1)));
		return fit;
	};

	const referenceAt = (until: number): Reference | null => {
		if (!frozen || until <= frozenUntil) return null;
		if (countOf(series, until - 6, until) / 7 < GROWTH * perBaselineDay) return frozen;
		const running = runningVariance(series, until);
		return running !== null && running > frozen.variance ? { ...frozen, variance: running } : frozen;
	};

	const ratesFor = (since: number): number[] => {
		if (rule.kind === 'floor') return series.intents.map(() => stop.value / 100);
		if (rule.kind === 'erosion' && frozen) return frozen.p0;
		const fit = fitBefore(since);
		return series.intents.map((intent) => fit?.p0[intent] ?? fit?.pool ?? 0);
	};

	const statistic = (span: Span, before?: Span): Statistic | null => {
		const length = span.until - span.since + 1;
		const reference = referenceAt(span.until);
		if (rule.kind === 'erosion') return reference ? erosionStatistic(span, length, reference, bad) : null;
		if (rule.kind === 'floor')
			return floorStatistic(span, length, stop.value / 100, bad, reference?.variance, reference?.rho);
		const past = before ?? spanOf(series, span.since - REFERENCE_DAYS, span.since - 1);
		if (past.n < minimum) return null;
		const days = reference ?? baselineOf(series, past.since, past.until);
		if (!days) return null;
		return changeStatistic({
			before: past,
			after: span,
			bad,
			variance: days.variance,
			q1: past.concentration,
			q2: span.concentration,
			f1: ar1Inflation(days.rho, past.until - past.since + 1),
			f2: ar1Inflation(days.rho, length)
		});
	};

	const measure = (since: number, until: number, referenceSince?: number): Statistic | null => {
		const span = spanOf(series, since, until);
		if (span.n < minimum) return null;
		return statistic(
			span,
			referenceSince === undefined
				? undefined
				: spanOf(series, referenceSince, referenceSince + REFERENCE_DAYS - 1)
		);
	};

	const limitFor = (expected: number, level: number): number => {
		if (rule.kind === 'floor') return (bad * (level - stop.value)) / 100;
		return stop.relative ? (expected * level) / 100 : level / 100;
	};

	const looksAt = (until: number): Look[] => {
		const known = kept.get(until);
		if (known) return known;
		const looks: Look[] = [];
		for (const length of WINDOWS[rule.kind]) {
			const since = until - length + 1;
			const reach = rule.kind === 'change' ? since - REFERENCE_DAYS : since;
			if (since < firstDay || reach < series.first) break;
			if (rule.kind === 'erosion' && since <= frozenUntil) break;
			const span = spanOf(series, since, until);
			if (span.n < minimum) continue;
			const s: (Statistic & { weightOther?: number }) | null = statistic(span);
			if (!s) continue;
			const limit = limitFor(s.expected, stop.value);
			const critical = zCritical(confidence.z7, length);
			const past = s.worsening >= limit && s.z >= critical;
			const oneDay =
				past && length <= WORST_DAY_WINDOW
					? worstDayOf(series, since, until, ratesFor(since), bad)
					: undefined;
			const breach =
				past && (oneDay === undefined || (oneDay !== null && oneDay.rest >= WORST_DAY_FACTOR * limit));
			const warnLimit = warn === undefined ? limit : limitFor(s.expected, warn);
			// A floor's warn level is another constant to compare with; elsewhere it is a smaller size.
			const warnZ = rule.kind === 'floor' ? (s.worsening - warnLimit) / s.standardError : s.z;
			const watch = s.worsening >= warnLimit && warnZ >= zCritical(confidence.watchZ7, length);
			// Spelled out: spreading an object for every window of every day costs more than its statistic.
			looks.push({
				n: s.n,
				observed: s.observed,
				expected: s.expected,
				worsening: s.worsening,
				standardError: s.standardError,
				z: s.z,
				weightOther: s.weightOther ?? 0,
				length,
				since,
				until,
				zCritical: critical,
				limit,
				breach,
				watch
			});
		}
		kept.set(until, looks);
		return looks;
	};

	const finding = (due: number): DayFinding => {
		const say = (
			found: Finding,
			reason: string,
			looks: readonly Look[] = [],
			decisive: Look | null = null
		) => ({
			finding: found,
			held: false,
			reason,
			looks,
			decisive
		});
		// Data that was never due can't be missing.
		if (due < (subject.began ?? (series.days > 0 ? series.first : -Infinity)))
			return say('undecided', 'No day of the log is due yet.');
		if (series.days === 0)
			return say(
				'blind',
				'No outcome ever came from this slice: check its words, and whether the log says what the metric needs.'
			);
		if (countOf(series, due - 6, due) === 0) return say('blind', 'No outcome in the last week that is due.');
		if (countOf(series, due, due) === 0 && countOf(series, due - 27, due) / 28 >= DAILY)
			return say('blind', 'No outcome on the last day that is due.');
		if (rule.kind === 'erosion' && (!frozen || due <= frozenUntil))
			return say(
				'undecided',
				'There is no baseline yet: it takes 8 whole weeks, or up to 26, that hold 400 outcomes.'
			);
		let last = due;
		while (countOf(series, last, last) === 0) last--;
		const looks = looksAt(last);
		if (looks.length === 0)
			return say(
				'undecided',
				`${countOf(series, due - 27, due)} outcomes in 28 days are too few for any window.`
			);
		const breaching = looks.filter((look) => look.breach);
		if (breaching.length > 0) {
			const found = say('breach', 'Confidently worse than the limit allows.', looks, loudest(breaching));
			return { ...found, held: holds(last) };
		}
		const watching = looks.filter((look) => look.watch);
		if (watching.length > 0)
			return say('watch', 'Worse at the watch level, short of the limit.', looks, loudest(watching));
		const longest = looks.at(-1)!;
		const upper = longest.worsening + 1.6449 * longest.standardError;
		if (upper < longest.limit && looks.every((look) => look.worsening < look.limit))
			return say(
				'clear',
				`The worsening is confidently below the limit over ${longest.length} days.`,
				looks,
				longest
			);
		return say('undecided', 'The data allow neither a breach nor an all-clear.', looks, loudest(looks));
	};

	/** Whether every evaluable day of the hold, back from `last`, is in breach. */
	const holds = (last: number): boolean => {
		let left = rule.hold_days;
		for (let day = last; left > 0 && day >= firstDay; day--) {
			if (countOf(series, day, day) === 0) continue;
			const looks = looksAt(day);
			if (looks.length === 0) continue;
			if (!looks.some((look) => look.breach)) return false;
			left--;
		}
		return left === 0;
	};

	return { subject, bad, finding, measure, limitFor, ratesFor, referenceAt };
}

function loudest(looks: readonly Look[]): Look {
	return looks.reduce((a, b) => (b.z - b.zCritical > a.z - a.zCritical ? b : a));
}
