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

describe('an estimate', () => {
	it('is unbiased and covers where bad ones are oversampled tenfold; the naive mean is off', () => {
		// 5,000 conversations, 500 with a signal (40 % bad), the others 4 % bad: 7.6 % in all.
		const truth = (500 * 0.4 + 4500 * 0.04) / 5000;
		const random = seeded(20261125);
		const pick = (n: number, size: number, bad: number) => {
			const left = Array.from({ length: size }, (_, index) => index < bad);
			return Array.from({ length: n }, () => left.splice(Math.floor(random() * left.length), 1)[0]!);
		};
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
		// ((1.96 x 0.17059 + 0.8416 x 0.21794) / 0.02)^2 = 670.1
		expect(neededToTell(0.03, 0.05)).toBe(671);
		expect(tellApart({ n: 659, low: 0.02, high: 0.06 }, 1, tell)).toMatchObject({
			more: 12,
			finding: 'undecided'
		});
		expect(tellApart({ n: 0, low: null, high: null }, 0.5, tell)).toMatchObject({ more: 1342 });
		expect(tellApart({ n: 300, low: 0.01, high: 0.04 }, 1, tell)).toMatchObject({
			more: 0,
			finding: 'below_bad'
		});
		expect(tellApart({ n: 300, low: 0.06, high: 0.2 }, 1, tell)).toMatchObject({
			more: 0,
			finding: 'above_good'
		});
		expect(tellApart({ n: 9000, low: 0.035, high: 0.045 }, 1, tell)).toMatchObject({ finding: 'between' });
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
