/**
 * The scorecard: every metric for every window and slice, as Measurements. Touches the database; the statistics are
 * pure. Nothing from a request becomes SQL text: slices and filters are lists that are bound.
 * An empty window is a Measurement that says so, never a missing row or a zero.
 */
import { DIMENSIONS, METRICS, type Dimension, type MetricName } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { weekWindow } from '../calendar';
import type { Calendar, Measurement, Slice, Window } from '../measurement';
import { measure, type Counts, type Resolution, type Wait } from './measure';
import counts from './counts.sql?raw';
import resolution from './resolution.sql?raw';
import waits from './waits.sql?raw';
import watermarkSql from './watermark.sql?raw';
import windowed from './windowed.sql?raw';

export type Filter = Partial<Record<Dimension, readonly string[]>>;

export interface ScorecardRequest {
	/** Weeks such as 2026-W10, in order; 'all' is every contact, with or without a date. */
	weeks: readonly string[] | Window | 'all';
	by?: readonly Dimension[];
	filter?: Filter;
	metrics?: readonly MetricName[];
	/** What was known at this instant; missing means the watermark. */
	asOf?: string;
	calendar: Calendar;
}

/** Latest event of the log, null when it is empty: "now" for everything that is measured. */
export async function watermark(warehouse: Warehouse): Promise<string | null> {
	const [row] = await warehouse.all<{ watermark: string | null }>(watermarkSql);
	return row?.watermark ?? null;
}

export function filterParameters(filter: Filter = {}): Record<string, readonly string[]> {
	const list = (dimension: Dimension) => filter[dimension] ?? [];
	return {
		filterPath: list('path'),
		filterTier: list('tier'),
		filterIntent: list('intent'),
		filterChannel: list('channel'),
		filterMarket: list('market'),
		filterLanguage: list('language'),
		filterSource: list('source'),
		filterCustomerValue: list('customer_value')
	};
}

const COLUMN: Record<Dimension, string> = {
	path: 'path',
	tier: 'tier',
	intent: 'intent',
	channel: 'channel',
	market: 'market',
	language: 'language',
	source: 'source',
	customer_value: 'customerValue'
};

export async function scorecard(warehouse: Warehouse, request: ScorecardRequest): Promise<Measurement[]> {
	const { by = [], metrics = METRICS } = request;
	const { windows, parameters } = await prepare(warehouse, request);
	type Row<T> = T & { label: string } & Record<string, string | null>;
	const [countRows, waitRows, resolutionRows] = await Promise.all([
		warehouse.all<Row<Counts>>(windowed + counts, parameters),
		metrics.includes('escalation_latency') ? warehouse.all<Row<Wait>>(windowed + waits, parameters) : [],
		metrics.includes('time_to_resolution')
			? warehouse.all<Row<Resolution>>(windowed + resolution, parameters)
			: []
	]);
	const ordered = DIMENSIONS.filter((dimension) => by.includes(dimension));
	const sliceOf = (row: Record<string, unknown>): Slice =>
		Object.fromEntries(ordered.map((dimension) => [dimension, row[COLUMN[dimension]] as string]));
	const keyOf = (label: string, slice: Slice) => JSON.stringify([label, slice]);
	const index = <T extends { label: string }>(rows: readonly T[]) => {
		const groups = new Map<string, T[]>();
		for (const row of rows) {
			const key = keyOf(row.label, sliceOf(row));
			const group = groups.get(key);
			if (group) group.push(row);
			else groups.set(key, [row]);
		}
		return groups;
	};
	const countsBy = index(countRows);
	const waitsBy = index(waitRows);
	const resolutionsBy = index(resolutionRows);
	const slices = new Map(countRows.map((row) => [JSON.stringify(sliceOf(row)), sliceOf(row)]));
	if (ordered.length === 0) slices.set('{}', {});
	const sorted = [...slices].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, slice]) => slice);
	return windows.flatMap(({ label, window }) =>
		sorted.flatMap((slice) => {
			const key = keyOf(label, slice);
			const evidence = {
				counts: countsBy.get(key)?.[0] ?? null,
				waits: waitsBy.get(key) ?? [],
				resolution: resolutionsBy.get(key)?.[0] ?? null
			};
			return metrics.map((metric) => measure(metric, slice, window, evidence));
		})
	);
}

function windowsOf({ weeks, calendar }: ScorecardRequest): { label: string; window: Window }[] {
	if (weeks === 'all') {
		return [
			{ label: 'all', window: { since: '0001-01-01T00:00:00.000Z', until: '9999-12-31T00:00:00.000Z' } }
		];
	}
	if ('since' in weeks) return [{ label: 'window', window: weeks }];
	return [...new Set(weeks)].sort().map((week) => ({ label: week, window: weekWindow(calendar, week) }));
}

/** The counts behind the scorecard, one row a window and slice, as an Arrow IPC stream. */
export async function scorecardArrow(warehouse: Warehouse, request: ScorecardRequest): Promise<Uint8Array> {
	return warehouse.arrow(windowed + counts, (await prepare(warehouse, request)).parameters);
}

async function prepare(warehouse: Warehouse, request: ScorecardRequest) {
	const asOf = request.asOf ?? (await watermark(warehouse)) ?? '1970-01-01T00:00:00Z';
	const windows = windowsOf(request);
	const dated = windows.filter(({ label }) => label !== 'all');
	const parameters = {
		asOf,
		by: request.by ?? [],
		all: dated.length < windows.length,
		labels: dated.map(({ label }) => label),
		since: dated.map(({ window }) => window.since),
		until: dated.map(({ window }) => window.until),
		...filterParameters(request.filter)
	};
	return { windows, parameters };
}
