/**
 * What may go wrong, as simulated worlds at a lead's own volumes: a profile of a series and a scenario in, a world
 * out. Pure. A scenario begins four weeks into the monitored time; the length of the baseline follows the volume.
 */
import { firstBaseline } from './baseline';
import { countOf, spanOf, type Series } from './series';
import { PRIOR_VARIANCE, type Bad } from './statistic';
import type { World, WorldIntent } from './world';

export const SCENARIOS = ['nothing', 'drop', 'erosion', 'mix', 'outage'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** What a series is like while all is well. */
export interface Profile {
	bad: Bad;
	intents: readonly WorldIntent[];
	/** Outcomes a day. */
	perDay: number;
	daySd: number;
}

export const EVENT_DAY = 28;
export const EVENT_DAYS = 182;
export const QUIET_DAYS = 364;
export const OUTAGE_DAYS = 7;
const RECENT = 56;
/** A baseline needs this many outcomes, and may collect them for half a year. */
const BASELINE_OUTCOMES = 400;

/**
 * Volume, mix and rates of the last eight weeks before `until`, day-to-day swings of the first baseline; null where
 * they hold nothing.
 */
export function profileOf(series: Series, bad: Bad, until = series.first + series.days - 1): Profile | null {
	const since = Math.max(series.first, until - RECENT + 1);
	const span = spanOf(series, since, until);
	if (span.n === 0) return null;
	return {
		bad,
		perDay: countOf(series, since, until) / (until - since + 1),
		daySd: Math.sqrt(firstBaseline(series)?.variance ?? PRIOR_VARIANCE),
		intents: series.intents.flatMap((intent, i) => {
			const n = span.ns[i]!;
			return n === 0 ? [] : [{ intent, share: n / span.n, rate: (span.xs[i]! + 0.5) / (n + 1) }];
		})
	};
}

/** Worsening on a monitored day, in share points; `size` is points at once, or points a week for erosion. */
export function lossOf(scenario: Scenario, size: number): (day: number) => number {
	const points = size / 100;
	if (scenario === 'drop') return (day) => (day < EVENT_DAY ? 0 : points);
	if (scenario === 'erosion')
		return (day) => (day < EVENT_DAY ? 0 : points * Math.min(26, (day - EVENT_DAY + 1) / 7));
	return () => 0;
}

export function worldFor(profile: Profile, scenario: Scenario, size: number): World {
	const { bad, intents, perDay, daySd } = profile;
	const weeks = Math.ceil(BASELINE_OUTCOMES / Math.max(perDay, 0.01) / 7);
	const world: World = {
		bad,
		intents,
		perDay,
		response: 1,
		daySd,
		baselineDays: 7 * Math.min(26, Math.max(8, weeks + 1)),
		days: scenario === 'nothing' ? QUIET_DAYS : EVENT_DAY + EVENT_DAYS,
		loss: lossOf(scenario, size)
	};
	if (scenario === 'mix') {
		const harder = tilted(profile, size / 100);
		const before = intents.map(({ share }) => share);
		return { ...world, mix: (day) => (day < EVENT_DAY ? before : harder) };
	}
	if (scenario === 'outage')
		return {
			...world,
			volume: (day) => (day >= EVENT_DAY && day < EVENT_DAY + OUTAGE_DAYS ? 0 : 1)
		};
	return world;
}

/** Shares leaning to the worse intents until the crude rate is `points` worse, or as far as it goes. */
function tilted({ intents, bad }: Profile, points: number): number[] {
	const crude = intents.reduce((sum, { share, rate }) => sum + share * rate, 0);
	const at = (strength: number) => {
		const weights = intents.map(({ share, rate }) => share * Math.exp(strength * bad * (rate - crude) * 20));
		const all = weights.reduce((sum, one) => sum + one, 0);
		return weights.map((one) => one / all);
	};
	const worse = (shares: number[]) =>
		bad * (shares.reduce((sum, share, i) => sum + share * intents[i]!.rate, 0) - crude);
	let [low, high] = [0, 5];
	for (let step = 0; step < 30; step++) {
		const middle = (low + high) / 2;
		if (worse(at(middle)) < points) low = middle;
		else high = middle;
	}
	return at(high);
}
