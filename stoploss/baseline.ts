/** Baselines: frozen by hand, or the first whole weeks of a series. Pure. Refuses one of too few outcomes. */
import type { DailyCohort } from '../queries/measurement';
import { dayNumber, dayOf, seriesOf, type Series } from './series';
import { baselineOf, type Baseline } from './statistic';

/** A baseline with the last day it was taken from; windows lie wholly after it. */
export interface FrozenBaseline extends Baseline {
	until: string;
}

/** A baseline frozen by hand, and the instant of the data from which rules are judged against it. */
export interface BaselineVersion {
	from: string;
	baseline: FrozenBaseline;
}

const ENOUGH = 400;
const SHORTEST = 56;
/** Longest a default baseline may grow, in days, while it collects its outcomes. */
const LONGEST = 182;

/** Freezes the first `days` days from `since`; null below 400 outcomes. */
export function freezeBaseline(
	cohorts: readonly DailyCohort[],
	since: string,
	days = SHORTEST
): FrozenBaseline | null {
	return freeze(seriesOf(cohorts), dayNumber(since), days);
}

function freeze(series: Series, since: number, days: number): FrozenBaseline | null {
	const until = since + days - 1;
	const baseline = baselineOf(series, since, until);
	return baseline && baseline.n >= ENOUGH ? { ...baseline, until: dayOf(until) } : null;
}

/**
 * The baseline of a series that nobody froze by hand: its first whole weeks, at least eight, until they hold
 * enough outcomes. Null when half a year does not. A series that starts small is not blind for ever.
 */
export function firstBaseline(cohorts: readonly DailyCohort[] | Series): FrozenBaseline | null {
	const series = 'days' in cohorts ? cohorts : seriesOf(cohorts.filter((row) => row.n > 0));
	for (let days = SHORTEST; days <= LONGEST; days += 7) {
		const baseline = freeze(series, series.first, days);
		if (baseline) return baseline;
	}
	return null;
}
