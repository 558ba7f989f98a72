/** Estimates against known populations, by simulation with a fixed seed, and the judge gate on real verdicts. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { agreement } from './agreement';
import { estimate, neededToTell, tellApart, type CellSize, type ReviewedItem } from './estimate';
import { judgeGate } from './judge-gate';
import { NOT_APPLICABLE } from './mark';
import { seeded } from './statistics/seeded';
import { rubric } from './tests/world';

const cell = (risky: boolean, population: number, drawn: number): CellSize => ({
	week: 'w',
	stratum: 's',
	risky,
	population,
	drawn
});
const item = (risky: boolean, defect: boolean): ReviewedItem => ({
	week: 'w',
	stratum: 's',
	risky,
	defect,
	score: defect ? 0 : 100,
	solved: !defect,
	saidSolved: true
});
const tell = { good: 0.03, bad: 0.05 };

/** `n` of `size`, of which `bad` are bad, without replacement. */
const picker = (random: () => number) => (n: number, size: number, bad: number) => {
	const left = Array.from({ length: size }, (_, index) => index < bad);
	return Array.from({ length: n }, () => left.splice(Math.floor(random() * left.length), 1)[0]!);
};

describe('an estimate', () => {
	it('is unbiased and covers where bad ones are oversampled tenfold; the naive mean is off', () => {
		// 5,000 conversations, 500 with a signal (40 % bad), the others 4 % bad: 7.6 % in all.
		const truth = (500 * 0.4 + 4500 * 0.04) / 5000;
		const pick = picker(seeded(20261125));
		const rounds = 1000;
		let sum = 0;
		let covered = 0;
		let naive = 0;
		for (let round = 0; round < rounds; round++) {
			// 1 in 5 of those with a signal, 1 in 50 of the others.
			const items = [
				...pick(100, 500, 200).map((defect) => item(true, defect)),
				...pick(90, 4500, 180).map((defect) => item(false, defect))
			];
			const { defectRate } = estimate([cell(true, 500, 100), cell(false, 4500, 90)], items, tell);
			sum += defectRate.value!;
			naive += defectRate.naive!;
			if (defectRate.low! <= truth && truth <= defectRate.high!) covered++;
		}
		// The standard error of a mean of 1,000 rounds is about 0.0006.
		expect(Math.abs(sum / rounds - truth)).toBeLessThan(0.003);
		expect(covered / rounds).toBeGreaterThanOrEqual(0.93);
		expect(naive / rounds).toBeGreaterThan(0.2);
	});

	it.each([
		['half of a small week, tenfold where there is a signal', [60, 54, 24], [540, 54, 22]],
		['nearly all of a small week', [40, 36, 16], [80, 64, 4]],
		['one cell reviewed whole', [40, 40, 16], [400, 40, 16]],
		['hardly any defect', [100, 40, 4], [900, 60, 9]],
		['mostly defects', [100, 40, 90], [900, 60, 810]],
		['a handful', [30, 6, 9], [300, 12, 24]]
	] as const)('covers and is unbiased for %s', (_, risky, other) => {
		const pick = picker(seeded(7));
		const [size, bad] = [risky[0] + other[0], risky[2] + other[2]];
		const cells = [cell(true, risky[0], risky[1]), cell(false, other[0], other[1])];
		const rounds = 1000;
		let sum = 0;
		let squares = 0;
		let covered = 0;
		let width = 0;
		let wider = 0;
		for (let round = 0; round < rounds; round++) {
			const items = [
				...pick(risky[1], risky[0], risky[2]).map((defect) => item(true, defect)),
				...pick(other[1], other[0], other[2]).map((defect) => item(false, defect))
			];
			const { value, low, high } = estimate(cells, items, tell).defectRate;
			sum += value!;
			squares += value! ** 2;
			if (low! <= bad / size && bad / size <= high!) covered++;
			width += high! - low!;
			// The same sample of a population a hundred times as large.
			const large = cells.map((one) => ({ ...one, population: one.population * 100 }));
			const endless = estimate(large, items, tell).defectRate;
			wider += endless.high! - endless.low!;
		}
		const mean = sum / rounds;
		const error = Math.sqrt((squares / rounds - mean ** 2) / rounds);
		expect(Math.abs(mean - bad / size)).toBeLessThan(4 * error);
		expect(covered / rounds).toBeGreaterThanOrEqual(0.93);
		// The correction is worth something: without it the intervals would be wider.
		expect(width).toBeLessThan(wider);
	});

	it.each([
		['like ones', [0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05]],
		['unlike ones', [0.02, 0.4, 0.02, 0.1, 0, 0, 0.3, 0.05, 0.02, 0.02, 0.5, 0.02]],
		['rare defects', [0.01, 0.05, 0.01, 0.01, 0, 0, 0.05, 0, 0.01, 0.01, 0.05, 0.01]],
		[
			'defects where few were reviewed',
			[0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.3, 0.3]
		]
	])('covers where a plan has many small groups: %s', (_, rates) => {
		// 60 reviews over twelve groups, as a plan of six intents with and without a signal has them.
		const sizes = [120, 40, 200, 60, 300, 100, 80, 160, 240, 60, 340, 300];
		const reviews = [5, 3, 7, 4, 8, 4, 4, 6, 7, 4, 4, 4];
		const pick = picker(seeded(11));
		const cells = sizes.map((population, index) => ({
			...cell(false, population, reviews[index]!),
			stratum: `s${index}`
		}));
		const bad = sizes.map((size, index) => Math.round(size * rates[index]!));
		const truth = bad.reduce((a, b) => a + b, 0) / sizes.reduce((a, b) => a + b, 0);
		const rounds = 1000;
		let [sum, squares, covered, width] = [0, 0, 0, 0];
		for (let round = 0; round < rounds; round++) {
			const items = cells.flatMap(({ stratum, population }, index) =>
				pick(reviews[index]!, population, bad[index]!).map((defect) => ({ ...item(false, defect), stratum }))
			);
			const { value, low, high } = estimate(cells, items, tell).defectRate;
			sum += value!;
			squares += value! ** 2;
			width += high! - low!;
			if (low! <= truth && truth <= high!) covered++;
		}
		const mean = sum / rounds;
		expect(Math.abs(mean - truth)).toBeLessThan(4 * Math.sqrt((squares / rounds - mean ** 2) / rounds));
		expect(covered / rounds).toBeGreaterThanOrEqual(0.93);
		// And says something: 60 reviews alike would leave about 12 points at 5 %.
		if (truth < 0.06) expect(width / rounds).toBeLessThan(0.18);
	});

	it('by hand: 2 of 10 of 100 with a signal, 1 of 20 of 900 without', () => {
		const items = [
			...Array.from({ length: 10 }, (_, i) => item(true, i < 2)),
			...Array.from({ length: 20 }, (_, i) => item(false, i < 1))
		];
		const found = estimate([cell(true, 100, 10), cell(false, 900, 20)], items, tell);
		// (2 x 10 + 1 x 45) / 1,000
		expect(found.defectRate).toMatchObject({ n: 30, hits: 3, naive: 0.1 });
		expect(found.defectRate.value).toBeCloseTo(0.065, 12);
		expect(found.score.value).toBeCloseTo(93.5, 10);
		expect(found.saidSolvedButWasNot.value).toBeCloseTo(0.065, 12);
		expect(found).toMatchObject({ population: 1000, drawn: 30, reviewed: 30, covered: 1 });
	});

	it('weighs by what was reviewed, and says how much of the population it covers', () => {
		const found = estimate(
			[cell(true, 100, 10), cell(false, 900, 20)],
			[item(true, true), item(true, false)],
			tell
		);
		expect(found.defectRate).toMatchObject({ n: 2, value: 0.5 });
		expect(found.covered).toBeCloseTo(0.1, 12);
		const none = estimate([cell(true, 100, 10)], [], tell);
		expect(none.defectRate).toMatchObject({ n: 0, value: null, low: null, naive: null });
		expect(none.score.value).toBeNull();
		expect(estimate([], [], tell)).toMatchObject({ population: 0, covered: 0, byStratum: [] });
	});

	it('leaves out what the reviewer could not say', () => {
		const found = estimate(
			[cell(false, 10, 2)],
			[
				{ ...item(false, true), solved: null },
				{ ...item(false, false), saidSolved: false }
			],
			tell
		);
		expect(found.saidSolvedButWasNot).toMatchObject({ n: 0, value: null });
	});

	it('tells how many more reviews tell 3 % from 5 %', () => {
		const endless = { population: 1e12, drawn: 1e6, worth: 1 };
		// ((1.96 x 0.17059 + 0.8416 x 0.21794) / 0.02)^2 = 670.1
		expect(neededToTell(0.03, 0.05)).toBe(671);
		expect(tellApart({ n: 659, low: 0.02, high: 0.06 }, endless, tell)).toMatchObject({
			more: 12,
			finding: 'undecided'
		});
		expect(tellApart({ n: 0, low: null, high: null }, { ...endless, worth: 0.5 }, tell)).toMatchObject({
			more: 1342
		});
		const rate = (low: number, high: number) => tellApart({ n: 300, low, high }, endless, tell);
		expect(rate(0.01, 0.04)).toMatchObject({ more: 0, finding: 'below_bad' });
		expect(rate(0.06, 0.2)).toMatchObject({ more: 0, finding: 'above_good' });
		expect(rate(0.035, 0.045)).toMatchObject({ finding: 'between' });
	});

	it('needs fewer reviews of a small population, and says which are drawn already', () => {
		// 671 / (1 + 671 / 1000) = 401.6 of 1,000.
		const all = { population: 1000, drawn: 1000, worth: 1 };
		expect(tellApart({ n: 390, low: 0.02, high: 0.06 }, all, tell)).toMatchObject({ more: 12, drawn: 12 });
		// 60 of 1,000 a week: 671 x (1 - 0.06) = 630.7 over weeks that are still to be drawn.
		const weekly = { population: 1000, drawn: 60, worth: 1 };
		expect(tellApart({ n: 50, low: 0, high: 0.2 }, weekly, tell)).toMatchObject({ more: 581, drawn: 10 });
		// With everybody reviewed there is nothing left to ask.
		const whole = estimate(
			[cell(false, 50, 50)],
			Array.from({ length: 50 }, (_, i) => item(false, i < 2)),
			tell
		);
		expect(whole).toMatchObject({ whole: true, covered: 1 });
		expect(whole.defectRate).toMatchObject({ value: 0.04, low: 0.04, high: 0.04 });
		expect(whole.tellApart).toMatchObject({ finding: 'between', more: 0, drawn: 0 });
	});

	it('a stratum that was reviewed whole adds no error to the rest', () => {
		const known = Array.from({ length: 40 }, (_, i) => item(true, i < 20));
		const some = Array.from({ length: 20 }, (_, i) => item(false, i < 1));
		const part = estimate([cell(true, 40, 40), cell(false, 60, 20)], [...known, ...some], tell);
		expect(part.defectRate.value).toBeCloseTo((20 + 3) / 100, 12);
		expect(part.whole).toBe(false);
		// At least the 21 that were seen, at most all but the 39 that were seen to be fine.
		expect(part.defectRate.low).toBeGreaterThanOrEqual(0.21);
		expect(part.defectRate.high).toBeLessThanOrEqual(0.61);
		const [width, alone] = [part, estimate([cell(false, 60, 20)], some, tell)].map(
			({ defectRate: { low, high } }) => high! - low!
		) as [number, number];
		expect(width).toBeLessThan(alone);
	});

	it.each([
		['no defect among the few of a large cell', 0, 0],
		['only defects', 1, 1]
	])('is not certain with %s', (_, share, edge) => {
		// 100 of 100 with a signal, 5 of 900 without: the 105 say little about the 895.
		const items = [
			...Array.from({ length: 100 }, () => item(true, share === 1)),
			...Array.from({ length: 5 }, () => item(false, share === 1))
		];
		const { defectRate } = estimate([cell(true, 100, 100), cell(false, 900, 5)], items, tell);
		expect(defectRate.value).toBe(edge);
		expect(Math.abs((edge ? defectRate.low : defectRate.high)! - edge)).toBeGreaterThan(0.3);
	});

	it('one review of one conversation, and one of many', () => {
		expect(estimate([cell(false, 1, 1)], [item(false, true)], tell)).toMatchObject({
			whole: true,
			defectRate: { value: 1, low: 1, high: 1 }
		});
		const { defectRate, score } = estimate([cell(false, 500, 1)], [item(false, true)], tell);
		expect(defectRate.value).toBe(1);
		expect(defectRate.low).toBeLessThan(0.3);
		expect(score.value).toBe(0);
		expect(score.high).toBeGreaterThan(50);
	});
});

