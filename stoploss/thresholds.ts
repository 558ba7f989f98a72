/**
 * A rule book written for a lead's volumes: which rules, at which limits, what each can see and how often it would cry
 * wolf. Pure. A limit is never below the least size that matters, and never below what the volume can show within
 * its longest window; a rule that could see nothing of use is left out, and says what to do instead.
 */
import { stringify } from 'yaml';
import { confidenceFor, SHARES } from './budget';
import type { Policy } from './policy';
import { ruleSchema, sentenceOf, titleOf, type Rule, type RuleKind } from './rule';
import { ruleMetric } from './rule-metrics';
import type { Profile } from './scenario';
import { detectability } from './statistic';

export interface Proposal {
	rule: Rule;
	title: string;
	sentence: string;
	/** Outcomes a day, and the rate while all is well. */
	perDay: number;
	rate: number;
	/** Losses found with 80 % power, in points, by length of window. */
	sees: { days: number; points: number }[];
	/** False alarms a year that its line allows. */
	cryWolf: number;
	/** Why it is not written, and what would help; null when it is. */
	left: string | null;
}

interface Candidate {
	name: string;
	title: string;
	metric: Rule['metric'];
	kind: Exclude<RuleKind, 'floor'>;
	/** Least size that matters: points, or per cent of the rate. */
	least: { points: number } | { percent: number };
	/** Windows that it is looked at over, shortest first. */
	windows: readonly number[];
}

const CANDIDATES: readonly Candidate[] = [
	{
		name: 'tier_b_csat_change',
		title: 'Tier B CSAT falls suddenly',
		metric: 'csat_top_box',
		kind: 'change',
		least: { points: 3 },
		windows: [7, 14]
	},
	{
		name: 'tier_b_recontact_change',
		title: 'Tier B customers suddenly come back more',
		metric: 'recontact_72h',
		kind: 'change',
		least: { percent: 15 },
		windows: [7, 14]
	},
	{
		name: 'tier_b_csat_erosion',
		title: 'Tier B CSAT wears away',
		metric: 'csat_top_box',
		kind: 'erosion',
		least: { points: 2 },
		windows: [28, 91]
	},
	{
		name: 'tier_b_recontact_erosion',
		title: 'Tier B customers come back more and more',
		metric: 'recontact_72h',
		kind: 'erosion',
		least: { percent: 15 },
		windows: [28, 91]
	},
	{
		name: 'tier_b_bad_containment_erosion',
		title: 'Tier B contacts are badly contained more and more',
		metric: 'bad_containment',
		kind: 'erosion',
		least: { percent: 15 },
		windows: [28, 91]
	}
];

/** Beyond this many points a rule sees only disasters, which nobody needs statistics for. */
const USELESS_POINTS = 15;
const BASELINE_DAYS = 56;

export interface ThresholdRequest {
	/** False stops a year that the lead accepts from the whole book. */
	budget: number;
	owner: string;
	/** What a series is like; null where nothing is known of it. */
	profileOf: (rule: Rule) => Profile | null;
}

export function proposeThresholds({ budget, owner, profileOf }: ThresholdRequest): Proposal[] {
	return CANDIDATES.map((candidate): Proposal => {
		const draft = ruleFor(candidate, 1, owner);
		const profile = profileOf(draft);
		const kinds = CANDIDATES.filter(({ kind }) => kind === candidate.kind).length;
		const { z7 } = confidenceFor(candidate.kind, budget, kinds);
		const rate = profile ? profile.intents.reduce((sum, one) => sum + one.share * one.rate, 0) : 0;
		const sees = profile
			? candidate.windows.map((days) => ({ days, points: 100 * seen(profile, rate, z7, candidate, days) }))
			: [];
		const best = sees.at(-1)?.points ?? Infinity;
		const limit = limitOf(candidate, rate, best);
		const rule = ruleFor(candidate, limit, owner);
		return {
			rule,
			title: titleOf(rule),
			sentence: sentenceOf(rule),
			perDay: profile?.perDay ?? 0,
			rate,
			sees,
			cryWolf: (budget * SHARES[candidate.kind]) / kinds,
			left: !profile
				? 'Nothing is known of its series yet.'
				: best > USELESS_POINTS
					? `At ${profile.perDay.toFixed(profile.perDay < 10 ? 1 : 0)} outcomes a day it would see no loss below ${best.toFixed(0)} points. Pool intents, raise the reply rate, or watch a metric that is known of every contact.`
					: null
		};
	});
}

/** The policy with the proposed rules in place of its own. Tests of rules that are gone go with them. */
export function withThresholds(policy: Policy, proposals: readonly Proposal[], budget: number): Policy {
	const rules = proposals.filter(({ left }) => left === null).map(({ rule }) => rule);
	return {
		...policy,
		stop_loss: { ...policy.stop_loss, false_alarm_budget: budget, rules, tests: [] }
	};
}

/** Half points and whole per cents, upwards: a limit must be one that people can say. */
function limitOf({ least }: Candidate, rate: number, seenPoints: number): number {
	if ('points' in least) return Math.min(100, Math.max(least.points, Math.ceil(seenPoints * 2) / 2));
	const percent = rate > 0 ? seenPoints / rate : least.percent;
	return Math.max(least.percent, Math.ceil(percent / 5) * 5);
}

function ruleFor({ name, title, metric, kind, least }: Candidate, limit: number, owner: string): Rule {
	const { bad } = ruleMetric(metric);
	const key = `${bad < 0 ? 'fall' : 'rise'}_${'points' in least ? 'points' : 'percent'}`;
	return ruleSchema.parse({
		name,
		title,
		metric,
		slice: { tier: 'B', path: 'ai_only' },
		kind,
		[key]: limit,
		owner
	});
}

function seen(profile: Profile, rate: number, z7: number, { kind }: Candidate, length: number): number {
	const variance = profile.daySd ** 2;
	// What the reference itself is uncertain by: eight weeks of the baseline, or the four weeks before.
	const days = kind === 'erosion' ? BASELINE_DAYS : 28;
	const vbase = (rate * (1 - rate)) / (profile.perDay * days) + variance / days;
	return detectability({ expected: rate, perWeek: profile.perDay * 7, variance, vbase, z7, length });
}

/** The policy as a file to keep: what each rule says and can see stands above it. */
export function policyYaml(policy: Policy, proposals: readonly Proposal[]): string {
	const notes = proposals.flatMap(({ title, sentence, sees, cryWolf, left }) =>
		left === null
			? [
					`# ${title}: ${sentence}`,
					`#   Sees ${sees.map(({ days, points }) => `${points.toFixed(1)} points within ${days} days`).join(', ')}; cries wolf ${cryWolf.toFixed(2)} times a year.`
				]
			: [`# Left out: ${title}. ${left}`]
	);
	return `# Thresholds, set before automation is scaled. Check them with: plimsoll policy check FILE\n${notes.join('\n')}\n${stringify(policy, { lineWidth: 110 })}`;
}

/** The rules whose series a proposal needs to know. */
export const candidateRules = (owner: string): Rule[] =>
	CANDIDATES.map((candidate) =>
		ruleFor(candidate, 'points' in candidate.least ? candidate.least.points : candidate.least.percent, owner)
	);
