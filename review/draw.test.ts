/** Samples over a real database: probabilities, frequencies, seeds, and the quotas that can't be met. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Warehouse } from '../warehouse/warehouse.server';
import { allocate } from './allocate';
import { drawSample, readSample } from './draw.server';
import { parsePlans } from './plan';
import standardPlans from './plans.yaml?raw';
import { NOW, WEEK, calendar, openWeek, planOf, rubric, standard } from './tests/world';

const draw = (warehouse: Warehouse, plan = planOf({}), week = WEEK) =>
	drawSample(warehouse, { plan, rubric, week, calendar, now: NOW });

describe('a draw', () => {
	let warehouse: Warehouse;
	beforeAll(async () => {
		warehouse = await openWeek(200);
	});
	afterAll(() => warehouse.close());

	it('meets the quota, each with the probability of its cell, and nobody twice', async () => {
		const sample = await draw(warehouse, planOf({ name: 'quota', strata: ['intent', 'channel'] }));
		expect(sample.population).toBe(200);
		expect(sample.items).toHaveLength(40 + 20);
		expect(new Set(sample.items.map(({ id }) => id)).size).toBe(60);
		const expected = sample.cells.reduce((sum, cell) => {
			const probability = (cell.random + cell.risk) / cell.population;
			const here = sample.items.filter((item) => item.stratum === cell.stratum && item.risky === cell.risky);
			expect(here).toHaveLength(cell.random + cell.risk);
			for (const item of here) expect(item.probability).toBeCloseTo(probability, 12);
			return sum + cell.population * probability;
		}, 0);
		expect(expected).toBeCloseTo(sample.items.length, 9);
		// 40 of 200 have a low rating; those that were drawn say why.
		const risky = sample.items.filter((item) => item.risky);
		expect(risky.every(({ signals }) => signals.includes('low_rating'))).toBe(true);
		expect(sample.items.filter(({ twoReviewers }) => twoReviewers)).toHaveLength(12);
	});

	it('is the same for the same plan and week in another database with the same log', async () => {
		const plan = planOf({ name: 'again' });
		const once = await draw(warehouse, plan);
		const other = await openWeek(200);
		const twice = await draw(other, plan);
		await other.close();
		expect(twice).toEqual(once);
		const third = await draw(warehouse, planOf({ name: 'another' }));
		expect(third.items.map(({ id }) => id)).not.toEqual(once.items.map(({ id }) => id));
	});

	it('draws each as often as its probability says', async () => {
		const rounds = 40;
		const times = new Map<string, number>();
		for (let round = 0; round < rounds; round++) {
			const plan = planOf({
				name: `round_${round}`,
				strata: [],
				risk_signals: [],
				weekly: { random: 50, risk: 0 }
			});
			for (const { id, probability } of (await draw(warehouse, plan)).items) {
				expect(probability).toBe(0.25);
				times.set(id, (times.get(id) ?? 0) + 1);
			}
		}
		// 200 binomials of 40 at 1/4: chi-square with 199 degrees of freedom stays within 5 standard deviations of its mean.
		const variance = rounds * 0.25 * 0.75;
		let chi = 0;
		for (let index = 0; index < 200; index++)
			chi += ((times.get(`c${index}`) ?? 0) - rounds * 0.25) ** 2 / variance;
		expect(Math.abs(chi - 200)).toBeLessThan(5 * Math.sqrt(2 * 200));
	});

	it('stays as it was drawn when the plan changes, and says so', async () => {
		const plan = planOf({ name: 'kept' });
		const before = await draw(warehouse, plan);
		const after = await draw(warehouse, { ...plan, weekly: { random: 5, risk: 0 } });
		expect(after.items).toEqual(before.items);
		expect(after.notes.at(-1)).toMatch(/plan changed after this week was drawn/);
	});

	it('is made once when two ask at the same time', async () => {
		const plan = planOf({ name: 'race' });
		const [one, two] = await Promise.all([draw(warehouse, plan), draw(warehouse, plan)]);
		expect(one).toEqual(two);
		expect(one.items).toHaveLength(60);
	});

	it('takes everybody where the plan asks for more than there are', async () => {
		const sample = await draw(warehouse, planOf({ name: 'greedy', weekly: { random: 500, risk: 20 } }));
		expect(sample.items).toHaveLength(200);
		expect(sample.items.every(({ probability }) => probability === 1)).toBe(true);
		expect(sample.notes).toEqual(['The plan asks for 520 of 200 conversations: all of them are drawn.']);
	});

	it('draws nothing from nobody, and says so', async () => {
		const sample = await draw(
			warehouse,
			planOf({ name: 'empty', population: { tier: ['C'], path: ['ai_only'] } })
		);
		expect(sample).toMatchObject({ population: 0, items: [], cells: [] });
		expect(sample.notes[0]).toMatch(/Nobody in the population/);
	});

	it('refuses a week that is not over, and one that never was', async () => {
		await expect(draw(warehouse, planOf({}), '2026-W12')).rejects.toThrow(/2026-W12 is not over in the data/);
		await expect(draw(warehouse, planOf({}), '2026-W54')).rejects.toThrow(RangeError);
		expect(await readSample(warehouse, planOf({}), '2026-W12')).toBeNull();
	});
});

describe('allocation of a plan', () => {
	const cells = fc.uniqueArray(
		fc.record({
			stratum: fc.string({ maxLength: 3 }),
			risky: fc.boolean(),
			population: fc.integer({ min: 1, max: 300 })
		}),
		{ selector: ({ stratum, risky }) => `${stratum}${risky}`, maxLength: 10 }
	);
	it('never draws more than a cell has, and its probabilities sum to the sample size', () => {
		fc.assert(
			fc.property(cells, fc.nat(200), fc.nat(100), (found, random, risk) => {
				const { cells: given } = allocate(planOf({ weekly: { random, risk } }), found);
				const population = found.reduce((sum, cell) => sum + cell.population, 0);
				const drawn = given.reduce((sum, cell) => sum + cell.random + cell.risk, 0);
				const chances = given.reduce(
					(sum, cell) => sum + cell.population * ((cell.random + cell.risk) / cell.population),
					0
				);
				expect(chances).toBeCloseTo(drawn, 6);
				expect(given.reduce((sum, cell) => sum + cell.population, 0)).toBe(population);
				expect(given.reduce((sum, cell) => sum + cell.random, 0)).toBe(Math.min(random, population));
				for (const cell of given) {
					expect(cell.random + cell.risk).toBeLessThanOrEqual(cell.population);
					if (!cell.risky) expect(cell.risk).toBe(0);
				}
			})
		);
	});
	it('leaves strata out where the quota is too small for them', () => {
		const many = Array.from({ length: 10 }, (_, i) => ({ stratum: `s${i}`, risky: false, population: 50 }));
		const { byStratum, cells: given, notes } = allocate(planOf({ weekly: { random: 8, risk: 0 } }), many);
		expect(byStratum).toBe(false);
		expect(given).toEqual([{ stratum: 'everybody', risky: false, population: 500, random: 8, risk: 0 }]);
		expect(notes[0]).toMatch(/8 random draws are too few/);
	});
});

describe('a plan file', () => {
	const first = (from: string, to: string) => parsePlans(standardPlans.replace(from, to)).problems[0];
	it('has a good default', () => {
		expect(standard).toMatchObject({ population: { tier: ['A'], path: ['ai_only'] }, rubric: 'ai_support' });
	});
	it('names each problem with its line and a remedy', () => {
		expect(first('risk_signals', 'risk_signal')).toMatchObject({
			line: 8,
			message: 'Unknown key risk_signal'
		});
		expect(first('strata: [intent]', 'strata: [mood]')).toMatchObject({ line: 6, path: 'plans.0.strata.0' });
		expect(first('random: 40, risk: 20', 'random: 0, risk: 20')!.message).toMatch(/only where it suspects/);
		expect(first('random: 40, risk: 20', 'random: 0, risk: 0')!.message).toBe('The plan draws nobody');
		expect(first('good: 0.03', 'good: 0.3')!.remedy).toMatch(/good: 0.03/);
		expect(first('risk_signals: [', 'risk_signals: [] # [')!.message).toMatch(/no signal to target/);
	});
});
