/** The weeks a chart draws: what was observed, expected and allowed, and gaps where nothing may be said. */
import { expect, test } from 'vitest';
import type { DailyCohort } from '../queries/measurement';
import { evaluatorOf } from './evaluate';
import { freezeBaseline } from './baseline';
import { ruleSchema } from './rule';
import { pointsOf } from './series-points';
import { dayNumber, dayOf } from './series';

const START = dayNumber('2026-01-05');
const rows: DailyCohort[] = Array.from({ length: 84 }, (_, day) => ({
	day: dayOf(START + day),
	intent: 'refund',
	n: day >= 63 && day < 70 ? 1 : 100,
	x: day >= 63 && day < 70 ? 1 : day < 70 ? 80 : 70
}));
const judge = evaluatorOf({
	rule: ruleSchema.parse({
		name: 'erosion',
		metric: 'csat_top_box',
		kind: 'erosion',
		fall_points: 2,
		owner: 'lead'
	}),
	cohorts: rows,
	baseline: freezeBaseline(rows, '2026-01-05')
}).judge;

test('weeks of the baseline are drawn bare, later ones beside what was expected, and thin ones are gaps', () => {
	const points = pointsOf(judge, START + 83, 26);
	expect(points).toHaveLength(12);
	expect(points[0]).toMatchObject({ since: '2026-01-05', n: 700, observed: 0.8, expected: null, low: null });
	expect(points[9]).toMatchObject({ n: 7, observed: null, expected: null, limit: null });
	const last = points[11]!;
	expect(last).toMatchObject({ since: '2026-03-23', until: '2026-03-29', observed: 0.7 });
	expect(last.expected).toBeCloseTo(0.8, 9);
	expect(last.limit).toBeCloseTo(0.78, 9);
	expect(last.low!).toBeLessThan(0.7);
	expect(last.high!).toBeGreaterThan(0.7);
	expect(pointsOf(judge, START + 83, 3).map(({ since }) => since)).toEqual(
		points.slice(-3).map(({ since }) => since)
	);
});
