/**
 * Rule and daily cohorts in, verdict out. Pure: `asOf` is the data's watermark, never the clock.
 *
 * `clear` needs positive evidence; too few outcomes are `undecided`; no data where data is due is `blind`.
 * A breach must hold on consecutive evaluable days. The verdict carries the evidence that decided it.
 */
import type { KnownCohort } from '../queries/measurement';
import type { Finding } from '../warehouse/vocabulary';
import { firstBaseline, type BaselineVersion, type FrozenBaseline } from './baseline';
import { DEFAULT_CONFIDENCE, type Confidence } from './budget';
import {
	around,
	confirmedDrivers,
	detectableOf,
	evidenceOf,
	type Companions,
	type Detectable,
	type VerdictEvidence
} from './evidence';
import { judgeOf, type DayFinding, type Judge } from './judge';
import { memoryOf } from './memory';
import { confidenceOf, ruleVersion, type Policy } from './policy';
import { sentenceOf, type Rule } from './rule';
import { ruleMetric } from './rule-metrics';
import { dayNumber, dayOf, seriesOf } from './series';

export { firstBaseline, freezeBaseline, type FrozenBaseline } from './baseline';
export type { Companions, Detectable, Driver, Guards, VerdictEvidence, WindowEvidence } from './evidence';

/** Raised when the same data would give another verdict. */
export const ENGINE = 'stoploss@2';

export interface RecommendedIntent {
	intent: string;
	from: 'contain';
	to: 'assist';
	/** Part of the worsening that this intent's own rate explains. */
	contribution: number;
	interval: { low: number; high: number; level: 0.95 };
	n: number;
}

export interface Recommendation {
	/** `tier`: no intent stands out, the loss is broad. `review_mix`: routing moved, not the bot; nothing to roll back. */
	scope: 'intents' | 'tier' | 'review_mix';
	intents: RecommendedIntent[];
}

export interface Verdict {
	rule: string;
	ruleVersion: string;
	engine: string;
	finding: Finding;
	/** Of this day alone: a breach before its hold is over. What the alert's state machine counts. */
	dayFinding: Finding;
	sentence: string;
	asOf: string;
	reason: string;
	evidence: VerdictEvidence | null;
	recommendation: Recommendation | null;
	/** What this rule can see at this volume. */
	detectable: Detectable[];
}

export interface Evaluation {
	rule: Rule;
	/** With the instant from which each was known; no look uses what came after it. */
	cohorts: readonly KnownCohort[];
	/** Hours after a day's end until it is judged; the metric's own where not given. */
	maturityHours?: number;
	/** `first`: the series' own first whole weeks, as known at each look. */
	baseline?: FrozenBaseline | 'first' | null;
	/** Frozen by hand, oldest first; each replaces the one before from its instant on. */
	frozen?: readonly BaselineVersion[];
	/** First day of the log: no data was due before it. */
	began?: string;
	timeZone?: string;
	/** Used where the rule sets none. */
	minimumEvidence?: number;
	confidence?: Confidence;
	/** Needed for rules whose slice isn't tier B: which intents may be rolled back. */
	tierB?: readonly string[];
	companions?: Companions;
	/** Windows lie wholly after this day. */
	resetAfter?: string;
}

export interface EvaluateInput extends Evaluation {
	/** RFC 3339 instant. */
	asOf: string;
}

/** A rule over one series, ready to be asked about many instants. */
export interface Evaluator {
	/** With all that is known today. */
	judge: Judge;
	/** With what was known at an instant. */
	judgeAt(asOf: string): Judge;
	/** Last mature day at an instant, as a day number. */
	due(asOf: string): number;
	/** The first whole hour at which a day is the last mature one. */
	instantOf(due: number): string;
	at(asOf: string): Verdict;
}

export function evaluate(input: EvaluateInput): Verdict {
	return evaluatorOf(input).at(input.asOf);
}