describe('agreement', () => {
	const graded = (id: string, reviewer: string, tone: string, defect: boolean) => ({
		item: id,
		reviewer,
		answers: { tone, person: NOT_APPLICABLE },
		defect
	});
	it('compares only what two reviewers scored, and gives no judgement on few', () => {
		const found = agreement(rubric, [
			graded('a', 'ann', 'good', false),
			graded('a', 'bo', 'good', false),
			graded('b', 'ann', 'poor', true),
			graded('b', 'bo', 'poor', false),
			graded('c', 'ann', 'good', false)
		]);
		expect(found).toMatchObject({ doubles: 2, enough: false, sameVerdict: 1 });
		expect(found.criteria.find(({ criterion }) => criterion === 'tone')).toMatchObject({
			pairs: 2,
			same: 2,
			alpha: 1
		});
		expect(found.criteria.find(({ criterion }) => criterion === 'person')).toMatchObject({
			same: 2,
			alpha: null,
			status: 'nothing_to_compare'
		});
	});

	it('counts none on a question that an older version did not ask, nor on a level that is gone', () => {
		const answered = (id: string, reviewer: string, tone?: string) => ({
			item: id,
			reviewer,
			answers: tone === undefined ? {} : { tone },
			defect: false
		});
		const { criteria, doubles } = agreement(rubric, [
			answered('a', 'ann', 'good'),
			answered('a', 'bo', 'good'),
			answered('b', 'ann'),
			answered('b', 'bo'),
			answered('c', 'ann', 'level_of_old'),
			answered('c', 'bo', 'fair')
		]);
		expect(doubles).toBe(3);
		expect(criteria.find(({ criterion }) => criterion === 'tone')).toMatchObject({ pairs: 2, same: 1 });
		expect(criteria.find(({ criterion }) => criterion === 'solved')).toMatchObject({
			pairs: 0,
			same: 0,
			status: 'nothing_to_compare'
		});
	});
});

