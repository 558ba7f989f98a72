/**
 * The scorecard: every metric for every window and slice, as Measurements. Touches the database; the statistics are
 * pure. Nothing from a request becomes SQL text: slices and filters are lists that are bound.
 * An empty window is a Measurement that says so, never a missing row or a zero.
 */
import { DIMENSIONS, METRICS, type Dimension, type MetricName } from '../../warehouse/vocabulary';
import type { Parameters } from '../../warehouse/parameters';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { weekWindow } from '../calendar';
import type { Calendar, Limits, Measurement, Slice, Window } from '../measurement';
import { measure } from './measure';
import type { Costs, Counts, Known, Refunds, Resolution, ReviewCell, Survival, Wait } from './rows';
import businessClock from './business-clock.sql?raw';
import costEach from './cost-each.sql?raw';
import costs from './costs.sql?raw';
import counts from './counts.sql?raw';
import drawsSql from './draws.sql?raw';
import followed from './followed.sql?raw';
import outcomes from './outcomes.sql?raw';
import refundEach from './refund-each.sql?raw';
import refunds from './refunds.sql?raw';
import resolution from './resolution.sql?raw';
import reviewEach from './review-each.sql?raw';
import reviews from './reviews.sql?raw';
import survival from './survival.sql?raw';
import timed from './timed.sql?raw';
import waited from './waited.sql?raw';
import waitsBusiness from './waits-business.sql?raw';
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
	/** Reviews, skips and draws known by this instant; missing means all of them where `asOf` is now, else those by `asOf`. */
	reviewedBy?: string;
	calendar: Calendar;
	/** Of the policy; metrics that need a missing one are absent and say so. */
	limits?: Limits;
}

type Row<T> = T & { label: string } & Record<string, unknown>;

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

/** Which statements a metric needs beside the counts. */
export const NEEDS: Partial<Record<MetricName, keyof typeof STATEMENTS>> = {
	recontact_72h_estimate: 'survival',
	escalation_latency: 'waits',
	escalation_latency_business_hours: 'businessWaits',
	refund_error_rate: 'refunds',
	refund_error_money: 'refunds',
	refund_approval: 'refunds',
	time_to_resolution: 'resolution',
	cost_per_contact: 'costs',
	cost_per_durable_resolution: 'costs',
	review_defect_rate: 'reviews',
	not_solved_by_review: 'reviews',
	review_score: 'reviews'
};

/** Rows that a figure counts, before they are added up: the conversations behind a number are read from the same. */
export const EACH = {
	counts: windowed + outcomes,
	waits: windowed + waited,
	businessWaits: windowed + waited + businessClock,
	resolution: windowed + timed,
	survival: windowed + followed,
	refunds: windowed + refundEach,
	costs: windowed + outcomes + costEach,
	reviews: windowed + reviewEach
};
export type Reading = keyof typeof EACH;

const STATEMENTS = {
	waits: EACH.waits + waits,
	businessWaits: EACH.businessWaits + waitsBusiness,
	resolution: EACH.resolution + resolution,
	survival: EACH.survival + survival,
	refunds: EACH.refunds + refunds,
	costs: EACH.costs + costs,
	reviews: EACH.reviews + reviews
};

export async function scorecard(warehouse: Warehouse, request: ScorecardRequest): Promise<Measurement[]> {
	const { by = [], metrics = METRICS, limits = {} } = request;
	const { windows, parameters } = await prepare(warehouse, request);
	const reviewedBy = metrics.some((metric) => NEEDS[metric] === 'reviews')
		? await reviewsKnown(warehouse, request)
		: null;
	const draws = reviewedBy === null ? [] : await warehouse.all<Draw>(drawsSql, reviewedBy);
	const own = { ...parametersOf(request), reviews: draws.length > 0 ? reviewedBy : null };
	const needed = new Set(metrics.map((metric) => NEEDS[metric]));
	const ask = async <T>(name: keyof typeof STATEMENTS): Promise<Row<T>[]> =>
		needed.has(name) && own[name]
			? warehouse.all<Row<T>>(STATEMENTS[name], { ...parameters, ...own[name] })
			: [];
	const [countRows, ...rest] = await Promise.all([
		warehouse.all<Row<Counts>>(EACH.counts + counts, { ...parameters, ...own.counts }),
		ask<Wait>('waits'),
		ask<Wait>('businessWaits'),
		ask<Resolution>('resolution'),
		ask<Survival>('survival'),
		ask<Refunds>('refunds'),
		ask<Costs>('costs'),
		ask<ReviewCell>('reviews')
	]);
	const ordered = DIMENSIONS.filter((dimension) => by.includes(dimension));
	const sliceOf = (row: Record<string, unknown>): Slice =>
		Object.fromEntries(ordered.map((dimension) => [dimension, row[COLUMN[dimension]] as string]));
	const keyOf = (label: string, slice: Slice) => JSON.stringify([label, slice]);
	const index = <T>(rows: readonly Row<T>[]) => {
		const groups = new Map<string, Row<T>[]>();
		for (const row of rows) {
			const key = keyOf(row.label, sliceOf(row));
			const group = groups.get(key);
			if (group) group.push(row);
			else groups.set(key, [row]);
		}
		return groups;
	};
	const countsBy = index(countRows);
	const [waitRows, businessRows, resolutionRows, survivalRows, refundRows, costRows, reviewRows] = rest;
	const rowsOf = {
		waits: index(waitRows),
		businessWaits: index(businessRows),
		resolution: index(resolutionRows),
		survival: index(survivalRows),
		refunds: index(refundRows),
		costs: index(costRows),
		reviews: index(reviewRows)
	};
	const slices = new Map(countRows.map((row) => [JSON.stringify(sliceOf(row)), sliceOf(row)]));
	if (ordered.length === 0) slices.set('{}', {});
	const sorted = [...slices].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, slice]) => slice);
	return windows.flatMap(({ label, window }) =>
		sorted.flatMap((slice) => {
			const key = keyOf(label, slice);
			const known: Known = {
				counts: countsBy.get(key)?.[0] ?? null,
				waits: rowsOf.waits.get(key) ?? [],
				businessWaits: rowsOf.businessWaits.get(key) ?? [],
				resolution: rowsOf.resolution.get(key)?.[0] ?? null,
				survival: rowsOf.survival.get(key)?.[0] ?? null,
				refunds: rowsOf.refunds.get(key)?.[0] ?? null,
				costs: rowsOf.costs.get(key)?.[0] ?? null,
				reviews: {
					cells: rowsOf.reviews.get(key) ?? [],
					nothing: noSample(draws, window)
				}
			};
			return metrics.map((metric) => measure(metric, slice, window, known, limits));
		})
	);
}

