/** Disputes over a real database: partial acceptance, who may what, and what it does to estimate and agreement. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Warehouse } from '../warehouse/warehouse.server';
import { readItem, reviewHistory, saveReview, takeNext } from './desk.server';
import { decideDispute, listDisputes, raiseDispute } from './disputes.server';
import { drawSample } from './draw.server';
import { changedSince, mayRead } from './history';
import { criteriaOf } from './mark';
import { results } from './results.server';
import { NOW, WEEK, calendar, openWeek, planOf, rubric } from './tests/world';

const plan = planOf({ strata: [], weekly: { random: 6, risk: 0 }, double_share: 1 });
const at = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
const best = Object.fromEntries(criteriaOf(rubric).map(({ name, scale }) => [name, scale.at(-1)!.name]));

let warehouse: Warehouse;
let item: string;
const review = (reviewer: string, answers: Record<string, string>, minutes: number, finished = true) =>
	saveReview(warehouse, item, { answers, finished }, { reviewer, now: at(minutes) });
const raise = (changes: Partial<Parameters<typeof raiseDispute>[1]> = {}) =>
	raiseDispute(warehouse, {
		item,
		reviewer: 'ann',
		wanted: { tone: 'poor', solved: 'no', policy: 'followed' },
		by: 'Olu',
		reason: 'She asked three times.',
		now: at(60),
		...changes
	});
const decide = (dispute: string, changes: Partial<Parameters<typeof decideDispute>[2]> = {}) =>
	decideDispute(warehouse, dispute, {
		accepted: ['solved'],
		by: 'Mia',
		reason: 'Not solved; the tone was fair.',
		now: at(70),
		...changes
	});

beforeEach(async () => {
	warehouse = await openWeek(60);
	await drawSample(warehouse, { plan, rubric, week: WEEK, calendar, now: NOW });
	item = (await takeNext(
		warehouse,
		{ plan: 'test', week: WEEK, reviewers: [] },
		{ reviewer: 'ann', now: NOW }
	))!;
	await review('ann', best, 1);
});
afterEach(() => warehouse.close());

describe('a dispute', () => {
	it('is accepted in part: a version of its own, under the name of who decided', async () => {
		await review('bo', best, 2);
		const dispute = await raise();
		// What already stands is not disputed.
		expect(await listDisputes(warehouse)).toMatchObject([
			{ dispute, wanted: { tone: 'poor', solved: 'no' }, version: 1, settled: false, accepted: null }
		]);
		expect(await decide(dispute)).toBe(2);
		expect(await listDisputes(warehouse, { item, plan: 'test' })).toMatchObject([
			{ settled: true, accepted: ['solved'], decidedBy: 'Mia', newVersion: 2, answers: best }
		]);
		const history = (await reviewHistory(warehouse, item)).filter(({ reviewer }) => reviewer === 'ann');
		expect(history).toMatchObject([
			{ version: 1, changedBy: null, answers: best, defect: false },
			{ version: 2, changedBy: 'Mia', answers: { ...best, solved: 'no' }, solved: false, finished: true }
		]);
		expect(Object.keys(history[1]!.answers)).toEqual(Object.keys(best));
		expect(changedSince(history[0], history[1]!).answers).toEqual([
			{ criterion: 'solved', from: 'yes', to: 'no' }
		]);
		const found = await results(warehouse, plan, rubric);
		// The estimate takes what was settled, of the one who was first; agreement what each said alone.
		expect(found.estimate.saidSolvedButWasNot).toMatchObject({ n: 1, hits: 1 });
		expect(found.agreement).toMatchObject({ doubles: 1, sameVerdict: 1 });
		expect(found.agreement.criteria.find(({ criterion }) => criterion === 'solved')).toMatchObject({
			same: 1
		});
	});

	it('that is declined changes nothing, and all that is accepted changes everything', async () => {
		await review('bo', best, 2);
		expect(await decide(await raise(), { accepted: [] })).toBeNull();
		expect(await reviewHistory(warehouse, item)).toHaveLength(2);
		expect(await decide(await raise({ now: at(80) }), { accepted: ['tone', 'solved'], now: at(90) })).toBe(2);
		// Another may follow, of what stands by then.
		const again = await raise({ wanted: { solved: 'yes', tone: 'poor' }, by: 'Pat', now: at(100) });
		expect(await listDisputes(warehouse)).toMatchObject([
			{ dispute: again, wanted: { solved: 'yes' }, version: 2 },
			{ settled: true, newVersion: null },
			{ settled: true, newVersion: 2 }
		]);
	});

	it('waits for the second reviewer of a blind double review', async () => {
		await expect(raise()).rejects.toThrow(/second reviewer is still to score/);
		await review('bo', best, 2, false);
		await expect(raise()).rejects.toThrow(/second reviewer/);
		await expect(raise({ reviewer: 'bo' })).rejects.toThrow('bo has not finished a review of this item.');
	});

	it('refuses what makes no sense', async () => {
		await review('bo', best, 2);
		await expect(raise({ item: 'none' })).rejects.toThrow(/ever drawn/);
		await expect(raise({ wanted: { mood: 'bad' } })).rejects.toThrow(/no criterion mood/);
		await expect(raise({ wanted: best })).rejects.toThrow(/should be another/);
		expect(() => raise({ by: 'ann' })).toThrow(/your own marks/);
		expect(() => raise({ by: ' ' })).toThrow('Say who you are');
		expect(() => raise({ reason: '' })).toThrow('Say why');
		const dispute = await raise();
		await expect(raise({ by: 'Pat' })).rejects.toThrow('Olu disputes these marks already');
		await expect(decide(dispute, { by: 'Olu' })).rejects.toThrow(/neither raised it nor gave the marks/);
		await expect(decide(dispute, { by: 'ann' })).rejects.toThrow(/neither raised it nor gave the marks/);
		await expect(decide(dispute, { accepted: ['policy'] })).rejects.toThrow('policy is not disputed');
		await expect(decide('none')).rejects.toThrow('There is no dispute none');
		await expect(review('ann', { ...best, tone: 'fair' }, 65)).rejects.toThrow(/Olu disputes these marks/);
		const both = await Promise.allSettled([decide(dispute), decide(dispute, { by: 'Pat' })]);
		expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
		await expect(decide(dispute)).rejects.toThrow('Mia has settled this dispute already');
		await expect(review('ann', { ...best, tone: 'fair' }, 75)).rejects.toThrow(/only another dispute/);
	});
});

it('counts the review that was finished first, also when it is changed later', async () => {
	await review('bo', { ...best, solved: 'no' }, 2);
	await review('ann', { ...best, tone: 'fair' }, 30);
	expect((await results(warehouse, plan, rubric)).estimate.saidSolvedButWasNot).toMatchObject({
		n: 1,
		hits: 0
	});
	expect((await readItem(warehouse, item))!.twoReviewers).toBe(true);
});

it('keeps a double review blind until one’s own is finished', () => {
	const two = { twoReviewers: true };
	expect(mayRead(two, ['ann'], 'bo')).toBe(false);
	expect(mayRead(two, ['ann'], '')).toBe(false);
	expect(mayRead(two, ['ann'], 'ann')).toBe(true);
	expect(mayRead(two, ['ann', 'bo'], '')).toBe(true);
	expect(mayRead({ twoReviewers: false }, [], 'bo')).toBe(true);
});

it('says what changed from one version to the next', () => {
	const one = { answers: { tone: 'fair' }, rootCauses: ['other'], note: null, finished: false };
	expect(changedSince(undefined, one)).toEqual({
		answers: [{ criterion: 'tone', from: null, to: 'fair' }],
		causesAdded: ['other'],
		causesRemoved: [],
		note: false,
		finished: null
	});
	expect(changedSince(one, { answers: {}, rootCauses: [], note: 'x', finished: true })).toEqual({
		answers: [{ criterion: 'tone', from: 'fair', to: null }],
		causesAdded: [],
		causesRemoved: ['other'],
		note: true,
		finished: true
	});
});
