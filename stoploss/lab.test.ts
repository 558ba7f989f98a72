/** The lab: what it says of worlds whose truth is given, and that the same question has the same answer. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_CONFIDENCE } from './budget';
import { EXPECTED, expectedProfile } from './expected';
import {
	limitsOf,
	proposedLimit,
	runLab,
	withLimit,
	type LabReport,
	type LabRequest,
	type Trial
} from './lab';
import { parsePolicy } from './policy';
import { ruleSchema } from './rule';
import { profileOf, worldFor, type Profile, type Scenario } from './scenario';
import { seeded, worldOf } from './world';

const rule = ruleSchema.parse({
	name: 'erosion',
	metric: 'csat_top_box',
	kind: 'erosion',
	fall_points: 2,
	owner: 'lead'
});
const profile: Profile = {
	bad: -1,
	perDay: 1000,
	daySd: 0.015,
	intents: [
		{ intent: 'easy', share: 0.5, rate: 0.9 },
		{ intent: 'hard', share: 0.5, rate: 0.6 }
	]
};
const trial: Trial = { rule, profile, confidence: DEFAULT_CONFIDENCE.erosion, minimumEvidence: 50 };

function run(scenario: Scenario, size: number, more: Partial<LabRequest> = {}): LabReport {
	const steps = runLab({
		trials: [trial],
		scenario,
		size,
		runs: 6,
		naive: { points: 5, percent: 20 },
		...more
	});
	for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

describe('the lab', () => {
	test('finds a sudden loss within weeks, and counts the outcomes it harmed by then', () => {
		const { book } = run('drop', 5);
		expect(book.ours.found).toBe(1);
		const { median } = book.ours.delayDays!;
		expect(median).toBeGreaterThan(7);
		expect(median).toBeLessThan(30);
		// Fifty of a thousand outcomes a day, until the look that found it; weekdays and noise around it.
		expect(book.ours.harmed!.value / (50 * median!)).toBeCloseTo(1, 0);
	});

	test('finds slow erosion that the naive rule never sees at this volume', () => {
		const { book } = run('erosion', 0.5);
		expect(book.ours.found).toBe(1);
		expect(book.naive.found).toBeLessThan(1);
	});

	test('a harder mix alone fires the naive rule, and not ours', () => {
		const { book } = run('mix', 10);
		expect(book.ours.found).toBe(0);
		expect(book.naive.found).toBe(1);
	});

	test('a week without data is noticed once it is due', () => {
		const { blind, book } = run('outage', 0);
		// The first day without data is ripe a week after it.
		expect(blind).toEqual({ found: 1, days: 8 });
		expect(book.ours.found).toBe(0);
	});

	test('the same question has the same answer', () => {
		expect(run('drop', 5)).toEqual(run('drop', 5));
		expect(run('drop', 5, { seed: 2 })).not.toEqual(run('drop', 5));
	});

	test('the curve runs over the limits, and never proposes one beyond the loss it is to find', () => {
		const { curve } = run('drop', 5, { curveOf: 'erosion' });
		expect(curve!.points.map(({ limit }) => limit)).toEqual([1, 1.5, 2, 3, 4, 6]);
		expect(curve!.proposed).toBeGreaterThan(0);
		expect(curve!.proposed).toBeLessThanOrEqual(5);
		// A larger limit never finds more.
		const found = curve!.points.map(({ ours }) => ours.found!);
		expect([...found].sort((a, b) => b - a)).toEqual(found);
	});

	test('nothing is proposed where nothing finds the loss', () => {
		const score = {
			falseAlarms: { value: 0, low: 0, high: 0 },
			found: 0,
			delayDays: { median: null, ninety: null },
			harmed: null
		};
		expect(proposedLimit([{ limit: 2, ours: score, naive: score }], 1)).toBeNull();
	});

	test('a rule with another limit is still a rule', () => {
		const floor = ruleSchema.parse({
			name: 'floor',
			metric: 'csat_top_box',
			kind: 'floor',
			limit_percent: 75,
			warn_level: 80,
			owner: 'lead'
		});
		for (const one of [rule, floor])
			for (const limit of limitsOf(one))
				expect(ruleSchema.safeParse(withLimit(one, limit)).error).toBeUndefined();
	});
});

test('a profile is that of the world it was taken from', () => {
	const series = worldOf(worldFor(profile, 'nothing', 0), seeded(3));
	const found = profileOf(series, -1)!;
	expect(found.perDay / 1000).toBeCloseTo(1, 1);
	for (const [i, { intent, share, rate }] of profile.intents.entries()) {
		expect(found.intents[i]!.intent).toBe(intent);
		expect(found.intents[i]!.share).toBeCloseTo(share, 1);
		expect(found.intents[i]!.rate).toBeCloseTo(rate, 1);
	}
});

test('expected volumes are shared out by tier, path and survey', () => {
	const { policy } = parsePolicy(
		'version: 1\naccount: { name: A, time_zone: UTC }\ntiers: { A: [faq], B: [refund, access], C: [] }\nlimits: { escalation_minutes: 10, refund_approval_minor: 1 }\nstop_loss:\n  rules: []\n'
	);
	const csat = ruleSchema.parse({ ...rule, slice: { tier: 'B', path: 'ai_only' } });
	const { perDay, intents } = expectedProfile(policy!, csat, { ...EXPECTED, perDay: 1000 });
	expect(perDay).toBeCloseTo(1000 * 0.35 * 0.6 * 0.2, 9);
	expect(intents.map(({ intent }) => intent)).toEqual(['refund', 'access']);
});
