/**
 * Two sides, held against each other metric by metric, and what can be said of each difference. Pure. A side is a
 * window and a filter. The interval of a difference is that of `changeOf`, which takes the sides as independent: where
 * one conversation can be on both, there is a difference and no interval, and nothing is called better or worse.
 */
import type { Dimension, MetricName } from '../../warehouse/vocabulary';
import type { Measurement, Window } from '../measurement';
import { changeOf, sameMoney, type Direction, type MeasurementChange } from '../scorecard/change';

/** A list for each dimension, any of it; a dimension that is left out, or an empty list, is everything. */
export type SideFilter = Partial<Record<Dimension, readonly string[]>>;

export interface Side {
	window: Window;
	filter: SideFilter;
}

/** `apart`: no conversation can be on both sides. `shared`: some can. `same`: the two are one question. */
export type Relation = 'apart' | 'shared' | 'same';

/**
 * Why a difference can't be told. `chance`: its interval holds zero. `open`: a side has no interval, or one without an
 * upper end. `no_value`: a side has no value. `currency`: money of two currencies. `definition`: counted in two ways.
 */
export const UNTOLD = ['same', 'shared', 'no_value', 'currency', 'definition', 'open', 'chance'] as const;
export type Untold = (typeof UNTOLD)[number];

export interface ComparedMetric {
	metric: MetricName;
	first: Measurement;
	second: Measurement;
	/** First less second, in the unit of the metric; null where either is unknown or the two can't be subtracted. */
	difference: number | null;
	/** 95 %, of the difference. */
	interval: { low: number; high: number } | null;
	/** `unclear` whenever `untold` says why. */
	direction: Direction;
	untold: Untold | null;
	/** Whether either side can still change or rests on little. */
	provisional: boolean;
}

/** A conversation is in one window by its clock, and has one value in each dimension. */
export function relationOf(first: Side, second: Side): Relation {
	const at = ({ window }: Side) => [Date.parse(window.since), Date.parse(window.until)] as const;
	const [[since, until], [from, to]] = [at(first), at(second)];
	if (since >= to || from >= until) return 'apart';
	const dimensions = [...new Set([...narrowed(first), ...narrowed(second)])];
	const lists = dimensions.map((dimension) => [listOf(first, dimension), listOf(second, dimension)] as const);
	if (lists.some(([one, other]) => one && other && !one.some((value) => other.includes(value))))
		return 'apart';
	const alike = lists.every(
		([one, other]) =>
			one && other && one.length === other.length && one.every((value) => other.includes(value))
	);
	return since === from && until === to && alike ? 'same' : 'shared';
}

const narrowed = ({ filter }: Side) =>
	(Object.keys(filter) as Dimension[]).filter((dimension) => filter[dimension]?.length);

function listOf({ filter }: Side, dimension: Dimension): string[] | null {
	const list = filter[dimension];
	return list?.length ? [...new Set(list)] : null;
}

/** Refuses two different metrics. */
export function compared(first: Measurement, second: Measurement, relation: Relation): ComparedMetric {
	const change = changeOf(first, second);
	const untold = untoldOf(first, second, relation, change);
	return {
		metric: first.metric,
		first,
		second,
		difference: change?.difference ?? null,
		interval: change && relation === 'apart' ? change.interval : null,
		direction: change && untold === null ? change.direction : 'unclear',
		untold,
		provisional: first.status !== 'measured' || second.status !== 'measured'
	};
}

function untoldOf(
	first: Measurement,
	second: Measurement,
	relation: Relation,
	change: MeasurementChange | null
): Untold | null {
	if (first.value === null || second.value === null) return 'no_value';
	if (!sameMoney(first, second)) return 'currency';
	if (!change) return 'definition';
	if (relation !== 'apart') return relation;
	if (!change.interval) return 'open';
	return change.direction === 'unclear' ? 'chance' : null;
}
