/**
 * What a rule may watch: proportions that daily cohorts can give, with the direction that harms customers. Pure.
 * Waits and durations are no proportions, and the six parts of one handoff are no six outcomes: a rule on one is
 * refused, with the remedy.
 */
import { METRICS, type MetricName, type Path } from '../warehouse/vocabulary';
import type { Bad } from './statistic';

export interface RuleMetric {
	bad: Bad;
	/** Hours after the end of the cohort's day until nothing can change. */
	maturityHours: number;
	/** As it stands in a sentence. */
	words: string;
	/** The only path whose contacts it counts. */
	only?: Path;
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
	bad_containment: { ...riseIsBad(168, 'bad containment'), only: 'ai_only' },
	refund_error_rate: riseIsBad(336, 'the refund error rate'),
	complaint_rate: riseIsBad(336, 'the complaint rate'),
	complaint_rate_regulator: riseIsBad(336, 'the rate of complaints to a regulator'),
	escalation_within_limit: fallIsBad(0, 'the share of escalations answered within the limit'),
	escalation_abandonment: riseIsBad(0, 'abandonment while waiting for a person'),
	re_ask_rate: { ...riseIsBad(0, 'the re-ask rate'), only: 'escalated' },
	human_out: fallIsBad(0, 'the share of requests for a person that reached one'),
	refund_approval: fallIsBad(0, 'the share of large refunds with an approval')
};

export const RULE_METRICS = METRICS.filter((name) => name in TABLE) as [MetricName, ...MetricName[]];

export function ruleMetric(name: MetricName): RuleMetric {
	const metric = TABLE[name];
	if (!metric) throw new Error(`No stop-loss rule can watch ${name}`);
	return metric;
}

/** Why a metric that exists can't be watched, for those where it isn't that they are no proportion. */
export const UNWATCHABLE: Partial<Record<MetricName, string>> = {
	handoff_completeness: 'the six parts of one handoff stand or fall together and are not six outcomes',
	containment: 'a rise is no good news by itself',
	csat_reply_rate: 'it says who answers and not how they fare',
	csat_if_silent_unhappy: 'it is a bound and not a measurement',
	csat_if_silent_happy: 'it is a bound and not a measurement',
	recontact_72h_estimate: 'it is provisional until its window has passed',
	review_defect_rate: 'reviews stand for different numbers of contacts, which a rule can not weigh yet',
	not_solved_by_review: 'reviews stand for different numbers of contacts, which a rule can not weigh yet'
};
