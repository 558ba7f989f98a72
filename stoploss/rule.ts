/**
 * One stop-loss rule: its schema, its levels and its sentence. Pure.
 * Refuses levels that contradict the metric's bad direction or each other.
 */
import { z } from 'zod';
import { FINDINGS, PATHS, TIERS } from '../warehouse/vocabulary';
import { autoRollbackSchema } from './rollback-policy';
import { RULE_METRICS, ruleMetric } from './rule-metrics';
import type { Bad } from './statistic';

export const RULE_KINDS = ['change', 'erosion', 'floor'] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

const sliceSchema = z.strictObject({
	tier: z.enum(TIERS).optional(),
	path: z.enum(PATHS).optional(),
	intent: z.string().optional(),
	intents: z.array(z.string()).min(1).optional(),
	channel: z.string().optional(),
	market: z.string().optional(),
	language: z.string().optional(),
	source: z.string().optional(),
	customer_value: z.string().optional()
});

const size = z.number().positive();
const percent = z.number().gt(0).lt(100);

export const ruleSchema = z.strictObject({
	name: z.string().min(1),
	/** What people call it; made from metric, slice and kind where it is missing. */
	title: z.string().min(1).max(80).optional(),
	metric: z.enum(RULE_METRICS),
	slice: sliceSchema.default({}),
	kind: z.enum(RULE_KINDS),
	/** The stop level: the least change that matters; one of the four, for rules of kind `change` and `erosion`. */
	fall_points: size.max(100).optional(),
	fall_percent: size.max(100).optional(),
	rise_points: size.max(100).optional(),
	rise_percent: size.optional(),
	/** Floor (where a fall is bad) or ceiling (where a rise is), in percent; rules of kind `floor` only. */
	limit_percent: percent.optional(),
	/** Warns without stopping; in the unit of the stop level. */
	warn_level: size.optional(),
	/** What may be left of a loss when its alert closes; in the unit of the stop level. */
	recovery_level: size.optional(),
	minimum_evidence: z.int().min(10).optional(),
	/** Consecutive evaluable days in breach before the alert fires. */
	hold_days: z.int().min(1).max(14).default(2),
	/** Consecutive evaluable days of recovery before it closes by itself. */
	recovery_days: z.int().min(1).max(28).default(3),
	/** It stays open at least this long. */
	keep_firing_days: z.int().min(0).max(90).default(0),
	/** No data where data is due: fires an alert of its own, or only shows. Fires by default for tier B. */
	no_data: z.enum(['fire', 'show']).optional(),
	action: z.enum(['assist', 'notify']).default('assist'),
	auto_rollback: autoRollbackSchema.optional(),
	owner: z.string().min(1),
	runbook: z.url().optional()
});

const weekSchema = z.strictObject({
	repeat: z.int().min(1).max(520).default(1),
	/** Outcomes and rate of the week, by intent; an empty week has no data. */
	intents: z.record(z.string(), z.strictObject({ n: z.int().min(0), percent: z.number().min(0).max(100) }))
});

export const ruleTestSchema = z.strictObject({
	name: z.string().min(1),
	rule: z.string(),
	weeks: z.array(weekSchema).min(1),
	expect: z.enum(FINDINGS),
	/** Intents that the recommendation must name, no more and no fewer. */
	expect_intents: z.array(z.string()).optional()
});

export type Rule = z.infer<typeof ruleSchema>;
export type RuleTest = z.infer<typeof ruleTestSchema>;

const SIZES = ['fall_points', 'fall_percent', 'rise_points', 'rise_percent'] as const;

/** The stop level of a rule: its number, and whether it is a part of the reference rate or points. */
export function stopLevel(rule: Rule): { value: number; relative: boolean } {
	const key = SIZES.find((name) => rule[name] !== undefined);
	return key
		? { value: rule[key] ?? 0, relative: key.endsWith('percent') }
		: { value: rule.limit_percent ?? 0, relative: false };
}

interface LevelProblem {
	at: string[];
	message: string;
	remedy: string;
}

