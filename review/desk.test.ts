/** The desk over a real database: who gets what, what is kept, and what is refused. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refreshFacts } from '../queries/queries.server';
import { policy } from '../queries/tests/log-rows';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { drawSample, readSample } from './draw.server';
import {
	commentOn,
	flagItem,
	myReview,
	readItem,
	remarks,
	reviewHistory,
	rubricOf,
	saveReview,
	skipItem,
	takeNext
} from './desk.server';
import { criteriaOf } from './mark';
import { exportReviews, progress, results } from './results.server';
import { NOW, WEEK, calendar, openWeek, planOf, rubric } from './tests/world';

const plan = planOf({ name: 'desk', strata: [], weekly: { random: 6, risk: 4 }, double_share: 0 });
const of = { plan: 'desk', week: WEEK, reviewers: [] };
const who = (reviewer: string, minutes = 0) => ({
	reviewer,
	now: new Date(Date.parse(NOW) + minutes * 60_000).toISOString()
});
const best = Object.fromEntries(criteriaOf(rubric).map(({ name, scale }) => [name, scale.at(-1)!.name]));
const done = { answers: best, finished: true };

let warehouse: Warehouse;
const draw = (changes = {}) =>
	drawSample(warehouse, { plan: { ...plan, ...changes }, rubric, week: WEEK, calendar, now: NOW });
beforeEach(async () => {
	warehouse = await openWeek(60);
});
afterEach(() => warehouse.close());

describe('the queue', () => {
	it('never gives two reviewers the same item, and ends', async () => {
		await draw();
		const names = ['ann', 'bo', 'cy'];
		const given = new Map<string, string>();
		for (let round = 0; round < 4; round++) {
			const taken = await Promise.all(names.map((name) => takeNext(warehouse, of, who(name))));
			for (const [index, item] of taken.entries()) {
				if (item === null) continue;
				expect(given.has(item)).toBe(false);
				given.set(item, names[index]!);
				await saveReview(warehouse, item, done, who(names[index]!));
			}
		}
		expect(given.size).toBe(10);
		expect(await takeNext(warehouse, of, who('ann'))).toBeNull();
	});

	it('gives a double review to two, and to no third', async () => {
		await draw({ double_share: 1 });
		const seen = new Map<string, number>();
		for (const name of ['ann', 'bo', 'cy']) {
			for (
				let item = await takeNext(warehouse, of, who(name));
				item;
				item = await takeNext(warehouse, of, who(name))
			) {
				seen.set(item, (seen.get(item) ?? 0) + 1);
				await saveReview(warehouse, item, done, who(name));
			}
		}
		expect([...seen.values()]).toEqual(Array(10).fill(2));
	});

	it('brings back what was begun, and frees it for others after half an hour', async () => {
		await draw();
		const item = (await takeNext(warehouse, of, who('ann')))!;
		await saveReview(warehouse, item, { answers: { tone: 'good' }, finished: false }, who('ann'));
		expect(await takeNext(warehouse, of, who('ann', 5))).toBe(item);
		expect(await takeNext(warehouse, of, who('bo', 6))).not.toBe(item);
		await expect(saveReview(warehouse, item, done, who('bo', 6))).rejects.toThrow(
			/Another reviewer has this item/
		);
		expect(await takeNext(warehouse, of, who('cy', 60))).toBe(item);
		await expect(saveReview(warehouse, item, done, who('ann', 61))).rejects.toThrow(/Another reviewer/);
	});

	it('takes the item that follows ahead, keeps the one at hand, and gives neither to another', async () => {
		await draw();
		const here = (await takeNext(warehouse, of, who('ann')))!;
		const next = (await takeNext(warehouse, { ...of, after: here }, who('ann', 20)))!;
		expect(next).not.toBe(here);
		expect(await takeNext(warehouse, { ...of, after: here }, who('ann', 21))).toBe(next);
		const others = await takeNext(warehouse, of, who('bo', 45));
		expect([here, next]).not.toContain(others);
		await saveReview(warehouse, here, done, who('ann', 46));
		expect(await takeNext(warehouse, of, who('ann', 46))).toBe(next);
		// A hold that ran out is not brought back by asking for what follows.
		await takeNext(warehouse, { ...of, after: next }, who('ann', 120));
		expect(await takeNext(warehouse, of, who('cy', 121))).toBe(next);
	});

	it('refuses a reviewer who was removed, and keeps their reviews', async () => {
		await draw();
		const item = (await takeNext(warehouse, of, who('ann')))!;
		await saveReview(warehouse, item, done, who('ann'));
		const without = { ...of, reviewers: ['bo'] };
		await expect(takeNext(warehouse, without, who('ann'))).rejects.toThrow(/ann is not among the reviewers/);
		expect(await takeNext(warehouse, without, who('bo'))).not.toBe(item);
		expect((await myReview(warehouse, item, 'ann'))!.score).toBe(100);
	});
});

describe('a review', () => {
	it('keeps every change, and writes nothing for none', async () => {
		await draw();
		const item = (await takeNext(warehouse, of, who('ann')))!;
		await saveReview(warehouse, item, { answers: { tone: 'poor' }, finished: false }, who('ann', 1));
		await saveReview(warehouse, item, { answers: { tone: 'poor' }, finished: false }, who('ann', 2));
		await saveReview(warehouse, item, { ...done, note: 'fine', rootCauses: ['other'] }, who('ann', 3));
		const history = await reviewHistory(warehouse, item);
		expect(history.map(({ version, finished, score }) => [version, finished, score])).toEqual([
			[1, false, 0],
			[2, true, 100]
		]);
		expect(await myReview(warehouse, item, 'ann')).toMatchObject({
			note: 'fine',
			rootCauses: ['other'],
			solved: true
		});
		expect(await myReview(warehouse, item, 'bo')).toBeNull();
	});

	it('refuses an unfinished end, a foreign answer and an item that nobody drew', async () => {
		await draw();
		const item = (await takeNext(warehouse, of, who('ann')))!;
		const save = (answers: Record<string, string>, more = {}) =>
			saveReview(warehouse, item, { answers, finished: true, ...more }, who('ann'));
		await expect(save({ tone: 'good' })).rejects.toThrow(/Not answered yet: Was the problem solved/);
		await expect(save({ ...best, mood: 'good' })).rejects.toThrow(/no criterion mood/);
		await expect(save(best, { rootCauses: ['weather'] })).rejects.toThrow(/no root cause weather/);
		await expect(saveReview(warehouse, 'nobody', done, who('ann'))).rejects.toThrow(/ever drawn/);
		expect(await reviewHistory(warehouse, item)).toEqual([]);
	});

	it('keeps the rubric of its week when the rubric changes', async () => {
		await draw();
		const next = { ...rubric, version: 2, pass_mark: 99 };
		await drawSample(warehouse, { plan, rubric: next, week: WEEK, calendar, now: NOW });
		expect(await rubricOf(warehouse, 'desk', WEEK)).toEqual(rubric);
	});

	it('survives the process, a second ingest and a restated conversation, and says that it changed', async () => {
		await draw();
		const item = (await takeNext(warehouse, of, who('ann')))!;
		await saveReview(warehouse, item, done, who('ann'));
		const { id } = (await readItem(warehouse, item))!;
		const file = warehouse.file;
		await warehouse.close();
		warehouse = await openWarehouse(file);
		expect(await readItem(warehouse, item)).toMatchObject({ sinceDrawn: 'same' });
		await warehouse.run('UPDATE log.conversation SET content_hash = 77 WHERE id = $id', { id });
		await refreshFacts(warehouse, policy);
		expect(await readItem(warehouse, item)).toMatchObject({ sinceDrawn: 'changed' });
		expect((await myReview(warehouse, item, 'ann'))!.answers).toEqual(best);
	});

	it('keeps the version that was read when another came meanwhile, and refuses one that never was', async () => {
		await draw();
		const item = (await takeNext(warehouse, of, who('ann')))!;
		const { id, contentHash } = (await readItem(warehouse, item))!;
		const read = { ...done, seen: contentHash };
		await warehouse.run(
			`INSERT INTO log.conversation SELECT * REPLACE (99 AS superseded_by) FROM log.conversation WHERE id = $id`,
			{ id }
		);
		await warehouse.run(
			'UPDATE log.conversation SET content_hash = 77 WHERE id = $id AND superseded_by IS NULL',
			{ id }
		);
		expect(await saveReview(warehouse, item, read, who('ann'))).toEqual({ version: 1, sinceSeen: 'changed' });
		const { 0: kept } = await exportReviews(warehouse, 'desk');
		expect(kept).toMatchObject({ item, seenHash: contentHash });
		expect(await saveReview(warehouse, item, { ...done, note: 'new' }, who('ann'))).toMatchObject({
			sinceSeen: 'same'
		});
		await expect(
			saveReview(warehouse, item, { ...done, seen: 'nothing', note: 'x' }, who('ann'))
		).rejects.toThrow(/never was a version/);
	});

	it('of a deleted conversation can only be skipped', async () => {
		await draw();
		const item = (await takeNext(warehouse, of, who('ann')))!;
		const { id } = (await readItem(warehouse, item))!;
		await warehouse.run('DELETE FROM log.conversation WHERE id = $id', { id });
		expect(await readItem(warehouse, item)).toMatchObject({ sinceDrawn: 'deleted' });
		await expect(saveReview(warehouse, item, done, who('ann'))).rejects.toThrow(/was deleted; skip it/);
		expect(await skipItem(warehouse, item, { reason: 'deleted' }, who('ann'))).not.toBeNull();
	});
});

describe('a skip', () => {
	it('calls in the next reserve of the same cell, with the same probability', async () => {
		const before = (await draw()).items;
		const item = (await takeNext(warehouse, of, who('ann')))!;
		const reserve = (await skipItem(
			warehouse,
			item,
			{ reason: 'wrong_language', note: 'Finnish' },
			who('ann')
		))!;
		const [left, came] = [await readItem(warehouse, item), await readItem(warehouse, reserve)];
		expect(came).toMatchObject({
			part: 'reserve',
			stratum: left!.stratum,
			risky: left!.risky,
			probability: left!.probability
		});
		expect(left!.replaced).toBe(true);
		const after = (await readSample(warehouse, plan, WEEK))!.items;
		expect(after).toHaveLength(before.length);
		expect(after.map((one) => one.item)).toContain(reserve);
		expect(after.map((one) => one.item)).not.toContain(item);
		await expect(saveReview(warehouse, item, done, who('ann'))).rejects.toThrow(/skipped and replaced/);
	});

	it('leaves a smaller sample where the cell has no reserve left', async () => {
		await draw({ weekly: { random: 60, risk: 0 } });
		const item = (await takeNext(warehouse, of, who('ann')))!;
		expect(await skipItem(warehouse, item, { reason: 'unreadable' }, who('ann'))).toBeNull();
		expect((await readSample(warehouse, plan, WEEK))!.items).toHaveLength(59);
	});

	it('is refused once somebody has reviewed it', async () => {
		await draw();
		const item = (await takeNext(warehouse, of, who('ann')))!;
		await saveReview(warehouse, item, done, who('ann'));
		await expect(skipItem(warehouse, item, { reason: 'unreadable' }, who('ann'))).rejects.toThrow(
			/ann has reviewed/
		);
	});
});

it('keeps comments and flags of each reviewer', async () => {
	await draw();
	const item = (await takeNext(warehouse, of, who('ann')))!;
	await commentOn(warehouse, item, { message: 3, text: '<b>odd</b>' }, who('ann'));
	await flagItem(warehouse, item, 'refund twice', who('ann', 1));
	expect(await remarks(warehouse, item, 'ann')).toMatchObject({
		comments: [{ message: 3, text: '<b>odd</b>' }],
		flags: [{ reason: 'refund twice' }]
	});
	expect(await remarks(warehouse, item, 'bo')).toEqual({ comments: [], flags: [] });
	expect(() => commentOn(warehouse, item, { message: null, text: ' ' }, who('ann'))).toThrow(/empty/);
});

it('counts what was reviewed, and nothing of a draft', async () => {
	await draw({ double_share: 1 });
	const first = (await takeNext(warehouse, of, who('ann')))!;
	await saveReview(
		warehouse,
		first,
		{ answers: { ...best, solved: 'no', policy: 'breached' }, finished: true },
		who('ann')
	);
	await saveReview(warehouse, first, done, who('bo', 1));
	const second = (await takeNext(warehouse, of, who('ann')))!;
	await saveReview(warehouse, second, { answers: best, finished: false }, who('ann'));
	const found = await results(warehouse, plan, rubric);
	// The first of two reviews counts; the second is for the agreement.
	expect(found.estimate).toMatchObject({
		population: 60,
		drawn: 10,
		reviewed: 1,
		defectRate: { n: 1, hits: 1 },
		saidSolvedButWasNot: { n: 1, hits: 1 }
	});
	expect(found.agreement).toMatchObject({ doubles: 1, sameVerdict: 0, enough: false });
	expect(found.judges).toEqual([]);
	expect(await progress(warehouse, plan, 'ann')).toMatchObject([
		{ week: WEEK, population: 60, items: 10, doubles: 10, reviewed: 1, done: 1, mine: 1, skipped: 0 }
	]);
});

it('shows a judge of the log beside people, and why it may decide nothing', async () => {
	await warehouse.run(
		"UPDATE fact.episode SET outcome_by = 'judge', outcome_solved = true, outcome_at = closed_at"
	);
	await draw();
	const item = (await takeNext(warehouse, of, who('ann')))!;
	await saveReview(warehouse, item, { answers: { ...best, solved: 'no' }, finished: true }, who('ann'));
	const { judges } = await results(warehouse, plan, rubric);
	expect(judges).toMatchObject([{ judge: 'judge', n: 1, falsePass: 1, admitted: false }]);
	expect(judges[0]!.reason).toMatch(/Only 1 of its verdicts/);
});
