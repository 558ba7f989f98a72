/** What the stop-loss finds, as a table of situations. */
import { expect, test } from 'vitest';
import type { DailyCohort } from '../queries/measurement';
import { evaluate, freezeBaseline, type EvaluateInput } from './evaluate';
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

const look = (cohorts: DailyCohort[], over: Partial<EvaluateInput> = {}) =>
	evaluate({
		rule: rule('change', 5),
		cohorts,
		asOf: `${dayAt(153)}T00:00:00Z`,
		maturityHours: 72,
		baseline: freezeBaseline(cohorts, dayAt(0)),
		...over
	});
const dropped = series(150, (day) => ({ refund: [500, day < 136 ? 0.8 : 0.6], address: [500, 0.9] }));
const shares = (before: number, now: number) =>
	series(150, (day) => ({ refund: [2000, day < 136 ? before : now] }));

test('one terrible day does not fire, however terrible', () => {
	const cohorts = series(150, (day) => ({ refund: [500, day === 146 ? 0.2 : 0.8], address: [500, 0.9] }));
	const verdict = look(cohorts);
	expect(verdict.finding).not.toBe('breach');
	expect(verdict.evidence?.guards.worstDay).toMatchObject({ day: dayAt(146) });
});
test('a floor that the mix alone has broken says so, and nothing is to be rolled back', () => {
	const cohorts = series(150, (day) =>
		day < 122 ? { refund: [200, 0.6], address: [800, 0.9] } : { refund: [800, 0.6], address: [200, 0.9] }
	);
	const { fall_points: _, ...floor } = { ...rule('floor', 1), limit_percent: 75 };
	const verdict = look(cohorts, { rule: floor });
	expect(verdict.finding).toBe('breach');
	expect(verdict.evidence?.cautions).toContain('mix_explains_most');
	expect(verdict.recommendation).toEqual({ scope: 'review_mix', intents: [] });
});
test('a reply rate that moved by a fifth, and a path that more contacts leave, are cautions', () => {
	const companions = { answered: shares(0.2, 0.12), left: shares(0.1, 0.2) };
	expect(look(dropped, { companions }).evidence?.cautions).toEqual(['response_rate_shift', 'path_mix_shift']);
	const still = { answered: shares(0.2, 0.2), left: shares(0.1, 0.1) };
	expect(look(dropped, { companions: still }).evidence?.cautions).toEqual([]);
});
test('a loss that no intent stands out of is the tier’s', () => {
	const names = Array.from({ length: 12 }, (_, i) => `intent_${i}`);
	const cohorts = series(150, (day) =>
		Object.fromEntries(names.map((name) => [name, [12, day < 136 ? 0.8 : 0.71] as [number, number]]))
	);
	expect(look(cohorts).recommendation).toMatchObject({ scope: 'tier' });
});
test('a change rule without four weeks behind it is undecided and not clear', () => {
	const cohorts = series(30, steady);
	expect(look(cohorts, { asOf: `${dayAt(33)}T00:00:00Z` })).toMatchObject({
		finding: 'undecided',
		evidence: null
	});
});
test('what a rule can see shrinks with volume and grows with time', () => {
	const seen = (n: number) =>
		look(
			series(150, () => ({ refund: [n, 0.8] })),
			{ rule: rule('erosion', 2) }
		).detectable.map(({ loss }) => loss);
	const [few4, few13] = seen(10) as [number, number];
	const [many4, many13] = seen(1000) as [number, number];
	expect(few4).toBeGreaterThan(few13);
	expect(few13).toBeGreaterThan(many4);
	expect(many4).toBeGreaterThan(many13);
	// 10 answers a day: 5 points are out of sight within four weeks.
	expect(few4).toBeGreaterThan(0.05);
});
test('a warn level watches before the stop level is reached', () => {
	const cohorts = series(150, (day) => ({ refund: [5000, day < 136 ? 0.8 : 0.765] }));
	expect(look(cohorts).finding).not.toBe('watch');
	expect(look(cohorts, { rule: { ...rule('change', 5), warn_level: 2 } }).finding).toBe('watch');
});
test('windows after a reset do not find what was closed', () => {
	expect(look(dropped).finding).toBe('breach');
	expect(look(dropped, { resetAfter: dayAt(148) })).toMatchObject({ finding: 'undecided', evidence: null });
});
test('before the first day of the log is due nothing is missing; data that stopped, or never came, is', () => {
	const young = { began: dayAt(148), asOf: `${dayAt(150)}T00:00:00Z` };
	expect(look([], young)).toMatchObject({ finding: 'undecided', reason: 'No day of the log is due yet.' });
	expect(look([], { ...young, asOf: `${dayAt(153)}T00:00:00Z` }).finding).toBe('blind');
	expect(look(series(100, steady), { began: dayAt(0) }).finding).toBe('blind');
	// A series that begins on its first day is not blind the day before.
	expect(look(series(150, steady), { asOf: `${dayAt(1)}T00:00:00Z` }).finding).toBe('undecided');
});
test('a rule without data says where to look', () => {
	expect(look([])).toMatchObject({ finding: 'blind', reason: expect.stringContaining('check its words') });
});
test('an erosion rule without a baseline is undecided and says so', () => {
	const verdict = look(series(150, steady), { rule: rule('erosion', 2), baseline: null });
	expect(verdict).toMatchObject({
		finding: 'undecided',
		reason: expect.stringContaining('no baseline yet')
	});
});
test('what came late counts from its arrival, and a later baseline from the day it was frozen', () => {
	const late = dropped.map((row) =>
		row.day >= dayAt(136) && row.intent === 'refund'
			? [
					{ ...row, x: 400 },
					{ ...row, n: 0, x: row.x - 400, knownAt: `${dayAt(152)}T12:00:00Z` }
				]
			: [row]
	);
	const at = (day: number) => look(late.flat(), { asOf: `${dayAt(day)}T00:00:00Z` }).finding;
	expect(at(152)).not.toBe('breach');
	expect(at(153)).toBe('breach');
	const worn = series(182, (day) => ({ refund: [2000, day < 90 ? 0.8 : 0.7] }));
	const lower = { from: `${dayAt(160)}T00:00:00Z`, baseline: freezeBaseline(worn, dayAt(90))! };
	const erosion = (asOf: number) =>
		look(worn, { rule: rule('erosion', 2), frozen: [lower], asOf: `${dayAt(asOf)}T00:00:00Z` }).finding;
	expect(erosion(159)).toBe('breach');
	expect(erosion(160)).not.toBe('breach');
	expect(erosion(182)).toBe('clear');
});
test('the lines beside an AI-only alert: all paths, people only, and each intent with its own interval', () => {
	const companions = { allPaths: shares(0.7, 0.75), peopleOnly: shares(0.85, 0.84) };
	const evidence = look(dropped, { companions }).evidence!;
	expect(evidence.guards.allPaths).toMatchObject({ before: 0.7, now: 0.75 });
	expect(evidence.guards.peopleOnly!.now).toBeCloseTo(0.84, 9);
	expect(evidence.guards.allPathsDisagree).toBe(true);
	expect(evidence.cautions).toContain('all_paths_disagree');
	const { difference } = evidence.drivers[0]!;
	expect(difference.value).toBeCloseTo(0.2, 9);
	expect(difference.interval.low).toBeLessThan(0.2);
	expect(difference.interval.low).toBeGreaterThan(0.17);
});
