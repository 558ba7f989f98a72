/**
 * A rubric: what a reviewer is asked and what the answers come to, as data. Pure.
 * A score is 0 to 100, over the criteria that apply; an automatic failure makes it 0; nothing that applies makes it
 * null, never 0. Answers name levels, so that a level moved in a later version does not change an old mark.
 * Refuses a rubric with any problem, and a mark that does not fit its rubric.
 */
import { z } from 'zod';
import { readYaml, repeated, type Rule } from './yaml';

const word = z.string().regex(/^[a-z][a-z0-9_]*$/, 'Write a name as small_words');

const levelSchema = z.strictObject({
	name: word,
	title: z.string().min(1),
	points: z.number().nonnegative(),
	help: z.string().optional()
});

const criterionSchema = z.strictObject({
	name: word,
	title: z.string().min(1),
	help: z.string().optional(),
	/** From worst to best. */
	scale: z.array(levelSchema).min(2).max(9),
	not_applicable: z.boolean().default(false),
	weight: z.number().positive().default(1),
	/** Levels that fail the whole conversation. */
	auto_fail: z.array(word).default([])
});

export const rubricSchema = z.strictObject({
	rubric: word,
	version: z.int().positive(),
	title: z.string().min(1),
	/** A lower score is a defect. */
	pass_mark: z.number().min(0).max(100),
	/** Which answers mean that the customer's problem was not solved. */
	not_solved: z.strictObject({ criterion: word, levels: z.array(word).min(1) }),
	categories: z
		.array(
			z.strictObject({ name: word, title: z.string().min(1), criteria: z.array(criterionSchema).min(1) })
		)
		.min(1),
	root_causes: z.array(z.strictObject({ name: word, title: z.string().min(1) })).default([])
});

export type Rubric = z.infer<typeof rubricSchema>;
export type Criterion = Rubric['categories'][number]['criteria'][number];

export const NOT_APPLICABLE = 'not_applicable';

export const criteriaOf = (rubric: Rubric): Criterion[] =>
	rubric.categories.flatMap(({ criteria }) => criteria);

const located = (rubric: Rubric) =>
	rubric.categories.flatMap(({ criteria }, category) =>
		criteria.map((criterion, index) => ({
			criterion,
			path: ['categories', category, 'criteria', index] as PropertyKey[]
		}))
	);

const RULES: readonly Rule<Rubric>[] = [
	(rubric) =>
		repeated(
			located(rubric).map(({ criterion, path }) => ({ name: criterion.name, path })),
			'criterion'
		),
	(rubric) =>
		located(rubric).flatMap(({ criterion, path }) =>
			repeated(
				criterion.scale.map(({ name }, level) => ({ name, path: [...path, 'scale', level] })),
				'level'
			)
		),
	(rubric) =>
		located(rubric)
			.filter(({ criterion }) => Math.max(...criterion.scale.map(({ points }) => points)) === 0)
			.map(({ criterion, path }) => ({
				path: [...path, 'scale'],
				message: `Every level of ${criterion.name} gives 0 points`,
				remedy: 'Give the best level points.'
			})),
	(rubric) =>
		located(rubric).flatMap(({ criterion, path }) =>
			criterion.auto_fail
				.filter((name) => !criterion.scale.some((level) => level.name === name))
				.map((name) => ({
					path: [...path, 'auto_fail'],
					message: `${criterion.name} has no level ${name}`,
					remedy: `Use one of ${criterion.scale.map((level) => level.name).join(', ')}.`
				}))
		),
	(rubric) => {
		const { criterion: name, levels } = rubric.not_solved;
		const criterion = criteriaOf(rubric).find((one) => one.name === name);
		if (!criterion)
			return [
				{
					path: ['not_solved', 'criterion'],
					message: `There is no criterion ${name}`,
					remedy: `Use one of ${criteriaOf(rubric)
						.map((one) => one.name)
						.join(', ')}.`
				}
			];
		return levels
			.filter((level) => !criterion.scale.some((one) => one.name === level))
			.map((level) => ({
				path: ['not_solved', 'levels'],
				message: `${name} has no level ${level}`,
				remedy: `Use one of ${criterion.scale.map((one) => one.name).join(', ')}.`
			}));
	}
];

export function parseRubric(text: string) {
	const { value, problems } = readYaml(text, rubricSchema, RULES);
	return { rubric: value, problems };
}

export const rubricJsonSchema = () => z.toJSONSchema(rubricSchema, { io: 'input' });

/** Criterion to level, or to `not_applicable`. */
export type Answers = Readonly<Record<string, string>>;

/** What an answer does not fit, or null. */
export function refusalOf(rubric: Rubric, answers: Answers): string | null {
	for (const [name, answer] of Object.entries(answers)) {
		const criterion = criteriaOf(rubric).find((one) => one.name === name);
		if (!criterion) return `${rubric.rubric} version ${rubric.version} has no criterion ${name}.`;
		if (answer === NOT_APPLICABLE) {
			if (!criterion.not_applicable) return `${criterion.title} always applies; choose one of its levels.`;
		} else if (!criterion.scale.some((level) => level.name === answer))
			return `${answer} is no level of ${criterion.title}.`;
	}
	return null;
}

export const unanswered = (rubric: Rubric, answers: Answers): Criterion[] =>
	criteriaOf(rubric).filter(({ name }) => answers[name] === undefined);

export interface Mark {
	/** 0 to 100; null where nothing that was answered applies. */
	score: number | null;
	/** Titles of the criteria that failed it outright. */
	autoFailed: string[];
	/** null where there is no score. */
	defect: boolean | null;
	/** The reviewer's word on whether the problem was solved; null where not answered or not applicable. */
	solved: boolean | null;
}

export function mark(rubric: Rubric, answers: Answers): Mark {
	let earned = 0;
	let possible = 0;
	const autoFailed: string[] = [];
	for (const criterion of criteriaOf(rubric)) {
		const level = criterion.scale.find(({ name }) => name === answers[criterion.name]);
		if (!level) continue;
		const best = Math.max(...criterion.scale.map(({ points }) => points));
		earned += criterion.weight * (level.points / best);
		possible += criterion.weight;
		if (criterion.auto_fail.includes(level.name)) autoFailed.push(criterion.title);
	}
	const score = possible === 0 ? null : autoFailed.length > 0 ? 0 : (100 * earned) / possible;
	const answer = answers[rubric.not_solved.criterion];
	return {
		score,
		autoFailed,
		defect: score === null ? null : score < rubric.pass_mark,
		solved:
			answer === undefined || answer === NOT_APPLICABLE ? null : !rubric.not_solved.levels.includes(answer)
	};
}
