/** Flags to ops over a real database: their order, their life, and what is refused. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Warehouse } from '../warehouse/warehouse.server';
import { drawSample } from './draw.server';
import { flagItem, takeNext } from './desk.server';
import { answerFlag, listFlags } from './flags.server';
import { NOW, WEEK, calendar, openWeek, planOf, rubric } from './tests/world';

const at = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
const ops = (kind: 'answered' | 'closed' | 'reopened', minutes: number, text: string | null = null) => ({
	kind,
	by: 'Olu',
	text,
	now: at(minutes)
});

let warehouse: Warehouse;
let item: string;
beforeEach(async () => {
	warehouse = await openWeek(60);
	const plan = planOf({ strata: [], weekly: { random: 6, risk: 0 } });
	await drawSample(warehouse, { plan, rubric, week: WEEK, calendar, now: NOW });
	item = (await takeNext(
		warehouse,
		{ plan: 'test', week: WEEK, reviewers: [] },
		{ reviewer: 'ann', now: NOW }
	))!;
});
afterEach(() => warehouse.close());

const raise = async (reason: string, minutes: number, reviewer = 'ann') => {
	await flagItem(warehouse, item, reason, { reviewer, now: at(minutes) });
	return (await listFlags(warehouse)).find((one) => one.reason === reason)!.flag;
};

it('is open until ops close it, and again after that; every word is kept', async () => {
	const flag = await raise('=1+1 refunds twice', 1);
	await answerFlag(warehouse, flag, ops('answered', 2, '<b>looking</b>'));
	expect(await listFlags(warehouse, { closed: false })).toMatchObject([
		{ flag, item, plan: 'test', week: WEEK, reviewer: 'ann', closed: false }
	]);
	await answerFlag(warehouse, flag, ops('closed', 3));
	expect(await listFlags(warehouse, { closed: false })).toEqual([]);
	await answerFlag(warehouse, flag, ops('reopened', 4, 'again'));
	const [found] = await listFlags(warehouse, { item, closed: false });
	expect(found!.events).toEqual([
		{ kind: 'answered', saidBy: 'Olu', happenedAt: '2026-03-20T08:02:00Z', text: '<b>looking</b>' },
		{ kind: 'closed', saidBy: 'Olu', happenedAt: '2026-03-20T08:03:00Z', text: null },
		{ kind: 'reopened', saidBy: 'Olu', happenedAt: '2026-03-20T08:04:00Z', text: 'again' }
	]);
});

it('shows the one that waits longest first, and closed ones last', async () => {
	const [first, second, third] = [await raise('a', 1), await raise('b', 2), await raise('c', 3, 'bo')];
	await answerFlag(warehouse, first!, ops('closed', 9));
	expect((await listFlags(warehouse)).map(({ flag }) => flag)).toEqual([second, third, first]);
	expect(await listFlags(warehouse, { plan: 'other' })).toEqual([]);
});

it('tells the second of two who close it at once, and refuses what makes no sense', async () => {
	const flag = await raise('a', 1);
	const both = await Promise.allSettled([
		answerFlag(warehouse, flag, ops('closed', 2)),
		answerFlag(warehouse, flag, ops('closed', 2))
	]);
	expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
	const refuse = (change: Parameters<typeof answerFlag>[2], of = flag) =>
		expect(answerFlag(warehouse, of, change)).rejects;
	await refuse(ops('closed', 3)).toThrow('Olu has closed this flag already');
	await refuse(ops('answered', 3, 'late')).toThrow(/is closed; open it again/);
	await refuse(ops('reopened', 3), 'nobody').toThrow('There is no flag nobody');
	await answerFlag(warehouse, flag, ops('reopened', 4));
	await refuse(ops('reopened', 5)).toThrow('This flag is open');
	expect(() => answerFlag(warehouse, flag, ops('answered', 5, '  '))).toThrow('The answer is empty');
	expect(() => answerFlag(warehouse, flag, { ...ops('closed', 5), by: ' ' })).toThrow('Say who you are');
});
