/** The back-test: what it says about a scenario whose truth is known, and that nothing is known before its time. */
import { describe, expect, test } from 'vitest';
import type { KnownCohort } from '../queries/measurement';
import { backtest, naiveFirings, naiveRuleOf } from './backtest';
import { ruleSchema } from './rule';
import { dayNumber, dayOf } from './series';

const START = dayNumber('2025-01-06');
const day = (index: number) => dayOf(START + index);
const erosion = ruleSchema.parse({
	name: 'erosion',
	metric: 'csat_top_box',
	kind: 'erosion',
	fall_points: 2,
	owner: 'lead'
});
/** 300 answers a day, four of five content, less `loss(day)`. */
const series = (days: number, loss: (index: number) => number): KnownCohort[] =>
	Array.from({ length: days }, (_, index) => ({
		day: day(index),
		intent: 'refund',
		n: 300,
		x: Math.round(300 * (0.8 - loss(index)))
	}));
const run = (cohorts: KnownCohort[], days: number, wrong?: { since: string; until: string }[]) =>
	backtest([{ rule: erosion, cohorts, maturityHours: 0, ...(wrong ? { wrong } : {}) }], day(0), day(days));

describe('a back-test', () => {
	const lossFrom = (index: number) => (index >= 100 && index < 160 ? 0.05 : 0);

	test('of a loss finds it, counts the days and the customers harmed before it', () => {
		const { firings, detections, falseAlarmsPerQuarter } = run(series(200, lossFrom), 200, [
			{ since: day(100), until: day(159) }
		]);
		expect(firings).toHaveLength(1);
		expect(firings[0]).toMatchObject({ rule: 'erosion', driver: 'refund', falseAlarm: false });
		expect(firings[0]!.closedOn! > day(160)).toBe(true);
		const { delayDays, harmed } = detections[0]!;
		expect(delayDays).toBe(dayNumber(firings[0]!.firedOn) - START - 100);
		// 15 of 300 answers a day too few, on each day from the first to that of the firing.
		expect(harmed!.value).toBeCloseTo(15 * (delayDays! + 1), -1);
		expect(harmed!.low).toBeGreaterThan(0);
		expect(harmed!.high).toBeGreaterThan(harmed!.value);
		expect(falseAlarmsPerQuarter).toBe(0);
	});

	test('of a quiet year fires nothing, and of a loss that nobody confirmed claims no truth', () => {
		expect(
			run(
				series(365, () => 0),
				365,
				[]
			).firings
		).toEqual([]);
		const { firings, falseAlarmsPerQuarter } = run(series(200, lossFrom), 200);
		expect(firings.map(({ falseAlarm }) => falseAlarm)).toEqual([null]);
		expect(falseAlarmsPerQuarter).toBeNull();
	});

	test('counts a firing while nothing was wrong as false', () => {
		const { firings, falseAlarmsPerQuarter } = run(series(200, lossFrom), 200, []);
		expect(firings.map(({ falseAlarm }) => falseAlarm)).toEqual([true]);
		expect(falseAlarmsPerQuarter).toBeCloseTo(1 / (201 / (365.25 / 4)), 9);
	});

	test('lets late data stay late: what is known only on day 150 fires after it', () => {
		const rows = series(200, lossFrom).map((row, index) =>
			index >= 100 && index < 150 ? { ...row, knownAt: `${day(150)}T00:00:00Z` } : row
		);
		const [prompt] = run(series(200, lossFrom), 200).firings;
		const [late] = run(rows, 200).firings;
		expect(prompt!.firedOn < day(150)).toBe(true);
		expect(late!.firedOn >= day(150)).toBe(true);
	});

	test('beside the naive rule: five points week over week never see half a point a week', () => {
		const rows = series(300, (index) => Math.max(0, index - 100) * (0.005 / 7));
		const naive = naiveRuleOf('csat_top_box', 0.05, false);
		expect(naiveFirings(rows, naive, START + 7, START + 299)).toEqual([]);
		expect(run(rows, 300).firings).toHaveLength(1);
		// Nor five points at once that begin in the middle of its week; twice as much it sees.
		expect(naiveFirings(series(200, lossFrom), naive, START + 7, START + 199)).toEqual([]);
		const double = series(200, (index) => 2 * lossFrom(index));
		expect(naiveFirings(double, naive, START + 7, START + 199).length).toBeGreaterThan(0);
	});
});