describe('the judge gate', () => {
	const pairs = (a: number, b: number, c: number, d: number) => [
		...Array(a).fill({ truth: false, judge: false }),
		...Array(b).fill({ truth: false, judge: true }),
		...Array(c).fill({ truth: true, judge: false }),
		...Array(d).fill({ truth: true, judge: true })
	];
	it('lets in a judge whose whole interval reaches the bar, and nobody else', () => {
		expect(judgeGate(pairs(95, 5, 5, 95), 0.6).admitted).toBe(true);
		expect(judgeGate(pairs(16, 4, 4, 16), 0.6)).toMatchObject({
			admitted: false,
			reason: expect.stringMatching(/may be as low as/)
		});
		expect(judgeGate(pairs(5, 0, 0, 5), 0.6).reason).toMatch(/Only 10 of its verdicts/);
		expect(judgeGate(pairs(0, 0, 0, 50), 0.6)).toMatchObject({ admitted: false, kappa: null, agreement: 1 });
		expect(judgeGate([], 0.6)).toMatchObject({ n: 0, admitted: false });
	});

	const folder = new URL('../../shared/data/tau2-judge/', import.meta.url);
	it.skipIf(!existsSync(folder)).each([
		['customer_outcome', 114, 0.6404, 0.1745, 34, 7],
		['quick_triage', 114, 0.614, 0.0514, 44, 0]
	])(
		'refuses the real judge %s with the figures of REFERENCE.md',
		(name, n, agrees, wanted, passed, failed) => {
			const file = readdirSync(folder).find((one) => one.includes(name))!;
			const { entries } = JSON.parse(gunzipSync(readFileSync(new URL(file, folder))).toString()) as {
				entries: { tau2_success: boolean; judge_verdict: string }[];
			};
			const gate = judgeGate(
				entries
					.filter(({ judge_verdict }) => judge_verdict === 'pass' || judge_verdict === 'fail')
					.map(({ tau2_success, judge_verdict }) => ({
						truth: tau2_success,
						judge: judge_verdict === 'pass'
					})),
				0.6
			);
			expect(gate.n).toBe(n);
			expect(Number(gate.agreement!.toFixed(4))).toBe(agrees);
			expect(Number(gate.kappa!.toFixed(4))).toBe(wanted);
			expect([gate.falsePass, gate.falseFail]).toEqual([passed, failed]);
			expect(gate.admitted).toBe(false);
			expect(gate.reason).toMatch(/below the agreed 0.60: it passed \d+ that had failed/);
		}
	);
});
