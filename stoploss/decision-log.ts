/**
 * What became of decisions, and what the rules were worth. Pure. An outcome is measured once its days have matured,
 * and stays immature until then; a rule's precision counts only alerts of which somebody said whether they were useful.
 */
import type { DailyCohort } from '../queries/measurement';
import type { MetricName } from '../warehouse/vocabulary';
import type { Detectable } from './evidence';
import { ruleMetric } from './rule-metrics';
import { dayNumber } from './series';
import { stopLevel, type Rule } from './rule';
import { newcombe, wilson } from './statistic';

export const OUTCOME_DAYS = [14, 28] as const;
const BEFORE_DAYS = 28;
const YEAR = 365;

export type Outcome =
	| { days: number; status: 'immature'; known: string }
	| { days: number; status: 'thin'; metric: MetricName; reason: string }
	| {
			days: number;
			status: 'measured';
			metric: MetricName;
			before: { x: number; n: number };
			after: { x: number; n: number };
			/** After less before; an improvement is positive whatever the metric's direction. */
			improvement: number;
			low: number;
			high: number;
	  };

/** What is measured of all paths together: a metric of the bot alone has nothing left to measure at assist. */
export function outcomeMetric(rule: Rule): MetricName {
	return ruleMetric(rule.metric).only ? 'durable_resolution' : rule.metric;
}

/** `after`: the day of the decision; `cohorts` as known when the last of the days had matured. */
export function outcomeOf(
	metric: MetricName,
	days: number,
	after: string,
	cohorts: readonly DailyCohort[],
	minimum: number
): Outcome {
	const decided = dayNumber(after);
	const between = (since: number, until: number) => {
		const rows = cohorts.filter(({ day }) => dayNumber(day) >= since && dayNumber(day) <= until);
		return {
			x: rows.reduce((sum, row) => sum + row.x, 0),
			n: rows.reduce((sum, row) => sum + row.n, 0)
		};
	};
	const before = between(decided - BEFORE_DAYS + 1, decided);
	const now = between(decided + 1, decided + days);
	if (Math.min(before.n, now.n) < minimum)
		return {
			days,
			status: 'thin',
			metric,
			reason: `${before.n} outcomes before and ${now.n} after; ${minimum} are needed on both sides.`
		};
	const { bad } = ruleMetric(metric);
	const [one, two] = bad < 0 ? [now, before] : [before, now];
	const { low, high } = newcombe(one.x, one.n, two.x, two.n);
	return {
		days,
		status: 'measured',
		metric,
		before,
		after: now,
		improvement: one.x / one.n - two.x / two.n,
		low,
		high
	};
}

export interface RuleWorth {
	rule: string;
	title: string;
	fired: number;
	useful: number;
	judged: number;
	/** Useful of those judged; null where nobody said. */
	precision: { value: number; low: number; high: number } | null;
	/** Why it never earned its keep; null where it did, or where it is too early to say. */
	idle: string | null;
}

export function worthOf(
	rule: Rule,
	title: string,
	told: {
		fired: number;
		useful: number;
		judged: number;
		watchedDays: number;
		detectable: readonly Detectable[];
	}
): RuleWorth {
	const { fired, useful, judged } = told;
	const { low, high } = wilson(useful, judged);
	return {
		rule: rule.name,
		title,
		fired,
		useful,
		judged,
		precision: judged > 0 ? { value: useful / judged, low, high } : null,
		idle: idleness(rule, told)
	};
}

function idleness(
	rule: Rule,
	{ fired, useful, judged, watchedDays, detectable }: Parameters<typeof worthOf>[2]
): string | null {
	if (fired > 0 && judged > 0 && useful === 0)
		return judged === fired
			? `Fired ${times(fired)} and was never useful. Raise its limit, narrow its slice, or drop it.`
			: `Fired ${times(fired)}; of the ${judged} that were judged none was useful.`;
	if (fired > 0 || watchedDays < YEAR) return null;
	const best = Math.min(...detectable.map(({ loss }) => loss));
	const { value, relative } = stopLevel(rule);
	// A floor is no size, and a relative one is none of points: what it sees can't be held against it.
	if (rule.kind === 'floor' || relative || !Number.isFinite(best)) return null;
	return best > value / 100
		? `Never fired in a year, and could not: it sees ${(best * 100).toFixed(1)} points at best, and its limit is ${value}. Pool intents, or watch a metric that is known of everybody.`
		: null;
}

const times = (n: number) => (n === 1 ? 'once' : `${n} times`);
