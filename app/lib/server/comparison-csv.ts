/** A comparison as CSV, one line a metric. Pure. Both sides stand in full; what can't be told is empty, with the reason. */
import type { ComparedMetric, Comparison, SideFilter } from '#queries/queries.server';
import type { Measurement, Window } from '#queries/measurement';
import { saidOf } from '$lib/comparison-words';
import { DIMENSIONS } from '#warehouse/vocabulary';
import { csvCell } from './measurement-csv';
import { evidenceSize } from './measurement-row';

const SIDE = [
	'since',
	'until',
	'filter',
	'value',
	'low',
	'high',
	'n',
	'pending',
	'status',
	'reason',
	'definition'
] as const;
const HEADER = [
	'metric',
	'unit',
	...SIDE.map((name) => `first_${name}`),
	...SIDE.map((name) => `second_${name}`),
	...(['difference', 'difference_low', 'difference_high', 'direction', 'untold', 'said'] as const)
];

/** `tier=B; intent=refund|dispute`; empty for everything. */
export const filterTold = (filter: SideFilter): string =>
	DIMENSIONS.flatMap((name) => (filter[name]?.length ? [`${name}=${filter[name].join('|')}`] : [])).join(
		'; '
	);

function sideRow(window: Window, filter: SideFilter, one: Measurement): (string | number | null)[] {
	const row: Record<(typeof SIDE)[number], string | number | null> = {
		since: window.since,
		until: window.until,
		filter: filterTold(filter),
		value: one.value,
		low: one.interval?.low ?? null,
		high: one.interval?.high ?? null,
		n: evidenceSize(one.evidence),
		pending: one.pending,
		status: one.status,
		reason: one.reason,
		definition: one.definition
	};
	return SIDE.map((name) => row[name]);
}

export function comparisonCsv({ first, second, metrics }: Comparison): string {
	const rows = metrics.map((one: ComparedMetric) => [
		one.metric,
		one.first.unit,
		...sideRow(first.window, first.filter, one.first),
		...sideRow(second.window, second.filter, one.second),
		one.difference,
		one.interval?.low ?? null,
		one.interval?.high ?? null,
		one.direction,
		one.untold,
		saidOf(one)
	]);
	return [HEADER, ...rows].map((row) => row.map(csvCell).join(',')).join('\n');
}
