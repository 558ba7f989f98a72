/** The replay: each side says only what it could know, and what was spared is counted from the first firing. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { KnownCohort } from '../queries/measurement';
import type { DashboardWeek } from '../queries/replay/dashboard.server';
import { parsePolicy } from './policy';
import { replayLog, type Replay } from './replay';
import { dayNumber, dayOf } from './series';

const text = readFileSync(new URL('../plimsoll.yaml', import.meta.url), 'utf8');
const policy = parsePolicy(
	text
		.replace('Europe/Stockholm', 'UTC')
		.replace(
			/stop_loss:[\s\S]*$/,
			'stop_loss:\n  rules:\n    - { name: csat, metric: csat_top_box, kind: erosion, fall_points: 2, owner: lead }\n'
		)
).policy!;
const START = dayNumber('2025-01-06');
const WEEKS = 30;

/** 500 answers a day; `loss` is that of a week, on the slice that the rule watches. */
function run(loss: (week: number) => number, headline: (week: number) => number): Replay {
	const cohorts: KnownCohort[] = Array.from({ length: 7 * WEEKS }, (_, index) => ({
		day: dayOf(START + index),
		intent: 'refund',
		n: 500,
		x: Math.round(500 * (0.8 - loss(Math.floor(index / 7))))
	}));
	const dashboard = Array.from({ length: WEEKS }, (_, week): DashboardWeek => {
		const top = Math.round(1000 * headline(week));
		return {
			week: `W${week}`,
			contacts: 8000,
			aiOnly: 5000,
			rated: 1000,
			top,
			ratedLater: 1000,
			topLater: top
		};
	});
	const ends = dashboard.map((_, week) => {
		const day = dayOf(START + 7 * (week + 1));
		return { at: `${day}T00:00:00Z`, day };
	});
	const request = { policy, cohorts: { csat: cohorts }, options: {}, dashboard, ends, naive: 5 };
	const steps = replayLog(request);
	for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

test('a loss that the headline hides is called by the rule, and never by the dashboard', () => {
	const { first, noticed, saved, weeks } = run(
		(week) => (week < 15 ? 0 : 0.06),
		() => 0.85
	);
	expect(first!.rule).toBe('csat');
	expect(first!.firedOn > dayOf(START + 7 * 15)).toBe(true);
	expect(noticed).toBeNull();
	// Thirty of five hundred a day, from the firing to the end.
	const days = dayNumber(dayOf(START + 7 * WEEKS)) - dayNumber(first!.firedOn);
	expect(saved!.days).toBe(days);
	expect(saved!.harmed!.value / (30 * days)).toBeCloseTo(1, 1);
	expect(saved!.harmed!.low).toBeLessThan(saved!.harmed!.value);
	// Nothing is open before it fired, and every rule says something each week.
	for (const { ends, rules } of weeks) expect(rules[0]!.open).toBe(ends >= first!.firedOn);
});

test('one low week is no notice, four running are; a fall within a week is at once', () => {
	const eroding = (week: number) => (week < 12 ? 0 : 0.08);
	const dip = run(eroding, (week) => (week === 20 ? 0.83 : 0.85));
	expect(dip.noticed).toBeNull();
	const slow = run(eroding, (week) => (week < 20 ? 0.85 : 0.82));
	expect(slow.noticed).toMatchObject({ how: 'below_start' });
	const sudden = run(eroding, (week) => (week < 20 ? 0.85 : 0.78));
	expect(sudden.noticed).toEqual({ week: 'W20', day: dayOf(START + 7 * 21), how: 'week_over_week' });
	expect(sudden.saved!.days).toBe(dayNumber(sudden.noticed!.day) - dayNumber(sudden.first!.firedOn));
});

test('a quiet log fires nothing and spares nobody', () => {
	const { first, saved, cried } = run(
		() => 0,
		() => 0.85
	);
	expect([first, saved, cried]).toEqual([null, null, 0]);
});
