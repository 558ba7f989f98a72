/**
 * Time to an event when some waits end without it. Pure. Kaplan and Meier (1958), JASA 53:457; variance by
 * Greenwood (1926), bands on the log-log scale (Kalbfleisch and Prentice 1980, 1.4). At equal times events come
 * before censorings. A quantile is the smallest time whose survival is at most 1 - p, null when it is never reached
 * (R returns the midpoint to the next event when survival hits 1 - p exactly; this returns the earlier time).
 */
import { Z_95 } from './wilson';

export interface Wait {
	time: number;
	/** true when the event happened, false when the wait ended without it. */
	event: boolean;
	/** How many such waits; 1 when missing. */
	count?: number;
}

export interface Step {
	time: number;
	survival: number;
	standardError: number;
	/** null where the band isn't defined (survival 0 or 1). */
	low: number | null;
	high: number | null;
}

export function kaplanMeier(waits: readonly Wait[], z = Z_95): Step[] {
	const sorted = [...waits].sort((a, b) => a.time - b.time);
	let atRisk = sorted.reduce((sum, wait) => sum + (wait.count ?? 1), 0);
	let survival = 1;
	let greenwood = 0;
	const steps: Step[] = [];
	for (let i = 0; i < sorted.length;) {
		const time = sorted[i]!.time;
		let events = 0;
		let left = 0;
		for (; i < sorted.length && sorted[i]!.time === time; i++) {
			const count = sorted[i]!.count ?? 1;
			left += count;
			if (sorted[i]!.event) events += count;
		}
		if (events > 0) {
			survival *= 1 - events / atRisk;
			greenwood += events / (atRisk * (atRisk - events));
			steps.push({ time, survival, ...bandOf(survival, greenwood, z) });
		}
		atRisk -= left;
	}
	return steps;
}

/** Band of a survival, from the sum of Greenwood's terms events / (at risk x (at risk - events)). */
export function bandOf(survival: number, greenwood: number, z = Z_95): Omit<Step, 'time' | 'survival'> {
	if (survival <= 0) return { standardError: 0, low: null, high: null };
	if (survival === 1) return { standardError: 0, low: null, high: null };
	const spread = (z * Math.sqrt(greenwood)) / Math.abs(Math.log(survival));
	return {
		standardError: survival * Math.sqrt(greenwood),
		low: survival ** Math.exp(spread),
		high: survival ** Math.exp(-spread)
	};
}

/** Share of waits that ended with the event by `time`, with its band. */
export function eventShare(
	steps: readonly Step[],
	time: number
): { share: number; standardError: number; low: number | null; high: number | null } {
	const step = steps.findLast((candidate) => candidate.time <= time);
	if (!step) return { share: 0, standardError: 0, low: 0, high: null };
	return {
		share: 1 - step.survival,
		standardError: step.standardError,
		low: step.high === null ? null : 1 - step.high,
		high: step.low === null ? null : 1 - step.low
	};
}

export interface Quantile {
	value: number | null;
	low: number | null;
	high: number | null;
}

export function quantile(steps: readonly Step[], p: number): Quantile {
	const edge = 1 - p + 1e-12;
	const first = (of: (step: Step) => number | null) =>
		steps.find((step) => {
			const level = of(step);
			return level !== null && level <= edge;
		})?.time ?? null;
	return { value: first((s) => s.survival), low: first((s) => s.low), high: first((s) => s.high) };
}
