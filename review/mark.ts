/**
 * What the answers to a rubric come to. Pure, and without a parser, because the desk computes it in the browser too.
 * A score is 0 to 100, over the criteria that apply; an automatic failure makes it 0; nothing that applies makes it
 * null, never 0. Refuses an answer that does not fit its rubric.
 */
import type { Criterion, Rubric } from './rubric';

export const NOT_APPLICABLE = 'not_applicable';

export const criteriaOf = (rubric: Rubric): Criterion[] =>
	rubric.categories.flatMap(({ criteria }) => criteria);

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
