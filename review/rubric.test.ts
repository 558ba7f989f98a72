/** The default rubric, hand-worked scores, and every refusal with its line. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOT_APPLICABLE, criteriaOf, mark, refusalOf, unanswered } from './mark';
import { parseRubric, rubricJsonSchema } from './rubric';
import standard from './rubrics/ai-support.yaml?raw';

const rubric = parseRubric(standard).rubric!;
const best = Object.fromEntries(criteriaOf(rubric).map(({ name, scale }) => [name, scale.at(-1)!.name]));

describe('the default rubric', () => {
	it('asks the seven things', () => {
		expect(criteriaOf(rubric).map(({ name }) => name)).toEqual([
			'solved',
			'accurate',
			'policy',
			'tool',
			'tone',
			'person',
			'handoff'
		]);
	});
	it('gives 100 for the best of everything', () => {
		expect(mark(rubric, best)).toEqual({ score: 100, autoFailed: [], defect: false, solved: true });
	});
	it('weighs what applies: 4 x 1/2 + 3 x 1 + 3 x 1 + 1 x 1 of 11', () => {
		const found = mark(rubric, {
			solved: 'partly',
			accurate: 'right',
			policy: 'followed',
			tool: NOT_APPLICABLE,
			tone: 'good',
			person: NOT_APPLICABLE,
			handoff: NOT_APPLICABLE
		});
		expect(found.score).toBeCloseTo(900 / 11, 10);
		expect(found).toMatchObject({ defect: false, solved: true });
	});
	it('makes an automatic failure 0, and says which', () => {
		expect(mark(rubric, { ...best, policy: 'breached' })).toMatchObject({
			score: 0,
			defect: true,
			autoFailed: ['Was the policy followed?']
		});
	});
	it('knows nothing where nothing applies', () => {
		expect(mark(rubric, {})).toEqual({ score: null, autoFailed: [], defect: null, solved: null });
	});
	it('refuses what does not fit', () => {
		expect(refusalOf(rubric, best)).toBeNull();
		expect(refusalOf(rubric, { manners: 'good' })).toMatch(/no criterion manners/);
		expect(refusalOf(rubric, { tone: 'odd' })).toMatch(/odd is no level/);
		expect(refusalOf(rubric, { tone: NOT_APPLICABLE })).toMatch(/always applies/);
		expect(unanswered(rubric, { ...best, tone: undefined } as never).map(({ name }) => name)).toEqual([
			'tone'
		]);
	});
	it('never scores less for a better answer', () => {
		const answers = fc.record(
			Object.fromEntries(
				criteriaOf(rubric).map(({ name, scale }) => [name, fc.nat({ max: scale.length - 1 })])
			)
		);
		const named = (levels: Record<string, number>) =>
			Object.fromEntries(criteriaOf(rubric).map(({ name, scale }) => [name, scale[levels[name]!]!.name]));
		fc.assert(
			fc.property(answers, fc.constantFrom(...criteriaOf(rubric)), (levels, { name, scale }) => {
				const better = { ...levels, [name]: Math.min(scale.length - 1, levels[name]! + 1) };
				expect(mark(rubric, named(better)).score!).toBeGreaterThanOrEqual(mark(rubric, named(levels)).score!);
			})
		);
	});
});

describe('a rubric file', () => {
	it('names every problem with its line and a remedy', () => {
		const text = readFileSync(new URL('../fixtures/rubrics/every-problem.yaml', import.meta.url), 'utf8');
		const { rubric: none, problems } = parseRubric(text);
		expect(none).toBeNull();
		expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([
			'13: criterion solved stands twice',
			'12: level bad stands twice',
			'17: Every level of solved gives 0 points',
			'15: solved has no level gone',
			'5: solved has no level never'
		]);
		expect(problems.every(({ remedy }) => remedy.length > 0)).toBe(true);
	});
	it('is refused for an unknown key, a wrong name and broken YAML', () => {
		const first = (text: string) => parseRubric(text).problems[0]!;
		expect(first(standard.replace('pass_mark: 75', 'pass_mark: 75\nmood: sunny'))).toMatchObject({
			line: 6,
			message: 'Unknown key mood'
		});
		expect(first(standard.replace('pass_mark: 75', 'pass_mark: 175'))).toMatchObject({ line: 5 });
		expect(first('rubric: [').remedy).toMatch(/Correct the YAML/);
	});
	it('has the schema that docs publish', () => {
		const published = readFileSync(new URL('../docs/rubric.schema.json', import.meta.url), 'utf8');
		expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(rubricJsonSchema())));
	});
});
