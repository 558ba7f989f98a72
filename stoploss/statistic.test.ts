/** The statistic against the golden values, where the file is at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DailyCohort } from '../queries/measurement';
import { z7For } from './budget';
import { evaluatorOf, freezeBaseline } from './evaluate';
import { driversOf } from './evidence';
import type { Rule } from './rule';
import { dayNumber, dayOf, seriesOf, spanOf } from './series';
import {
	ar1Inflation,
	baselineOf,
	changeStatistic,
	decompose,
	detectability,
	erosionStatistic,
	newcombe,
	onsetOf,
	referenceOf,
	runningVariance,
	worstDayOf,
	z7Equivalent,
	zCritical
} from './statistic';

const file = new URL('../../shared/golden-stats.json', import.meta.url).pathname;
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const golden: any = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
const near = (actual: number | null | undefined, expected: number) =>
	expect(Math.abs((actual ?? NaN) - expected)).toBeLessThan(1e-9);

const START = dayNumber('2026-01-05');
function cohorts(intents: string[], counts: [number, number][][]): DailyCohort[] {
	return counts.flatMap((row, index) =>
		row.map(([n, x], at) => ({ day: dayOf(START + index), intent: intents[at] ?? '', n, x }))
	);
}

describe.skipIf(!golden)('golden values', () => {
	test('critical z and inflation', () => {
		for (const c of golden.zcrit) near(zCritical(c.z7, c.L), c.zcrit);
		for (const c of golden.ar1_inflation) near(ar1Inflation(c.rho, c.L), c.f);
	});
	test('the difference of two shares', () => {
		for (const c of golden.newcombe.filter((one: { conf: number }) => one.conf === 0.95)) {
			const { difference, low, high } = newcombe(c.x1, c.n1, c.x2, c.n2);
			near(difference, c.d);
			near(low, c.lo);
			near(high, c.hi);
		}
	});
	test('detectability', () => {
		for (const c of golden.detectability) {
			const { expected, z7, L: length, sig2: variance, vbase, n_per_week: perWeek } = c;
			near(detectability({ expected, perWeek, variance, vbase, z7, length }), c.drop);
		}
	});
	test('the budget buys the line of the table', () => {
		const { q_per_series_year: q, erosion, change } = golden.budget_table;
		q.forEach((perYear: number, i: number) => {
			near(z7For('erosion', perYear), erosion[i]);
			near(z7For('change', perYear), change[i]);
		});
		for (const c of golden.budget_to_z7) near(z7For(c.rule, (c.budget_per_year * c.share) / c.series), c.z7);
	});
	// Rows of [intent, n1, x1, n2, x2].
	type Rows = [string, number, number, number, number][];
	const side = (rows: Rows, at: 1 | 3) => {
		const ns = rows.map((r) => r[at]);
		const xs = rows.map((r) => r[(at + 1) as 2 | 4]);
		const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
		return { ns, xs, n: sum(ns), x: sum(xs) };
	};
	test('change', () => {
		for (const c of [
			...golden.change_z,
			{
				...golden.erosion_fixture.change_rule_at_firing,
				bad: -1,
				minn: 10,
				sig2: golden.erosion_fixture.baseline.sig2
			}
		]) {
			const s = changeStatistic({
				before: side(c.rows, 1),
				after: side(c.rows, 3),
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
			near(s?.z, c.z);
			near(s?.weightUsed, c.weight_used);
			near(s?.weightOther, c.weight_other);
			expect(s?.strata).toBe(c.strata);
		}
	});
	test('rate part and mix part', () => {
		for (const c of golden.kitagawa) {
			const parts = decompose(side(c.rows, 1), side(c.rows, 3));
			near(parts?.total, c.total);
			near(parts?.within, c.within);
			near(parts?.mix, c.mix);
		}
	});
	test('baseline, also autocorrelated', () => {
		const auto = golden.baseline_autocorrelated;
		for (const { intents, counts, fit } of [
			auto,
			{ ...golden.erosion_fixture, fit: golden.erosion_fixture.baseline }
		]) {
			const base = baselineOf(seriesOf(cohorts(intents, counts)), START, START + 55);
			near(base?.pool, fit.pool);
			near(base?.mom, fit.mom);
			near(base?.lambda, fit.lam);
			near(base?.variance, fit.sig2);
			near(base?.rho, fit.rho);
			near(base?.q0, fit.Q0);
			near(base?.f0, fit.f0);
			expect(base?.n0).toEqual(fit.n0);
			expect(base?.x0).toEqual(fit.x0);
			for (const [intent, p] of Object.entries(fit.p0)) near(base?.p0[intent], p as number);
		}
	});
});

describe.skipIf(!golden)('the erosion fixture', () => {
	const fixture = golden?.erosion_fixture;
	const rows = fixture ? cohorts(fixture.intents, fixture.counts) : [];
	const series = seriesOf(rows);
	const base = freezeBaseline(rows, dayOf(START));
	const reference = base && referenceOf(base, series.intents);
	/** Monitored day 0 is the first after the baseline. */
	const monitored = (day: number) => START + 56 + day;
	const rule: Rule = {
		name: 'fixture',
		metric: 'csat_top_box',
		slice: { tier: 'B' },
		kind: 'erosion',
		fall_points: 2,
		hold_days: 2,
		recovery_days: 3,
		keep_firing_days: 0,
		action: 'assist',
		owner: 'lead'
	};
	const evaluator = evaluatorOf({ rule, cohorts: rows, baseline: base, maturityHours: 0 });
	const found = (day: number) => evaluator.judge.finding(monitored(day));

	test('every window of every evaluation day', () => {
		for (const [day, windows] of Object.entries(fixture.evaluations)) {
			const until = monitored(Number(day));
			// eslint-disable-next-line @typescript-eslint/no-explicit-any
			for (const w of windows as any[]) {
				const since = until - w.L + 1;
				const s = erosionStatistic(spanOf(series, since, until), w.L, reference!, -1);
				expect(s?.n).toBe(w.n);
				near(s?.observed, w.observed);
				near(s?.expected, w.expected);
				near(s?.worsening, w.worsening);
				near(s?.vbin, w.vbin);
				near(s?.vday, w.vday);
				near(s?.vbase, w.vbase);
				near(s?.standardError, w.se);
				near(s?.z, w.z);
				near(zCritical(4.25, w.L), w.zcrit);
				if (w.z > 0) near(z7Equivalent(s!.z, w.L), w.z7_equiv);
				if (w.L <= 28) near(worstDayOf(series, since, until, reference!.p0, -1)?.rest, w.lwo);
				const look = found(Number(day)).looks.find(({ length }) => length === w.L);
				expect(look?.breach).toBe(w.breach);
			}
			expect(found(Number(day)).looks).toHaveLength((windows as unknown[]).length);
		}
	});
	test('it is watched from day 35, broken on day 39 and fires on day 40', () => {
		const days = Array.from({ length: 70 }, (_, day) => day);
		expect(days.find((day) => found(day).looks.some((look) => look.watch))).toBe(fixture.first.watch);
		expect(days.find((day) => found(day).finding === 'breach')).toBe(fixture.first.breach);
		expect(days.find((day) => found(day).held)).toBe(fixture.first.firing);
		expect(evaluator.at(`${dayOf(monitored(41))}T00:00:00Z`).recommendation?.intents[0]?.intent).toBe(
			'refund_exception'
		);
	});
	test('onset and drivers at firing', () => {
		const until = monitored(fixture.first.firing);
		const onset = onsetOf(series, until, monitored(-1), reference!, -1);
		expect(onset?.since).toBe(monitored(fixture.onset_at_firing.start_day));
		expect(onset?.days).toBe(fixture.onset_at_firing.days);
		near(onset?.worsening, fixture.onset_at_firing.worsening);
		near(onset?.z, fixture.onset_at_firing.z);
		const look = found(fixture.first.firing).looks.find(
			({ length }) => length === fixture.drivers_at_firing.window
		);
		const drivers = driversOf(evaluator.judge, look!);
		expect(drivers.map(({ intent }) => intent)).toEqual(
			fixture.drivers_at_firing.drivers.map((d: { intent: string }) => d.intent)
		);
		for (const [i, d] of fixture.drivers_at_firing.drivers.entries()) {
			expect(drivers[i]?.n).toBe(d.n);
			near(drivers[i]?.observed, d.observed);
			near(drivers[i]?.expected, d.expected);
			near(drivers[i]?.contribution, d.contribution);
		}
	});
	test('change windows at firing', () => {
		const c = fixture.change_rule_at_firing;
		const until = monitored(fixture.first.firing);
		const after = spanOf(series, until - 6, until);
		const before = spanOf(series, until - 34, until - 7);
		near(after.concentration, c.Q2);
		near(before.concentration, c.Q1);
		// eslint-disable-next-line @typescript-eslint/no-explicit-any
		expect(c.rows.map((row: any[]) => row.slice(1))).toEqual(
			c.rows.map(([intent]: [string]) => {
				const i = series.intents.indexOf(intent);
				return [before.ns[i], before.xs[i], after.ns[i], after.xs[i]];
			})
		);
	});
	test('running day-to-day variance', () => {
		// The golden values take their level from the whole fixture; the product can't know the days to come.
		const days = Array.from({ length: series.days }, (_, i) => spanOf(series, START + i, START + i));
		const rate = days.reduce((sum, { n, x }) => sum + x / n, 0) / days.length;
		for (const [day, variance] of Object.entries(fixture.running_day_variance))
			near(runningVariance(series, monitored(Number(day)), rate), variance as number);
	});
});
