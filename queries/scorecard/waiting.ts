/** Waits for a person and for a return, where some never end: Kaplan-Meier, with the bounds that need no model. Pure. */
import { bandOf, kaplanMeier, quantile } from '../statistics/kaplan-meier';
import { interval, never, type Found } from './found';
import type { Counts, Survival, Wait } from './rows';

/**
 * The abandoned are censored, but people leave because they wait, so the model alone would flatter: beside it stand
 * the quantiles if everybody who left had been served at that moment, and if they never had been.
 */
export function latency(waits: readonly Wait[], counts: Counts | null, nothing: string): Found {
	const count = (ending: Wait['ending']) =>
		waits.reduce((sum, wait) => sum + (wait.ending === ending ? wait.n : 0), 0);
	const endings = {
		engaged: count('engaged'),
		abandoned: count('abandoned'),
		unanswered: count('unanswered'),
		waiting: count('waiting')
	};
	const n = endings.engaged;
	const censored = endings.abandoned + endings.unanswered + endings.waiting;
	const steps = kaplanMeier(
		waits.map((wait) => ({ time: wait.minutes, event: wait.ending === 'engaged', count: wait.n }))
	);
	const median = quantile(steps, 0.5);
	const served = waits.filter((wait) => wait.ending === 'engaged');
	const parts = {
		...endings,
		p50_at_best: rank(waits, 0.5 * (n + censored)),
		p50_at_worst: rank(served, 0.5 * (n + censored)),
		p90_at_best: rank(waits, 0.9 * (n + censored)),
		p90_at_worst: rank(served, 0.9 * (n + censored))
	};
	return {
		evidence: {
			kind: 'distribution',
			n,
			censored,
			p50: median.value,
			p90: quantile(steps, 0.9).value,
			parts
		},
		value: median.value,
		interval: interval(median.low, median.high, 'kaplan_meier_log_log'),
		// A wait that still runs is censored, which is what Kaplan-Meier is for; it doesn't make the figure immature.
		pending: 0,
		n: n + censored,
		nothing: never(counts, 'hasEscalation', 'escalation times', nothing)
	};
}

/** The shortest wait that at least `position` waits do not exceed; null when there are fewer. */
function rank(waits: readonly Wait[], position: number): number | null {
	let passed = 0;
	for (const { minutes, n } of [...waits].sort((a, b) => a.minutes - b.minutes)) {
		passed += n;
		if (passed >= position - 1e-9) return minutes;
	}
	return null;
}

/** Share that came back within the window, with the rows whose window is still open counted for as long as they were watched. */
export function returned(row: Survival | null, nothing: string): Found {
	const known = row?.reaches ?? false;
	const survival = row?.allReturned ? 0 : (row?.survival ?? 1);
	const band = bandOf(survival, row?.greenwood ?? 0);
	return {
		evidence: {
			kind: 'survival',
			n: row?.n ?? 0,
			events: row?.events ?? 0,
			censored: row?.censored ?? 0,
			...(row && !row.allReturned && { parts: { standard_error: band.standardError } })
		},
		value: row && (known || row.allReturned) ? 1 - survival : null,
		interval:
			!row || !known || band.high === null || band.low === null || survival === 1
				? null
				: interval(1 - band.high, 1 - band.low, 'kaplan_meier_log_log'),
		// Open windows are what the estimate is for; they are counted as censored, not as pending.
		pending: 0,
		n: row?.n ?? 0,
		instead: row !== null && row.n > 0 && !known && !row.allReturned && 'immature',
		nothing: row && row.n > 0 ? 'Nobody has been followed for 72 hours yet.' : nothing
	};
}
