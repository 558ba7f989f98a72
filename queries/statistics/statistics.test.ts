/** Golden values from ../shared/golden-stats.json, to 1e-9; skipped where the folder is absent. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { latency } from '../scorecard/waiting';
import { exactPoisson } from './exact-poisson';
import { eventShare, kaplanMeier, quantile } from './kaplan-meier';
import { hajek } from './hajek';
import { mean, ratio } from './mean';
import { kitagawa } from './kitagawa';
import { newcombe } from './newcombe';
import { stratifiedShare } from './stratified';
import { wilson, Z_95 } from './wilson';

const file = new URL('../../../shared/golden-stats.json', import.meta.url);
const present = existsSync(file);
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const golden: Record<string, any[]> = present ? JSON.parse(readFileSync(file, 'utf8')) : {};
const close = (actual: number | null, wanted: number | null) => {
	if (wanted === null || actual === null) expect(actual).toBe(wanted);
	else expect(Math.abs(actual - wanted)).toBeLessThan(1e-9);
};

describe.skipIf(!present)('golden values', () => {
	it('wilson', () => {
		for (const row of golden.wilson!) {
			const z = row.conf === 0.99 ? 2.5758293035489004 : Z_95;
			const interval = wilson(row.x, row.n, z, row.deff);
			close(interval.p, row.p);
			close(interval.low, row.lo);
			close(interval.high, row.hi);
		}
	});
	it('newcombe', () => {
		for (const row of golden.newcombe!) {
			const interval = newcombe(row.x1, row.n1, row.x2, row.n2);
			close(interval.difference, row.d);
			close(interval.low, row.lo);
			close(interval.high, row.hi);
		}
	});
	it('kitagawa', () => {
		for (const row of golden.kitagawa!) {
			const split = kitagawa(
				row.rows.map(([intent, n1, x1, n2, x2]: [string, number, number, number, number]) => ({
					intent,
					n1,
					x1,
					n2,
					x2
				}))
			)!;
			for (const key of ['rate1', 'rate2', 'total', 'within', 'mix'] as const) close(split[key], row[key]);
			for (const wanted of row.by_intent) {
				const part = split.parts.find((candidate) => candidate.intent === wanted.intent)!;
				for (const key of ['within', 'mix', 'contribution'] as const) close(part[key], wanted[key]);
			}
		}
	});
	it('escalation latency', () => {
		for (const row of golden.latency_km!) {
			const steps = kaplanMeier(
				row.obs.map(([time, event]: [number, number]) => ({ time, event: event === 1 }))
			);
			for (const [name, p] of [
				['p50', 0.5],
				['p90', 0.9]
			] as const) {
				const q = quantile(steps, p);
				close(q.value, row[name].q);
				close(q.low, row[name].lo);
				close(q.high, row[name].hi);
			}
			const within = eventShare(steps, row.target);
			close(within.share, row.within_target_km.F);
			close(within.standardError, row.within_target_km.se);
			close(within.low, row.within_target_km.F_lo);
			close(within.high, row.within_target_km.F_hi);
		}
	});
	it('a share by inclusion probability', () => {
		for (const row of golden.qa_hajek!) {
			const items: [number, number][] = row.items;
			const sum = (of: (p: number, y: number) => number) =>
				items.reduce((total, [p, y]) => total + of(p, y), 0);
			const [weight, weightHit] = [sum((p) => 1 / p), sum((p, y) => y / p)];
			close(weight, row.N_hat);
			close(weightHit, row.ht_total);
			const estimate = hajek({
				n: items.length,
				weight,
				weightHit,
				square: sum((p) => 1 / p ** 2),
				squareHit: sum((p, y) => y / p ** 2)
			});
			close(estimate.p, row.estimate);
			close(estimate.standardError, row.se);
		}
	});
	it('a share by stratum', () => {
		for (const row of golden.qa_stratified!) {
			const found = stratifiedShare(
				row.strata.map(([, population, n, hits]: [string, number, number, number]) => ({
					population,
					n,
					hits
				}))
			);
			close(found.value, row.estimate);
			close(found.standardError, row.se);
			expect(Math.abs(found.effectiveN - row.n_eff)).toBeLessThan(1e-6);
			close(found.low, row.lo);
			close(found.high, row.hi);
			close(found.unweighted, row.unweighted);
		}
	});
	it('bounds of the escalation latency', () => {
		for (const row of golden.latency_km!) {
			const waits = row.obs.map(([minutes, event]: [number, number]) => ({
				minutes,
				ending: event === 1 ? 'engaged' : 'abandoned',
				n: 1
			}));
			const { evidence } = latency(waits, null, '');
			const { p50_at_best, p50_at_worst, p90_at_best, p90_at_worst } = evidence.parts!;
			expect([p50_at_best, p50_at_worst]).toEqual(row.p50_bounds);
			expect([p90_at_best, p90_at_worst]).toEqual(row.p90_bounds);
		}
	});
	it('recontact with an open window', () => {
		for (const row of golden.recontact_72h!) {
			const rows: [number, number | null][] = row.convs;
			const mature = rows.filter(([age]) => age >= 72);
			const x = mature.filter(([, at]) => at !== null && at <= 72).length;
			const interval = wilson(x, mature.length);
			close(interval.low, row.mature.lo);
			close(interval.high, row.mature.hi);
			const steps = kaplanMeier(
				rows.map(([age, at]) => {
					const seen = Math.min(age, 72);
					return at !== null && at <= seen ? { time: at, event: true } : { time: seen, event: false };
				})
			);
			const share = eventShare(steps, 72);
			close(share.share, row.km.F);
			close(share.standardError, row.km.se);
			close(share.low, row.km.F_lo);
			close(share.high, row.km.F_hi);
		}
	});
});

describe('means and ratios of sums', () => {
	// 3, 4, 5, 4: mean 4, variance 2/3, standard error sqrt(1/6).
	it('mean', () => {
		const { value, standardError, low } = mean(4, 16, 66);
		expect(value).toBe(4);
		expect(standardError).toBeCloseTo(Math.sqrt(1 / 6), 12);
		expect(low).toBeCloseTo(4 - Z_95 * Math.sqrt(1 / 6), 12);
		expect(mean(1, 5, 25)).toMatchObject({ value: 5, low: null });
		expect(mean(0, 0, 0).value).toBeNull();
	});
	// Lost 30 of 80 and 0 of 20: ratio 0.3; residuals 30 - 24 = 6 and -6; se = sqrt(2/1 * 72) / 100 = 0.12.
	it('ratio', () => {
		const { value, standardError } = ratio({ n: 2, y: 30, x: 100, yy: 900, xy: 2400, xx: 6800 });
		expect(value).toBeCloseTo(0.3, 12);
		expect(standardError).toBeCloseTo(0.12, 12);
		expect(ratio({ n: 5, y: 0, x: 10, yy: 0, xy: 0, xx: 20 })).toMatchObject({ value: 0, low: null });
	});
});

describe('exact Poisson', () => {
	// Garwood's table: 0 -> [0, 3.6889], 1 -> [0.0253, 5.5716], 10 -> [4.7954, 18.3904].
	it('agrees with the published table', () => {
		expect(exactPoisson(0).low).toBe(0);
		expect(exactPoisson(0).high).toBeCloseTo(-Math.log(0.025), 10);
		expect(exactPoisson(1).low).toBeCloseTo(-Math.log(0.975), 10);
		expect(exactPoisson(1).high).toBeCloseTo(5.5716, 4);
		expect(exactPoisson(10).low).toBeCloseTo(4.7954, 4);
		expect(exactPoisson(10).high).toBeCloseTo(18.3904, 4);
	});
	it('holds for large counts', () => {
		expect(exactPoisson(10_000).low).toBeCloseTo(9804.96, 1);
		expect(exactPoisson(10_000).high).toBeCloseTo(10197.95, 1);
	});
});
