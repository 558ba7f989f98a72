/**
 * A sampling plan: whom to look at, how many a week and what to look for, as data. Pure.
 * `strata` split the population; within each, those that show a risk signal are drawn apart, so that the risk-targeted
 * part has known inclusion probabilities too. Refuses a plan with any problem.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PATHS, RISK_SIGNALS, STRATUM_DIMENSIONS, TIERS } from '../warehouse/vocabulary';
import { readYaml, repeated, type Rule } from '../warehouse/yaml';

const name = z.string().regex(/^[a-z][a-z0-9_]*$/, 'Write a name as small_words');
const share = z.number().min(0).max(1);
const certain = z.number().gt(0).lt(1);

export const planSchema = z.strictObject({
	name,
	population: z
		.strictObject({
			tier: z.array(z.enum(TIERS)).min(1).default(['A']),
			path: z.array(z.enum(PATHS)).min(1).default(['ai_only'])
		})
		.default({ tier: ['A'], path: ['ai_only'] }),
	strata: z.array(z.enum(STRATUM_DIMENSIONS)).max(3).default([]),
	/** Confidence below the first is low, from the second on high. */
	confidence_bands: z.tuple([share, share]).default([0.6, 0.85]),
	/** Conversations a week: drawn from everybody, and drawn on top from those with a risk signal. */
	weekly: z.strictObject({ random: z.int().min(0).max(10_000), risk: z.int().min(0).max(10_000).default(0) }),
	risk_signals: z.array(z.enum(RISK_SIGNALS)).default([]),
	/** `neyman` gives more to strata where defects are expected to differ. */
	allocation: z.enum(['proportional', 'neyman']).default('proportional'),
	expected_defects: z
		.strictObject({ with_signal: certain.default(0.2), without: certain.default(0.05) })
		.default({ with_signal: 0.2, without: 0.05 }),
	/** Share that two reviewers score, neither seeing the other's marks. */
	double_share: share.default(0.1),
	/** The defect rate that is good enough, and the one that is not: how far until we can tell them apart? */
	tell_apart: z.strictObject({ good: certain, bad: certain }).default({ good: 0.03, bad: 0.05 }),
	/** An automatic judge below this kappa with people may be shown, and may decide nothing. */
	judge_kappa: certain.default(0.6),
	/** Who may take items; an empty list lets anybody. */
	reviewers: z.array(z.string().min(1)).default([]),
	rubric: name.default('ai_support')
});

export const reviewFileSchema = z.strictObject({ version: z.literal(1), plans: z.array(planSchema).min(1) });

export type Plan = z.infer<typeof planSchema>;
export type ReviewFile = z.infer<typeof reviewFileSchema>;

const eachPlan = (check: (plan: Plan) => { path: PropertyKey[]; message: string; remedy: string } | null) => {
	const rule: Rule<ReviewFile> = ({ plans }) =>
		plans.flatMap((plan, index) => {
			const found = check(plan);
			return found ? [{ ...found, path: ['plans', index, ...found.path] }] : [];
		});
	return rule;
};

const RULES: readonly Rule<ReviewFile>[] = [
	({ plans }) =>
		repeated(
			plans.map((plan, index) => ({ name: plan.name, path: ['plans', index, 'name'] })),
			'plan'
		),
	eachPlan(({ weekly }) =>
		weekly.random + weekly.risk === 0
			? { path: ['weekly'], message: 'The plan draws nobody', remedy: 'Set weekly.random to at least 1.' }
			: null
	),
	eachPlan(({ weekly }) =>
		weekly.risk > 0 && weekly.random === 0
			? {
					path: ['weekly', 'random'],
					message: 'A plan that looks only where it suspects something can say nothing about the rest',
					remedy: 'Set weekly.random to at least 1.'
				}
			: null
	),
	eachPlan(({ weekly, risk_signals }) =>
		weekly.risk > 0 && risk_signals.length === 0
			? {
					path: ['weekly', 'risk'],
					message: 'There is a risk-targeted part and no signal to target',
					remedy: `List risk_signals: any of ${RISK_SIGNALS.join(', ')}.`
				}
			: null
	),
	eachPlan(({ confidence_bands: [low, high] }) =>
		low > high
			? {
					path: ['confidence_bands'],
					message: 'The lower band ends above the upper one',
					remedy: 'Write the smaller number first.'
				}
			: null
	),
	eachPlan(({ tell_apart: { good, bad } }) =>
		good >= bad
			? {
					path: ['tell_apart'],
					message: 'The good rate is not below the bad one',
					remedy: 'Write such as { good: 0.03, bad: 0.05 }.'
				}
			: null
	)
];

export function parsePlans(text: string) {
	const { value, problems } = readYaml(text, reviewFileSchema, RULES);
	return { plans: value?.plans ?? null, problems };
}

/** The same plan in the same week draws the same; who reviews and what they are asked is not part of the draw. */
export function seedOf(plan: Plan, week: string): string {
	const { reviewers: _, rubric: __, tell_apart: ___, judge_kappa: ____, ...drawing } = plan;
	return createHash('sha256')
		.update(JSON.stringify([drawing, week]))
		.digest('hex')
		.slice(0, 32);
}
