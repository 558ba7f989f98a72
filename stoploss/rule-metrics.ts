/**
 * What a rule may watch: proportions that daily cohorts can give, with the direction that harms customers. Pure.
 * Waits and durations are no proportions: a rule on one is refused, with the remedy.
 */
import { METRICS, type MetricName } from '../warehouse/vocabulary';
import type { Bad } from './statistic';

export interface RuleMetric {
	bad: Bad;
	/** Hours after the end of the cohort's day until nothing can change. */
	maturityHours: number;
	/** As it stands in a sentence. */
	words: string;
}

const fallIsBad = (maturityHours: number, words: string): RuleMetric => ({ bad: -1, maturityHours, words });
const riseIsBad = (maturityHours: number, words: string): RuleMetric => ({ bad: 1, maturityHours, words });

const TABLE: Readonly<Record<string, RuleMetric>> = {
	csat_top_box: fallIsBad(168, 'CSAT'),
	recontact_24h: riseIsBad(24, 'recontact within 24 hours'),
	recontact_48h: riseIsBad(48, 'recontact within 48 hours'),
	recontact_72h: riseIsBad(72, 'recontact within 72 hours'),
	recontact_24_72h: riseIsBad(72, 'recontact after 24 to 72 hours'),
	recontact_72h_any_intent: riseIsBad(72, 'recontact within 72 hours for any reason'),
	first_contact_resolution: fallIsBad(168, 'first-contact resolution'),
	durable_resolution: fallIsBad(168, 'durable resolution'),
	bad_containment: riseIsBad(168, 'bad containment'),
	refund_error_rate: riseIsBad(336, 'the refund error rate'),
	complaint_rate: riseIsBad(336, 'the complaint rate'),
	complaint_rate_regulator: riseIsBad(336, 'the rate of complaints to a regulator'),
	escalation_within_limit: fallIsBad(0, 'the share of escalations answered within the limit'),
	escalation_abandonment: riseIsBad(0, 'abandonment while waiting for a person'),
	re_ask_rate: riseIsBad(0, 'the re-ask rate'),
	human_out: fallIsBad(0, 'the share of requests for a person that reached one'),
	handoff_completeness: fallIsBad(0, 'handoff completeness'),
	refund_approval: fallIsBad(0, 'the share of large refunds with an approval')
};

export const RULE_METRICS = METRICS.filter((name) => name in TABLE) as [MetricName, ...MetricName[]];

export function ruleMetric(name: MetricName): RuleMetric {
	const metric = TABLE[name];
	if (!metric) throw new Error(`No stop-loss rule can watch ${name}`);
	return metric;
}
