/**
 * What the rules of a policy read: daily counts with the instant from which each was known, the series beside them
 * that guard a verdict, and the first day of the log. Touches the database.
 */
import {
	dailyCohorts,
	firstDay,
	knownCohorts,
	MATURITY_HOURS,
	type CohortMetric
} from '#queries/queries.server';
import type { DailyCohort, KnownCohort } from '#queries/measurement';
import type { BookOptions, Companions } from '#stoploss/evaluate';
import { frozenBaselines } from '#stoploss/baseline-ledger.server';
import { limitsOf, type Policy } from '#stoploss/policy';
import type { Rule } from '#stoploss/rule';
import { ruleMetric } from '#stoploss/rule-metrics';
import { DIMENSIONS, type MetricName } from '#warehouse/vocabulary';
import type { Warehouse } from '#warehouse/warehouse.server';
import { calendarOf } from './policy-file.server';

export interface RuleData {
	cohorts: Record<string, KnownCohort[]>;
	options: BookOptions;
}

const hasCohorts = (metric: MetricName): metric is CohortMetric => metric in MATURITY_HOURS;

/** The slice of a rule as a filter. */
export function filterOf({ slice }: Rule) {
	return Object.fromEntries(
		DIMENSIONS.flatMap((dimension) => {
			const value = dimension === 'intent' ? (slice.intents ?? slice.intent) : slice[dimension];
			return value === undefined ? [] : [[dimension, [value].flat()]];
		})
	);
}

/** As known at a time. */
export async function ruleData(warehouse: Warehouse, policy: Policy, asOf: string): Promise<RuleData> {
	const ask = { calendar: calendarOf(policy), limits: limitsOf(policy), asOf };
	// Rules of one metric and slice read the same counts.
	const kept = new Map<string, Promise<KnownCohort[]>>();
	const once = (key: object, read: () => Promise<KnownCohort[]>) => {
		const name = JSON.stringify(key);
		let rows = kept.get(name);
		if (!rows) kept.set(name, (rows = read()));
		return rows;
	};
	const cohorts: Record<string, KnownCohort[]> = {};
	const companions: Record<string, Companions> = {};
	for (const rule of policy.stop_loss.rules) {
		const { metric } = rule;
		// A metric without daily cohorts has no data where data is due: its rule is blind.
		if (!hasCohorts(metric)) continue;
		const filter = filterOf(rule);
		cohorts[rule.name] = await once({ metric, filter }, () =>
			knownCohorts(warehouse, { ...ask, metric, filter })
		);
		const { path: _, ...allPaths } = filter;
		const beside = (name: CohortMetric, other: typeof filter): Promise<DailyCohort[]> =>
			once({ name, other, daily: true }, () =>
				dailyCohorts(warehouse, { ...ask, metric: name, filter: other })
			);
		const found: Companions = (companions[rule.name] = {});
		if (metric === 'csat_top_box') found.answered = await beside('csat_reply_rate', filter);
		if (rule.slice.path === 'ai_only') {
			const contained = await beside('containment', allPaths);
			found.left = contained.map(({ day, intent, n, x }) => ({ day, intent, n, x: n - x }));
			if (!ruleMetric(metric).only) {
				found.allPaths = await beside(metric, allPaths);
				found.peopleOnly = await beside(metric, { ...allPaths, path: ['human_only'] });
			}
		}
	}
	const began = await firstDay(warehouse, ask.calendar);
	const frozen = await frozenBaselines(warehouse, policy);
	return { cohorts, options: { companions, frozen, ...(began ? { began } : {}) } };
}
