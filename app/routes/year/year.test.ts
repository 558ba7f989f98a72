import { describe, expect, it } from 'vitest';
import type { Measurement } from '#queries/measurement';
import { runsOf, within, type Annotation } from '$lib/annotation';
import { dotsOf, edgesOf, placeOf, rowsOf } from './axis';
import { quartersTold } from './words';

const day = (text: string) => `${text}T00:00:00.000Z`;
const weeks = [
	{ since: day('2026-03-02'), until: day('2026-03-09') },
	{ since: day('2026-03-09'), until: day('2026-03-16') },
	// Nothing between: a week of 23 days has its middle where its days have it.
	{ since: day('2026-03-16'), until: day('2026-04-08') }
];

const measured = (value: number | null, more: Partial<Measurement> = {}): Measurement => ({
	metric: 'csat_top_box',
	slice: {},
	window: weeks[0]!,
	evidence: { kind: 'proportion', numerator: 1, denominator: 2 },
	value,
	unit: 'share',
	interval: value === null ? null : { low: value - 0.1, high: value + 0.1, level: 0.95, method: 'wilson' },
	pending: 0,
	status: value === null ? 'absent' : 'measured',
	reason: null,
	definition: 'csat_top_box@1',
	...more
});

describe('the axis of weeks', () => {
	it('places an instant within its week, and cuts at the edges', () => {
		expect(placeOf(weeks, day('2026-03-02'))).toBe(0);
		expect(placeOf(weeks, '2026-03-12T12:00:00Z')).toBe(1.5);
		expect(placeOf(weeks, day('2026-03-09'))).toBe(1);
		expect(placeOf(weeks, day('2026-03-27'))).toBeCloseTo(2 + 11 / 23, 12);
		expect(placeOf(weeks, day('2020-01-01'))).toBe(0);
		expect(placeOf(weeks, day('2027-01-01'))).toBe(3);
		expect(placeOf([], day('2027-01-01'))).toBe(0);
	});
	it('breaks a line at a week without a value and at another definition', () => {
		const line = [
			measured(0.8),
			measured(0.7),
			null,
			measured(null),
			measured(0.6),
			measured(0.5, { definition: 'csat_top_box@2' })
		];
		expect(dotsOf(line).map((run) => run.map(({ at }) => at))).toEqual([[0, 1], [4], [5]]);
	});
	it('holds every value, and lets no thin week widen it', () => {
		const dots = dotsOf([
			measured(0.8),
			measured(0.5, { status: 'thin', interval: null }),
			measured(0.9, { status: 'thin' })
		]);
		const [low, high] = edgesOf(dots.flat());
		expect(low).toBe(0.5);
		expect(high).toBeCloseTo(0.9, 12);
	});
	it('puts marks in rows so that none covers another', () => {
		const marks = [
			{ from: 0, to: 30 },
			{ from: 10, to: 14 },
			{ from: 16, to: 20 },
			{ from: 40, to: 44 }
		];
		expect(rowsOf(marks, 2)).toEqual([0, 1, 1, 0]);
	});
});

describe('what happened', () => {
	const one = (since: string, until: string | null, kind: Annotation['kind'] = 'gap'): Annotation => ({
		kind,
		since: day(since),
		until: until && day(until),
		title: '',
		detail: '',
		by: null,
		decidedAt: null,
		href: null
	});
	it('is inside where it touches the window, which ends before its end', () => {
		const window = { since: day('2026-03-02'), until: day('2026-03-09') };
		const all = [
			one('2026-03-08', '2026-05-01'),
			one('2026-03-02', null),
			one('2026-03-09', null, 'policy'),
			one('2026-02-01', '2026-03-02'),
			one('2026-02-01', '2026-03-03'),
			one('2026-01-01', null, 'policy')
		];
		const { inside, outside } = within(all, window);
		expect(inside.map(({ since }) => since.slice(0, 10))).toEqual(['2026-02-01', '2026-03-02', '2026-03-08']);
		expect(outside).toEqual({ policy: 2, gap: 1 });
	});
	it('joins neighbours to runs, and nothing over a gap', () => {
		const list = [1, 1, 0, 1, 0, 0, 1].map((fits, at) => ({ fits, at }));
		expect(runsOf(list, ({ fits }) => fits === 1).map(([a, b]) => [a.at, b.at])).toEqual([
			[0, 1],
			[3, 3],
			[6, 6]
		]);
	});
});

describe('the sentence of a year', () => {
	const change = (direction: 'better' | 'unclear', provisional = false) => ({
		difference: -0.009,
		interval: { low: -0.046, high: 0.028 },
		direction,
		provisional
	});
	it('says both ends, the difference with its interval, and whether it can be told', () => {
		const [before, after] = [measured(0.857), measured(0.847)];
		expect(quartersTold('AI only', 13, { before, after, change: change('unclear', true) })).toBe(
			'AI only: 84.7% (74.7% to 94.7%) in the last 13 weeks, 85.7% in the first: −0.9 points (−4.6 to +2.8), chance alone could have made it; not final.'
		);
		expect(quartersTold('AI only', 1, { before, after, change: change('better') })).toContain(
			'last week, 85.7%'
		);
	});
	it('says what is missing', () => {
		expect(
			quartersTold('A', 4, {
				before: measured(0.5),
				after: measured(null, { reason: 'No ratings.' }),
				change: null
			})
		).toBe('A: no value in the last 4 weeks. No ratings.');
		expect(quartersTold('A', 4, { before: measured(null), after: measured(0.5), change: null })).toContain(
			'nothing to compare'
		);
	});
});