/**
 * What each reading binds beside the parameters of `windowed.sql`; null where the policy does not say enough to read it.
 * What is known of reviews needs a look, `reviewsKnown`.
 */
export function parametersOf({
	limits = {},
	calendar
}: ScorecardRequest): Record<Exclude<Reading, 'reviews'>, Parameters | null> {
	const {
		escalationMinutes = null,
		currency: limitCurrency = null,
		refundApprovalMinor = null,
		humanMinuteCost = null,
		businessHours
	} = limits;
	const escalationLimitMinutes = { escalationLimitMinutes: escalationMinutes };
	return {
		counts: escalationLimitMinutes,
		waits: {},
		businessWaits: businessHours?.spans.length
			? {
					weekdays: businessHours.spans.map(({ weekday }) => String(weekday)),
					opens: businessHours.spans.map(({ opens }) => opens),
					closes: businessHours.spans.map(({ closes }) => closes),
					holidays: businessHours.holidays,
					timeZone: calendar.timeZone
				}
			: null,
		resolution: {},
		survival: {},
		refunds: { refundLimitMinor: refundApprovalMinor, limitCurrency },
		costs: { ...escalationLimitMinutes, humanMinuteCost, limitCurrency }
	};
}

interface Draw {
	week: string;
	plan: string;
	tiers: string[];
	paths: string[];
}

/**
 * Which reviews count; null where nothing was ever drawn. Reviewers work after the log ends: "now" is its watermark,
 * and what they have said by now counts. A look at the past counts what they had said by then.
 */
export async function reviewsKnown(
	warehouse: Warehouse,
	{ reviewedBy, asOf }: Pick<ScorecardRequest, 'reviewedBy' | 'asOf'>
): Promise<{ reviewedBy: string | null } | null> {
	const [any] = await warehouse.all('SELECT 1 AS one FROM review.draw LIMIT 1');
	if (!any) return null;
	if (reviewedBy !== undefined || asOf === undefined) return { reviewedBy: reviewedBy ?? null };
	const now = await watermark(warehouse);
	return { reviewedBy: now === null || Date.parse(asOf) >= Date.parse(now) ? null : asOf };
}

/** Why nothing was drawn of a window and slice. */
function noSample(drawn: readonly Draw[], { week }: Window): string {
	const of = drawn.filter((draw) => week === undefined || draw.week === week);
	if (of.length === 0)
		return week === undefined
			? 'Nothing of this window was drawn for review.'
			: `No sample of ${week} was drawn: the review desk draws it, or plimsoll sample --week ${week}.`;
	const who = of.map(
		({ plan, tiers, paths }) => `plan ${plan} draws from tier ${tiers.join(', ')}, path ${paths.join(', ')}`
	);
	return `The sample holds none of these contacts: ${[...new Set(who)].join('; ')}.`;
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

/** The parameters of `windowed.sql`, for every statement that stands on it. */
export async function prepare(warehouse: Warehouse, request: ScorecardRequest) {
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
		...spanOf(dated.map(({ window }) => window)),
		...filterParameters(request.filter)
	};
	return { windows, parameters };
}

/** The first and the last bound of windows, so that DuckDB skips what lies outside; nulls for none. */
export function spanOf(windows: readonly Window[]): { first: string | null; last: string | null } {
	const bounds = (pick: (window: Window) => string) =>
		windows.map(pick).sort((a, b) => Date.parse(a) - Date.parse(b));
	return {
		first: bounds(({ since }) => since)[0] ?? null,
		last: bounds(({ until }) => until).at(-1) ?? null
	};
}
