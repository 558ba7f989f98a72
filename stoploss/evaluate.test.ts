/** What the stop-loss finds, as a table of situations. */
import { expect, test } from 'vitest';
import type { DailyCohort } from '../queries/measurement';
import { evaluate, freezeBaseline } from './evaluate';
import type { Rule } from './rule';

const rule = (kind: Rule['kind'], points: number): Rule => ({
	name: `csat_${kind}`,
	metric: 'csat_top_box',
	slice: { tier: 'B', path: 'ai_only' },
	kind,
	fall_points: points,
	hold_days: 2,
	recovery_days: 3,
	keep_firing_days: 0,
	action: 'assist',
	owner: 'lead'
});
const START = Date.UTC(2026, 0, 5);
const dayAt = (index: number) => new Date(START + index * 86_400_000).toISOString().slice(0, 10);
/** Answers a day by intent and share of top boxes, without noise. */
const series = (days: number, at: (day: number) => Record<string, [number, number]>): DailyCohort[] =>
	Array.from({ length: days }, (_, day) =>
		Object.entries(at(day)).map(([intent, [n, p]]) => ({ day: dayAt(day), intent, n, x: Math.round(n * p) }))
	).flat();
const judge = (kind: Rule['kind'], points: number, cohorts: DailyCohort[], days: number) =>
	evaluate({
		rule: rule(kind, points),
		cohorts,
		asOf: `${dayAt(days + 3)}T00:00:00Z`,
		maturityHours: 72,
		baseline: freezeBaseline(cohorts, dayAt(0))
	});
const steady = (): Record<string, [number, number]> => ({ refund: [500, 0.8], address: [500, 0.9] });

test('a steady series is clear', () => {
	expect(judge('change', 5, series(150, steady), 150).finding).toBe('clear');
});
test('a sudden loss is a breach that names its intent', () => {
	const cohorts = series(150, (day) => ({ refund: [500, day < 140 ? 0.8 : 0.6], address: [500, 0.9] }));
	const verdict = judge('change', 5, cohorts, 150);
	expect(verdict.finding).toBe('breach');
	expect(verdict.recommendation?.intents.map((i) => i.intent)).toEqual(['refund']);
});
test('six answers never fire', () => {
	const cohorts = series(150, (day) => (day % 25 ? {} : { refund: [1, day < 120 ? 1 : 0] }));
	expect(['undecided', 'blind']).toContain(judge('change', 5, cohorts, 150).finding);
});
test('a night without data is blind', () => {
	expect(judge('change', 5, series(149, steady), 150).finding).toBe('blind');
});
test.each(['change', 'erosion'] as const)('a shift of mix alone does not fire %s', (kind) => {
	const cohorts = series(150, (day) => (day < 140 ? steady() : { refund: [900, 0.8], address: [100, 0.9] }));
	expect(judge(kind, 2, cohorts, 150).finding).not.toBe('breach');
});
test('erosion of 0.4 points a week fires erosion and not change', () => {
	const cohorts = series(182, (day) => {
		const loss = 0.004 * Math.max(0, (day - 56) / 7);
		return { refund: [250, 0.8 - loss], address: [250, 0.9 - loss] };
	});
	expect(judge('erosion', 2, cohorts, 182).finding).toBe('breach');
	expect(judge('change', 5, cohorts, 182).finding).not.toBe('breach');
});