export function levelProblems(rule: Rule): LevelProblem[] {
	const problems: LevelProblem[] = [];
	const { bad, only } = ruleMetric(rule.metric);
	if (only && rule.slice.path && rule.slice.path !== only)
		problems.push({
			at: ['slice', 'path'],
			message: `The slice of rule ${rule.name} matches nothing: ${rule.metric} counts only ${only}`,
			remedy: `Set path to ${only}, or leave it out.`
		});
	const wanted =
		rule.kind === 'floor'
			? ['limit_percent']
			: SIZES.filter((key) => key.startsWith(bad < 0 ? 'fall' : 'rise'));
	const given = ['limit_percent', ...SIZES].filter(
		(key) => rule[key as (typeof SIZES)[number]] !== undefined
	);
	for (const key of given)
		if (!wanted.includes(key))
			problems.push({
				at: [key],
				message: `Rule ${rule.name} has no use for ${key}: ${rule.kind === 'floor' ? 'a floor is a constant' : `on ${rule.metric} a ${bad < 0 ? 'fall' : 'rise'} is bad`}`,
				remedy: `Use ${wanted.join(' or ')} instead.`
			});
	const levels = given.filter((key) => wanted.includes(key));
	if (levels.length === 0)
		problems.push({
			at: [],
			message: `Rule ${rule.name} has no ${wanted.join(' or ')}`,
			remedy: `Add it: a rule of kind ${rule.kind} on ${rule.metric} needs one.`
		});
	if (levels.length > 1)
		problems.push({
			at: [levels[1] ?? ''],
			message: `Rule ${rule.name} has two stop levels, ${levels.join(' and ')}`,
			remedy: 'Keep one of them.'
		});
	if (levels.length !== 1) return problems;
	// For a floor, a level on the good side of the limit is the milder one; for the rest, the smaller one.
	const { value: stop } = stopLevel(rule);
	const milder = (level: number) => (rule.kind === 'floor' ? bad * (stop - level) >= 0 : level <= stop);
	const side = rule.kind !== 'floor' ? 'at most' : bad < 0 ? 'at least' : 'at most';
	for (const key of ['warn_level', 'recovery_level'] as const) {
		const level = rule[key];
		if (level !== undefined && !milder(level))
			problems.push({
				at: [key],
				message: `Rule ${rule.name} contradicts itself: its ${key} ${level} is worse than its stop level ${stop}`,
				remedy: `Set ${key} to ${side} ${stop}.`
			});
	}
	return problems;
}

const ACTIONS: Record<Rule['action'], string> = { assist: 'Move to assist', notify: 'Tell the owner' };

/** What people call a path; other words of a slice are as the log has them. */
const PATH_WORDS: Readonly<Record<string, string>> = {
	ai_only: 'AI only',
	escalated: 'AI, then a person',
	human_only: 'people only',
	abandoned: 'nobody replied'
};

function told([name, value]: [string, unknown]): string {
	const words = [value].flat().map((one) => String(one).replaceAll('_', ' '));
	if (name === 'path')
		return [value]
			.flat()
			.map((one) => PATH_WORDS[String(one)] ?? String(one))
			.join(' or ');
	return `${name.replaceAll('_', ' ')} ${words.join(', ')}`;
}

const KIND_WORDS: Record<RuleKind, (bad: Bad) => string> = {
	change: (bad) => (bad < 0 ? 'sudden fall' : 'sudden rise'),
	erosion: (bad) => (bad < 0 ? 'slow erosion' : 'slow rise'),
	floor: (bad) => (bad < 0 ? 'floor' : 'ceiling')
};

/** What people call a rule. */
export function titleOf(rule: Rule): string {
	if (rule.title) return rule.title;
	const { bad, words } = ruleMetric(rule.metric);
	const subject = words.replace(/^the /, '');
	const slice = Object.entries(rule.slice).map(told).join(', ');
	return `${subject.charAt(0).toUpperCase()}${subject.slice(1)}${slice ? `, ${slice}` : ''}: ${KIND_WORDS[rule.kind](bad)}`;
}

export function sentenceOf(rule: Rule): string {
	const { bad, words } = ruleMetric(rule.metric);
	const slice = Object.entries(rule.slice).map(told).join('; ') || 'all contacts';
	const subject = `${ACTIONS[rule.action]} when ${words} (${slice})`;
	if (rule.kind === 'floor')
		return `${subject} is confidently ${bad < 0 ? 'below' : 'above'} ${rule.limit_percent} %.`;
	const { value, relative } = stopLevel(rule);
	const by = relative ? `${value} %` : `${value} ${value === 1 ? 'point' : 'points'}`;
	const reference = rule.kind === 'change' ? 'against the 4 weeks before' : 'against the frozen baseline';
	return `${subject} confidently ${bad < 0 ? 'falls' : 'rises'} by at least ${by} ${reference}, for the same mix of intents.`;
}
