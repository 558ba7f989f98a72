/**
 * A rubric: what a reviewer is asked, as data. Pure. Answers name levels, so that a level moved in a later version does
 * not change an old mark. Refuses a rubric with any problem.
 */
import { z } from 'zod';
import { criteriaOf } from './mark';
import { readYaml, repeated, type Rule } from '../warehouse/yaml';

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