export function evaluatorOf(evaluation: Evaluation): Evaluator {
	const { rule, timeZone = 'UTC', resetAfter, companions = {} } = evaluation;
	const maturityHours = evaluation.maturityHours ?? ruleMetric(rule.metric).maturityHours;
	const subject = {
		rule,
		confidence: evaluation.confidence ?? DEFAULT_CONFIDENCE[rule.kind],
		minimumEvidence: evaluation.minimumEvidence ?? 50,
		...(evaluation.began ? { began: dayNumber(evaluation.began) } : {}),
		...(resetAfter ? { resetAfter: dayNumber(resetAfter) } : {})
	};
	const judgeAt = memoryOf<Judge>(evaluation.cohorts, evaluation.frozen ?? [], (cohorts, frozen) => {
		const series = seriesOf(cohorts);
		const { baseline = null } = evaluation;
		return judgeOf({
			...subject,
			series,
			baseline: frozen ?? (baseline === 'first' ? firstBaseline(series) : baseline)
		});
	});
	const due = lastMatureDay(maturityHours, timeZone);
	const version = ruleVersion(rule);
	const sentence = sentenceOf(rule);
	return {
		get judge() {
			return judgeAt(null);
		},
		judgeAt,
		due,
		instantOf(day) {
			const guess = (day + 1) * 24 + maturityHours;
			// No zone is further than 14 hours from UTC; daylight saving moves a day's end by one more.
			for (let hour = guess - 15; hour <= guess + 15; hour++) {
				const instant = new Date(hour * 3_600_000).toISOString();
				if (due(instant) === day) return instant;
			}
			throw new Error(`No hour at which ${dayOf(day)} is the last mature day`);
		},
		at(asOf) {
			const day = due(asOf);
			const judge = judgeAt(asOf);
			const found = judge.finding(day);
			const finding = found.finding === 'breach' && !found.held ? 'watch' : found.finding;
			return {
				rule: rule.name,
				ruleVersion: version,
				engine: ENGINE,
				finding,
				dayFinding: found.finding,
				sentence,
				asOf,
				reason: reasonOf(found, day),
				evidence: evidenceOf(judge, found, day, companions),
				recommendation: finding === 'breach' ? recommend(judge, found, evaluation.tierB) : null,
				detectable: detectableOf(judge, day)
			};
		}
	};
}

function reasonOf({ finding, held, reason, decisive }: DayFinding, due: number): string {
	if (finding === 'blind') return `${reason} It ended on ${dayOf(due)}.`;
	if (finding !== 'breach' || !decisive) return reason;
	return held
		? `The last ${decisive.length} days are confidently worse than the limit allows.`
		: 'The limit is broken today, and must hold on the next evaluable day.';
}

export interface BookOptions {
	/** Frozen by hand, by rule, oldest first; the others have the first weeks of their series. */
	frozen?: Readonly<Record<string, readonly BaselineVersion[]>>;
	companions?: Readonly<Record<string, Companions>>;
	/** First day of the log. */
	began?: string;
}

/** What a rule of a policy is judged with. */
export function evaluationOf(
	policy: Policy,
	rule: Rule,
	cohorts: readonly KnownCohort[],
	{ frozen, companions, began }: BookOptions = {}
): Evaluation {
	return {
		rule,
		cohorts,
		baseline: 'first',
		frozen: frozen?.[rule.name] ?? [],
		timeZone: policy.account.time_zone,
		minimumEvidence: policy.minimum_evidence,
		confidence: confidenceOf(policy, rule),
		tierB: policy.tiers.B,
		companions: companions?.[rule.name] ?? {},
		...(began ? { began } : {})
	};
}

/** One verdict per rule and instant, each with what was known at that instant. */
export function evaluateWeekly(
	policy: Policy,
	cohortsByRule: Readonly<Record<string, readonly KnownCohort[]>>,
	weekEnds: readonly string[],
	options: BookOptions = {}
): Verdict[] {
	return policy.stop_loss.rules.flatMap((rule) => {
		const evaluator = evaluatorOf(evaluationOf(policy, rule, cohortsByRule[rule.name] ?? [], options));
		return weekEnds.map((asOf) => evaluator.at(asOf));
	});
}

function recommend(
	judge: Judge,
	found: DayFinding,
	tierB: readonly string[] | undefined
): Recommendation | null {
	const { rule } = judge.subject;
	const { decisive } = found;
	if (!decisive || rule.action !== 'assist') return null;
	const evidence = evidenceOf(judge, found, decisive.until, {});
	if (!evidence) return null;
	if (evidence.cautions.includes('mix_explains_most')) return { scope: 'review_mix', intents: [] };
	const { drivers } = evidence;
	const movable = drivers.filter(
		({ intent, contribution }) => contribution > 0 && (rule.slice.tier === 'B' || tierB?.includes(intent))
	);
	const confirmed = confirmedDrivers(drivers);
	const driving = movable.filter(({ intent, share }) => share >= 0.5 || confirmed.has(intent));
	const scope = driving.length > 0 ? 'intents' : 'tier';
	const intents = (driving.length > 0 ? driving : movable).map(
		({ intent, contribution, standardError, n }) => ({
			intent,
			from: 'contain' as const,
			to: 'assist' as const,
			contribution,
			interval: around(contribution, standardError),
			n
		})
	);
	return intents.length > 0 ? { scope, intents } : null;
}

function lastMatureDay(maturityHours: number, timeZone: string): (asOf: string) => number {
	const format = new Intl.DateTimeFormat('en-CA', { timeZone });
	return (asOf) => dayNumber(format.format(new Date(Date.parse(asOf) - maturityHours * 3_600_000))) - 1;
}
