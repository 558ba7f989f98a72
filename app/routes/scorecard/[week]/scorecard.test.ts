import { describe, expect, it } from 'vitest';
import type { Measurement } from '#queries/measurement';
import type { VerdictEvidence } from '#stoploss/evaluate';
import { ruleSchema } from '#stoploss/rule';
import { containmentMap } from './containment';
import { loadLinesOf } from './load-line';

const share = (
	metric: Measurement['metric'],
	intent: string | null,
	numerator: number,
	denominator: number,
	interval: [number, number] | null
): Measurement => ({
	metric,
	slice: intent === null ? {} : { intent },
	window: { since: '', until: '' },
	evidence: { kind: 'proportion', numerator, denominator },
	value: denominator ? numerator / denominator : null,
	unit: 'share',
	interval: interval && { low: interval[0], high: interval[1], level: 0.95, method: 'wilson' },
	pending: 0,
	status: interval ? 'measured' : 'absent',
	reason: null,
	definition: `${metric}@1`
});

describe('containment against bad containment', () => {
	const together = [share('bad_containment', null, 20, 100, [0.13, 0.29])];
	const intents = (bad: [number, number]) => [
		share('containment', 'refund', 80, 100, [0.7, 0.87]),
		share('bad_containment', 'refund', 30, 80, bad),
		share('containment', 'hours', 20, 200, [0.06, 0.15]),
		share('bad_containment', 'hours', 1, 20, [0.01, 0.24]),
		share('containment', 'unheard', 0, 3, [0, 0.56]),
		share('bad_containment', 'unheard', 0, 0, null)
	];
	it('calls an intent overloaded only when its whole interval lies above all together', () => {
		const { points, title } = containmentMap(intents([0.27, 0.48]), together, () => 'B');
		expect(points.map(({ intent, quadrant }) => [intent, quadrant])).toEqual([
			['hours', 'room'],
			['refund', 'overloaded'],
			['unheard', null]
		]);
		expect(title).toBe('Mostly closed by the AI alone, and clearly worse than the rest: refund');
	});
	it('does not call it so while chance explains the difference', () => {
		const { points, title } = containmentMap(intents([0.19, 0.6]), together, () => 'B');
		expect(points.find(({ intent }) => intent === 'refund')?.quadrant).toBe('holds');
		expect(title).toBe('No intent that the AI mostly closes alone is clearly worse than the rest');
	});
	it('places nothing where there is no whole to hold it against', () => {
		expect(containmentMap(intents([0.27, 0.48]), [], () => null).title).toBe(
			'No intent can be placed this week'
		);
	});
});

describe('how near a figure is to its stop-loss', () => {
	const rule = ruleSchema.parse({
		name: 'erosion',
		title: 'CSAT wears away',
		metric: 'csat_top_box',
		slice: { tier: 'B', path: 'ai_only' },
		kind: 'erosion',
		fall_points: 2,
		owner: 'lead'
	});
	const of = { metric: 'csat_top_box', path: 'ai_only' } as const;
	const verdict = (...weeks: [days: number, worsening: number, z: number][]) => ({
		rule: 'erosion',
		finding: 'watch' as const,
		reason: 'Too few.',
		evidence: {
			weeks: weeks.map(([days, worsening, z]) => ({
				window: { days, since: '', until: '' },
				worsening,
				z,
				limit: 0.02,
				zCritical: 4
			}))
		} as unknown as VerdictEvidence
	});
	it('is the nearest window, by the smaller of how large and how sure the loss is', () => {
		const [line] = loadLinesOf([verdict([7, 0.03, 1], [91, 0.015, 3])], [rule], of);
		expect(line).toMatchObject({ used: 0.75, told: '1.5 of 2.0 points lost in 91 days' });
	});
	it('says that a loss of the size is not yet sure, and is short of the line', () => {
		const [line] = loadLinesOf([verdict([28, 0.05, 3.9])], [rule], of);
		expect(line!.used).toBeLessThan(1);
		expect(line!.told).toBe('5.0 of 2.0 points lost in 28 days, not yet sure');
	});
	it('draws no bar for a gain, and none where nothing could be judged', () => {
		expect(loadLinesOf([verdict([28, -0.05, -3])], [rule], of)[0]).toMatchObject({
			used: 0,
			told: '0.0 of 2.0 points lost in 28 days'
		});
		expect(loadLinesOf([{ ...verdict(), finding: 'undecided' }], [rule], of)[0]).toMatchObject({
			used: null,
			told: 'Too few.'
		});
	});
	it('says nothing of another metric or path', () => {
		expect(loadLinesOf([verdict([7, 0, 0])], [rule], { ...of, path: null })).toEqual([]);
	});
});
