/** The statistic against the golden values, where the file is at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DailyCohort } from '../queries/measurement';
import {
	ar1Inflation,
	baselineOf,
	changeStatistic,
	detectability,
	erosionStatistic,
	zCritical
} from './statistic';

const file = new URL('../../shared/golden-stats.json', import.meta.url).pathname;
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const golden: any = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
const near = (actual: number | null | undefined, expected: number) =>
	expect(Math.abs((actual ?? NaN) - expected)).toBeLessThan(1e-9);

function cohorts(intents: string[], counts: [number, number][][]): DailyCohort[] {
	return counts.flatMap((row, index) =>
		row.map(([n, x], at) => ({
			day: new Date(Date.UTC(2026, 0, 5 + index)).toISOString().slice(0, 10),
			intent: intents[at] ?? '',
			n,
			x
		}))
	);
}

describe.skipIf(!golden)('golden values', () => {
	test('critical z and inflation', () => {
		for (const c of golden.zcrit) near(zCritical(c.z7, c.L), c.zcrit);
		for (const c of golden.ar1_inflation) near(ar1Inflation(c.rho, c.L), c.f);
	});
	test('detectability', () => {
		for (const c of golden.detectability) {
			const { expected, z7, L: length, sig2: variance, vbase, n_per_week: perWeek } = c;
			near(detectability({ expected, perWeek, variance, vbase, z7, length }), c.drop);
		}
	});
	test('change', () => {
		for (const c of golden.change_z) {
			const side = (at: number) =>
				new Map<string, { n: number; x: number }>(
					c.rows.map((r: [string, ...number[]]) => [r[0], { n: r[at], x: r[at + 1] }])
				);
			const s = changeStatistic({
				before: side(1),
				after: side(3),
				bad: c.bad,
				variance: c.sig2,
				q1: c.Q1,
				q2: c.Q2,
				f1: c.f1,
				f2: c.f2,
				minimum: c.minn
			});
			near(s?.worsening, c.worsening);
			near(s?.standardError, c.se);
			near(s?.weightOther, c.weight_other);
		}
	});
	test('baseline, also autocorrelated', () => {
		const auto = golden.baseline_autocorrelated;
		const fit = baselineOf(cohorts(auto.intents, auto.counts), 56);
		near(fit?.variance, auto.fit.sig2);
		near(fit?.rho, auto.fit.rho);
		near(fit?.f0, auto.fit.f0);
	});
	test('erosion', () => {
		const fixture = golden.erosion_fixture;
		const base = baselineOf(cohorts(fixture.intents, fixture.counts.slice(0, 56)), 56);
		near(base?.variance, fixture.baseline.sig2);
		for (const [day, windows] of Object.entries(fixture.evaluations)) {
			// eslint-disable-next-line @typescript-eslint/no-explicit-any
			for (const w of windows as any[]) {
				const end = 56 + Number(day) + 1;
				const s = erosionStatistic(
					cohorts(fixture.intents, fixture.counts.slice(0, end)).slice(-3 * w.L),
					w.L,
					base!,
					-1
				);
				near(s?.worsening, w.worsening);
				near(s?.standardError, w.se);
				near(s?.z, w.z);
				if (w.L <= 28) near(s?.withoutWorstDay, w.lwo);
			}
		}
	});
});
