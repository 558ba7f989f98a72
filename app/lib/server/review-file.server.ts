/**
 * The sampling plans and rubrics that pages and commands work with: `review.yaml` in the working folder (or the file
 * that PLIMSOLL_REVIEW names), else what comes with Plimsoll; a rubric named NAME is `rubrics/NAME.yaml` beside it.
 * Touches disk. Refuses a file with any problem, with its line and a remedy.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import builtInPlans from '#review/plans.yaml?raw';
import builtInRubric from '#review/rubrics/ai-support.yaml?raw';
import { parsePlans, type Plan } from '#review/plan';
import { parseRubric, type Rubric } from '#review/rubric';
import type { Problem } from '#warehouse/yaml';
import { PolicyRefused } from './policy-file.server';

const fileOf = (): string | null => {
	const named = process.env['PLIMSOLL_REVIEW'];
	if (named && !existsSync(named)) throw new PolicyRefused(`${named}: there is no such file.`);
	return named || (existsSync('review.yaml') ? 'review.yaml' : null);
};

function accept<Value>(name: string, value: Value | null, problems: readonly Problem[]): Value {
	if (value !== null) return value;
	const [first] = problems;
	throw new PolicyRefused(
		first ? `${name}:${first.line}:${first.column}: ${first.message}. ${first.remedy}` : `${name} is empty.`
	);
}

export function plans(): Plan[] {
	const file = fileOf();
	const { plans: found, problems } = parsePlans(file ? readFileSync(file, 'utf8') : builtInPlans);
	return accept(file ?? 'built-in plans', found, problems);
}

/** The plan of that name, or the first one. */
export function planNamed(name?: string | null): Plan {
	const all = plans();
	const found = name ? all.find((plan) => plan.name === name) : all[0];
	if (!found)
		throw new RangeError(`There is no plan ${name}; there are ${all.map((plan) => plan.name).join(', ')}.`);
	return found;
}

export function rubricFor({ name, rubric }: Plan): Rubric {
	const file = join(dirname(fileOf() ?? 'review.yaml'), 'rubrics', `${rubric}.yaml`);
	const own = existsSync(file);
	if (!own && rubric !== 'ai_support')
		throw new PolicyRefused(`Plan ${name} uses the rubric ${rubric}: there is no ${file}. Write it there.`);
	const { rubric: found, problems } = parseRubric(own ? readFileSync(file, 'utf8') : builtInRubric);
	return accept(own ? file : 'built-in rubric', found, problems);
}
