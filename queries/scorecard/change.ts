/**
 * One measurement against an earlier one: the difference with its interval, and whether it is for the better. Pure.
 * The interval is made of the two intervals by squares and sums (Zou and Donner 2008, Statistics in Medicine 27:1693);
 * of two Wilson intervals it is Newcombe's. It takes the two windows as independent and covers chance in who was
 * counted, not swings from day to day; alert rules use their own statistic. For display.
 */
import { CATALOGUE } from '../metrics/catalogue';
import type { Measurement } from '../measurement';

export const DIRECTIONS = ['better', 'worse', 'moved', 'unclear'] as const;
/** `moved`: clearly, in a metric where neither way is good by itself. `unclear`: chance alone could have made it. */
export type Direction = (typeof DIRECTIONS)[number];

export interface MeasurementChange {
	/** In the unit of the metric; a share stays a share. */
	difference: number;
	interval: { low: number; high: number } | null;
	direction: Direction;
	/** Whether either side is not final or rests on little. */
	provisional: boolean;
}

/**
 * null where either value is not known, the two were counted by different definitions, or they are money of two
 * currencies. Refuses two different metrics.
 */
export function changeOf(after: Measurement, before: Measurement): MeasurementChange | null {
	if (after.metric !== before.metric)
		throw new RangeError(`${after.metric} can't be compared with ${before.metric}.`);
	if (after.definition !== before.definition) return null;
	if (after.value === null || before.value === null || !sameMoney(after, before)) return null;
	const difference = after.value - before.value;
	const interval = between(after, before);
	return {
		difference,
		interval,
		direction: directionOf(after, difference, interval),
		provisional: after.status !== 'measured' || before.status !== 'measured'
	};
}

/** Whether neither is an amount, or both are of one currency. */
export const sameMoney = (one: Measurement, other: Measurement): boolean =>
	one.unit !== 'money' || currencyOf(one) === currencyOf(other);

const currencyOf = ({ evidence }: Measurement): string | null =>
	'currency' in evidence ? (evidence.currency ?? null) : null;

function between({ value: a, interval: ia }: Measurement, { value: b, interval: ib }: Measurement) {
	if (a === null || b === null || !ia || !ib || ia.high === null || ib.high === null) return null;
	return {
		low: a - b - Math.hypot(a - ia.low, ib.high - b),
		high: a - b + Math.hypot(ia.high - a, b - ib.low)
	};
}

function directionOf(
	{ metric }: Measurement,
	difference: number,
	interval: MeasurementChange['interval']
): Direction {
	if (!interval || (interval.low <= 0 && interval.high >= 0)) return 'unclear';
	const { better } = CATALOGUE[metric];
	if (better === null) return 'moved';
	return difference > 0 === (better === 'higher') ? 'better' : 'worse';
}
