/**
 * Why did a metric move between two windows? Touches the database, through the scorecard, so that the counts are
 * those of the card. One decomposition each by intent, channel, market and language; they are four views of one
 * change, so that parts of different views never add up. Refuses a metric that is no share or rate of contacts, and
 * windows that overlap.
 */
import { METRICS, type Dimension, type MetricName } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Calendar, Limits, Measurement, Window } from '../measurement';
import { weekWindow } from '../calendar';
import { CATALOGUE } from '../metrics/catalogue';
import { scorecard, type Filter } from '../scorecard/scorecard.server';
import { decompose, type Count, type Decomposition, type SegmentCounts } from './decompose';

export const DECOMPOSED_BY = [
	'intent',
	'channel',
	'market',
	'language'
] as const satisfies readonly Dimension[];

/** Shares that are no count of rows out of rows: an estimate, a mean of shares, sums of money, reviews with weights. */
const NOT_COUNTED: readonly MetricName[] = [
	'recontact_72h_estimate',
	'handoff_completeness',
	'refund_error_money',
	'review_defect_rate',
	'not_solved_by_review'
];
/** Metrics whose change has a rate part and a mix part. */
export const EXPLAINABLE = METRICS.filter(
	(metric) => ['share', 'per_1000'].includes(CATALOGUE[metric].unit) && !NOT_COUNTED.includes(metric)
);

export interface ChangeRequest {
	metric: MetricName;
	/** A week such as 2026-W10, or weeks such as 2026-W06..2026-W09. */
	week: string;
	/** What it is compared with, written in the same way. */
	against: string;
	filter?: Filter;
	asOf?: string;
	calendar: Calendar;
	/** Of the policy, for metrics that are counted against one. */
	limits?: Limits;
}

export interface Change {
	metric: MetricName;
	before: Measurement;
	after: Measurement;
	/** Difference of the two values in the metric's own unit; null where either can't be known. */
	change: number | null;
	/** Why there is nothing to explain, or what can still move it; null when the figures are final. */
	reason: string | null;
	/** In the order of DECOMPOSED_BY; shares of contacts, 0..1. */
	by: Decomposition[];
}

export async function explainChange(warehouse: Warehouse, request: ChangeRequest): Promise<Change> {
	const { metric, calendar } = request;
	const after = spanOf(calendar, request.week);
	const before = spanOf(calendar, request.against);
	if (before.since < after.until && after.since < before.until)
		throw new RangeError(`${request.week} and ${request.against} overlap. Compare weeks apart.`);
	const ask = (window: Window, by: readonly Dimension[]) =>
		scorecard(warehouse, {
			weeks: window,
			by,
			metrics: [metric],
			calendar,
			...(request.filter && { filter: request.filter }),
			...(request.asOf && { asOf: request.asOf }),
			...(request.limits && { limits: request.limits })
		});
	// One statement a window for all four views: the cells of their cross table add up to any of them.
	const [[one], [two], cellsBefore, cellsAfter] = await Promise.all([
		ask(before, []),
		ask(after, []),
		ask(before, DECOMPOSED_BY),
		ask(after, DECOMPOSED_BY)
	]);
	if (!one || !two) throw new Error(`The scorecard gave nothing for ${metric}`);
	const by = DECOMPOSED_BY.flatMap((dimension) => {
		const rows = segmentsOf(dimension, cellsBefore, cellsAfter);
		mustAddUp(dimension, rows, one, two);
		return decompose(dimension, rows) ?? [];
	});
	return {
		metric,
		before: one,
		after: two,
		change: one.value === null || two.value === null ? null : two.value - one.value,
		reason: doubt(one, two),
		by
	};
}

/** The half-open window of a week, or of a run of weeks. */
export function spanOf(calendar: Calendar, span: string): Window {
	const [first, last, ...more] = span.split('..');
	if (!first || last === '' || more.length > 0)
		throw new RangeError(`Not weeks: ${span}. Write 2026-W10, or 2026-W06..2026-W09.`);
	const start = weekWindow(calendar, first);
	if (last === undefined) return start;
	const end = weekWindow(calendar, last);
	if (end.since < start.since) throw new RangeError(`${span} runs backwards.`);
	return { since: start.since, until: end.until };
}

function countOf({ metric, evidence, value }: Measurement): Count {
	if (evidence.kind === 'proportion') {
		const { numerator: x, denominator: n } = evidence;
		if (value !== null && n > 0 && Math.abs(x / n - value) > 1e-9)
			throw new RangeError(`${metric} is weighted here, so its counts don't explain it.`);
		return { x, n };
	}
	if (evidence.kind === 'rate') return { x: evidence.events, n: evidence.exposure };
	throw new RangeError(`${metric} is no share of contacts, so it has no rate and mix part.`);
}

/** Counts by segment, from measurements of one metric that were split by this dimension at least. */
export function segmentsOf(
	dimension: Dimension,
	before: readonly Measurement[],
	after: readonly Measurement[]
): SegmentCounts[] {
	const rows = new Map<string, SegmentCounts>();
	const row = (segment: string) => {
		const known = rows.get(segment) ?? { segment, before: { x: 0, n: 0 }, after: { x: 0, n: 0 } };
		rows.set(segment, known);
		return known;
	};
	for (const [side, cells] of [
		['before', before],
		['after', after]
	] as const) {
		for (const cell of cells) {
			const { x, n } = countOf(cell);
			const { [side]: sum } = row(cell.slice[dimension]!);
			sum.x += x;
			sum.n += n;
		}
	}
	return [...rows.values()].filter((one) => one.before.n > 0 || one.after.n > 0);
}

/** Slices partition the contacts; were that ever untrue, every part below would be a wrong number. */
function mustAddUp(
	dimension: Dimension,
	rows: readonly SegmentCounts[],
	before: Measurement,
	after: Measurement
): void {
	for (const [side, whole] of [
		['before', countOf(before)],
		['after', countOf(after)]
	] as const) {
		const sum = rows.reduce((total, row) => ({ x: total.x + row[side].x, n: total.n + row[side].n }), {
			x: 0,
			n: 0
		});
		if (Math.abs(sum.x - whole.x) > 1e-6 || Math.abs(sum.n - whole.n) > 1e-6)
			throw new Error(`Slices by ${dimension} hold ${sum.x} of ${sum.n}, the whole ${whole.x} of ${whole.n}`);
	}
}

function doubt(before: Measurement, after: Measurement): string | null {
	if (before.value === null || after.value === null)
		return (before.value === null ? before.reason : after.reason) ?? 'A window holds nothing.';
	const pending = before.pending + after.pending;
	if (pending > 0) return `${pending} outcome${pending === 1 ? '' : 's'} can still change.`;
	return before.reason ?? after.reason;
}
