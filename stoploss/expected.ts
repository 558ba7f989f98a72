/**
 * What a series may be like where there is no log yet: volumes that somebody expects, turned into profiles. Pure.
 * Rates are round figures of the trade, and are to be replaced by the first eight weeks of a real log.
 */
import type { MetricName } from '../warehouse/vocabulary';
import type { Policy } from './policy';
import type { Rule } from './rule';
import { ruleMetric } from './rule-metrics';
import type { Profile } from './scenario';
import { PRIOR_VARIANCE } from './statistic';

export interface Expected {
	/** Conversations a day, all tiers. */
	perDay: number;
	/** Share of customers who answer a survey. */
	reply: number;
	/** Shares of the conversations by tier; they need not add up to 1. */
	tiers: { A: number; B: number; C: number };
	/** Share that the AI closes alone. */
	aiOnly: number;
}

export const EXPECTED: Expected = {
	perDay: 500,
	reply: 0.2,
	tiers: { A: 0.6, B: 0.35, C: 0.05 },
	aiOnly: 0.6
};

const RATES: Partial<Record<MetricName, number>> = {
	csat_top_box: 0.8,
	recontact_24h: 0.06,
	recontact_48h: 0.09,
	recontact_72h: 0.12,
	recontact_24_72h: 0.06,
	recontact_72h_any_intent: 0.15,
	first_contact_resolution: 0.75,
	durable_resolution: 0.75,
	bad_containment: 0.2,
	refund_error_rate: 0.03,
	complaint_rate: 0.01,
	complaint_rate_regulator: 0.001,
	escalation_within_limit: 0.8,
	escalation_abandonment: 0.1,
	human_out: 0.85,
	re_ask_rate: 0.2,
	refund_approval: 0.9
};

/** Share of the conversations in which the metric's question comes up at all. */
const COUNTED: Partial<Record<MetricName, number>> = {
	refund_error_rate: 0.02,
	refund_approval: 0.02,
	escalation_within_limit: 0.2,
	escalation_abandonment: 0.2,
	human_out: 0.08,
	re_ask_rate: 0.15
};
const MOST_INTENTS = 6;

export function expectedProfile(policy: Policy, rule: Rule, expected: Expected): Profile {
	const { metric, slice } = rule;
	const { bad, only } = ruleMetric(metric);
	const tiers: readonly ('A' | 'B' | 'C')[] =
		slice.tier && slice.tier !== 'unassigned' ? [slice.tier] : ['A', 'B', 'C'];
	const share = tiers.reduce((sum, tier) => sum + expected.tiers[tier], 0);
	const path = (slice.path ?? only) === 'ai_only' ? expected.aiOnly : 1;
	const counted = metric === 'csat_top_box' ? expected.reply : (COUNTED[metric] ?? 1);
	const wanted = slice.intents ?? (slice.intent ? [slice.intent] : null);
	const named = tiers.flatMap((tier) => policy.tiers[tier]);
	const intents = (wanted ?? (named.length > 0 ? named : ['all'])).slice(0, MOST_INTENTS);
	const part = wanted ? Math.min(1, wanted.length / Math.max(1, named.length)) : 1;
	const rate = RATES[metric] ?? 0.1;
	return {
		bad,
		perDay: expected.perDay * share * path * counted * part,
		daySd: Math.sqrt(PRIOR_VARIANCE),
		// Some intents are a little harder than others.
		intents: intents.map((intent, i) => ({
			intent,
			share: 1 / intents.length,
			rate: rate * (1 + 0.1 * ((i % 3) - 1) * Math.min(1, (1 - rate) / rate))
		}))
	};
}
