/**
 * A rule's series as a chart draws it: whole weeks back from the last mature day, each beside what was expected of it
 * and where the limit lay. Pure. A week of too few outcomes, or before any reference, is null and never zero.
 */
import type { Judge } from './judge';
import { stopLevel } from './rule';
import { dayOf, spanOf } from './series';

export interface SeriesPoint {
	since: string;
	until: string;
	n: number;
	observed: number | null;
	/** 95 % interval of what was observed, day-to-day noise included; null where nothing was expected of it yet. */
	low: number | null;
	high: number | null;
	/** For the same mix of intents. */
	expected: number | null;
	limit: number | null;
}

const WEEK = 7;

/** `weeks` at most, the oldest first. */
export function pointsOf(judge: Judge, due: number, weeks: number): SeriesPoint[] {
	const { series, rule, minimumEvidence } = judge.subject;
	const enough = rule.minimum_evidence ?? minimumEvidence;
	const points: SeriesPoint[] = [];
	for (let until = due; until - WEEK + 1 >= series.first && points.length < weeks; until -= WEEK) {
		const since = until - WEEK + 1;
		const s = judge.measure(since, until);
		const { n, x } = spanOf(series, since, until);
		const margin = s && 1.96 * s.standardError;
		points.push({
			since: dayOf(since),
			until: dayOf(until),
			n,
			observed: n < enough ? null : x / n,
			low: s && Math.max(0, s.observed - margin!),
			high: s && Math.min(1, s.observed + margin!),
			expected: s && s.expected,
			limit: s && s.expected + judge.bad * judge.limitFor(s.expected, stopLevel(rule).value)
		});
	}
	return points.reverse();
}
