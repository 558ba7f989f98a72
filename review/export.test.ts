/** What leaves the desk, over a real database: all of it, in its columns, and harmless in a spreadsheet. */
import { expect, it } from 'vitest';
import { reviewText } from '../app/lib/server/review-export';
import { REVIEW_EXPORTS, type ReviewExport } from '../warehouse/vocabulary';
import { drawSample } from './draw.server';
import { commentOn, flagItem, saveReview, skipItem, takeNext } from './desk.server';
import { EXPORT_COLUMNS, OBJECT_COLUMNS } from './export-columns';
import { exportRows } from './export.server';
import { answerFlag, listFlags } from './flags.server';
import { criteriaOf } from './mark';
import { NOW, WEEK, calendar, openWeek, planOf, rubric } from './tests/world';

const FORMULA = '=HYPERLINK("http://x","y"),\n"z"';
const snake = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const headerOf = (what: ReviewExport) =>
	EXPORT_COLUMNS[what].filter((key) => !OBJECT_COLUMNS.includes(key)).map(snake);

it('gives every version, comment, flag, dispute and skip in its columns, and nothing of another plan', async () => {
	const warehouse = await openWeek(60);
	const plan = planOf({ strata: [], weekly: { random: 6, risk: 4 }, double_share: 0 });
	for (const what of REVIEW_EXPORTS)
		expect(reviewText(what, await exportRows(warehouse, what, null), 'csv')).toBe(
			headerOf(what).join(',') + '\n'
		);
	await drawSample(warehouse, { plan, rubric, week: WEEK, calendar, now: NOW });
	const of = { plan: 'test', week: WEEK, reviewers: [] };
	const ann = { reviewer: 'ann', now: NOW };
	const item = (await takeNext(warehouse, of, ann))!;
	const best = Object.fromEntries(criteriaOf(rubric).map(({ name, scale }) => [name, scale.at(-1)!.name]));
	await saveReview(warehouse, item, { answers: { tone: 'poor' }, finished: false }, ann);
	await saveReview(
		warehouse,
		item,
		{ answers: best, finished: true, note: FORMULA, rootCauses: ['other', 'invented'] },
		{ ...ann, now: '2026-03-20T09:00:00.000Z' }
	);
	await commentOn(warehouse, item, { message: 0, text: '+1' }, ann);
	await flagItem(warehouse, item, '@cmd', ann);
	const [flag] = await listFlags(warehouse);
	await answerFlag(warehouse, flag!.flag, { kind: 'closed', by: '-Olu', text: null, now: NOW });
	const second = (await takeNext(warehouse, of, ann))!;
	const replacement = await skipItem(warehouse, second, { reason: 'unreadable', note: '\tx' }, ann);
	await warehouse.run(
		`INSERT INTO review.dispute VALUES ('d1', $item, 'ann', 2, '{"tone":"fair"}', 'Olu', $now::TIMESTAMPTZ, '=1')`,
		{ item, now: NOW }
	);
	for (const what of REVIEW_EXPORTS) {
		const rows = await exportRows(warehouse, what, 'test');
		expect(rows.length, what).toBeGreaterThan(0);
		for (const row of rows) expect(Object.keys(row), what).toEqual(EXPORT_COLUMNS[what]);
		expect(await exportRows(warehouse, what, 'other'), what).toEqual([]);
		const lines = reviewText(what, rows, 'ndjson').trimEnd().split('\n');
		expect(lines.map((line) => JSON.parse(line) as object)).toEqual(rows);
		expect(JSON.parse(reviewText(what, rows, 'json'))).toEqual(rows);
		// Not one cell begins like a formula.
		expect(reviewText(what, rows, 'csv')).not.toMatch(/(^|[,\n])"?[=+@\t-](?!\d*\.?\d+([,\n]|$))/);
	}
	const marks = await exportRows(warehouse, 'marks', null);
	expect(marks).toMatchObject([
		{
			item,
			version: 1,
			finished: false,
			latest: false,
			answers: { tone: 'poor' },
			rubric: 'ai_support',
			rubricVersion: 1
		},
		{
			item,
			version: 2,
			finished: true,
			latest: true,
			score: 100,
			rootCauses: ['other', 'invented'],
			changedBy: null
		}
	]);
	const csv = reviewText('marks', marks, 'csv');
	expect(csv.split('\n')[0]).toBe(
		[...headerOf('marks'), 'answers.tone', ...criteriaOf(rubric).map(({ name }) => `answers.${name}`)]
			.filter((name, index, all) => all.indexOf(name) === index)
			.join(',')
	);
	expect(csv).toContain(`"'=HYPERLINK(""http://x"",""y""),\n""z"""`);
	expect(await exportRows(warehouse, 'flags', null)).toMatchObject([
		{ seq: 0, kind: 'raised', saidBy: 'ann', text: '@cmd' },
		{ seq: 1, kind: 'closed', saidBy: '-Olu', text: null }
	]);
	expect(await exportRows(warehouse, 'skips', null)).toMatchObject([{ item: second, byItem: replacement }]);
	const items = await exportRows(warehouse, 'items', null);
	expect(items.filter(({ standing }) => standing)).toHaveLength(10);
	await warehouse.close();
});
