/**
 * A question to the lab as a URL and a command line ask it; both are read by the same parser. Pure. A word that makes
 * no sense is left at its default, so that every address shows something.
 */
import { SCENARIOS, type Scenario } from '#stoploss/scenario';
import { EXPECTED, type Expected } from '#stoploss/expected';

export const OVER = ['history', ...SCENARIOS] as const;
export type Over = (typeof OVER)[number];

export interface LabAsk {
	over: Over;
	/** Weeks; empty means all. */
	from: string;
	to: string;
	/** Weeks in which something really was wrong, as `2025-W38..2026-W11`; empty: nobody says. */
	wrong: string;
	/** Points at once, or points a week for erosion. */
	size: number;
	runs: number;
	/** Whose limit is traded off; empty means the first rule. */
	rule: string;
	naive: { points: number; percent: number };
	/** Volumes to simulate where they are not to come from the log. */
	expected: Expected | null;
}

export const OVER_LABELS: Record<Over, string> = {
	history: 'My own log, as known at the time',
	drop: 'A sudden loss',
	erosion: 'A slow erosion',
	mix: 'A harder mix, and nothing else',
	outage: 'A week without data',
	nothing: 'Nothing at all'
};
export const SIZES: Record<Scenario, number> = { nothing: 0, drop: 5, erosion: 0.5, mix: 5, outage: 0 };
const WEEK = /^\d{4}-W\d{2}$/;
const RUNS = { least: 10, most: 400, usual: 40 };

export function labAsk(given: URLSearchParams, hasLog: boolean): LabAsk {
	const over = OVER.find((name) => name === given.get('over')) ?? (hasLog ? 'history' : 'drop');
	const week = (name: string) => (WEEK.test(given.get(name) ?? '') ? given.get(name)! : '');
	const number = (name: string, usual: number, least: number, most: number) => {
		const text = given.get(name);
		const value = text === null || text.trim() === '' ? NaN : Number(text);
		return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : usual;
	};
	const wrong = given.get('wrong') ?? '';
	const ownVolumes = given.get('volumes') === 'expected' || !hasLog;
	return {
		over,
		from: week('from'),
		to: week('to'),
		wrong: /^\d{4}-W\d{2}\.\.\d{4}-W\d{2}$/.test(wrong) ? wrong : '',
		size: number('size', over === 'history' ? 0 : SIZES[over], 0, 50),
		runs: Math.round(number('runs', RUNS.usual, RUNS.least, RUNS.most)),
		rule: given.get('rule') ?? '',
		naive: { points: number('naive', 5, 0.5, 50), percent: number('naive_percent', 20, 1, 200) },
		expected: ownVolumes ? expectedFrom(given) : null
	};
}

export function expectedFrom(given: URLSearchParams): Expected {
	const number = (name: string, usual: number, least: number, most: number) => {
		const text = given.get(name);
		const value = text === null || text.trim() === '' ? NaN : Number(text);
		return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : usual;
	};
	const share = (name: string, usual: number) => number(name, usual * 100, 0, 100) / 100;
	return {
		perDay: number('per_day', EXPECTED.perDay, 1, 10_000_000),
		reply: share('reply', EXPECTED.reply),
		tiers: {
			A: share('tier_a', EXPECTED.tiers.A),
			B: share('tier_b', EXPECTED.tiers.B),
			C: share('tier_c', EXPECTED.tiers.C)
		},
		aiOnly: share('ai_only', EXPECTED.aiOnly)
	};
}
