/**
 * Daily counts by intent, which is all that the stop-loss reads. Touches the database.
 * Only days whose every row is mature are given: a half-known day reads too low.
 */
import type { MetricName } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Calendar, DailyCohort, Limits } from '../measurement';
import outcomes from '../scorecard/outcomes.sql?raw';
import { filterParameters, watermark, type Filter } from '../scorecard/scorecard.server';
import windowed from '../scorecard/windowed.sql?raw';
import dailyRefunds from './daily-refunds.sql?raw';
import daily from './daily.sql?raw';

/** Hours from the end of a day until nothing about its contacts changes, for every metric that is a share of counts. */
export const MATURITY_HOURS = {
	csat_top_box: 168,
	csat_reply_rate: 168,
	recontact_24h: 24,
	recontact_48h: 48,
	recontact_72h: 72,
	recontact_24_72h: 72,
	recontact_72h_any_intent: 72,
	first_contact_resolution: 168,
	containment: 0,
	bad_containment: 168,
	durable_resolution: 168,
	escalation_within_limit: 0,
	escalation_abandonment: 0,
	human_out: 0,
	re_ask_rate: 0,
	refund_error_rate: 336,
	complaint_rate: 336,
	complaint_rate_regulator: 336
} as const satisfies Partial<Record<MetricName, number>>;

export type CohortMetric = keyof typeof MATURITY_HOURS;

export interface CohortRequest {
	metric: CohortMetric;
	filter?: Filter;
	calendar: Calendar;
	asOf?: string;
	/** Of the policy; a metric whose limit is missing has no rows. */
	limits?: Limits;
}

export async function dailyCohorts(warehouse: Warehouse, request: CohortRequest): Promise<DailyCohort[]> {
	const asOf = request.asOf ?? (await watermark(warehouse));
	if (asOf === null) return [];
	const { metric, calendar, limits } = request;
	const parameters = {
		asOf,
		by: ['intent'],
		all: true,
		labels: [],
		since: [],
		until: [],
		first: null,
		last: null,
		timeZone: calendar.timeZone,
		maturityHours: MATURITY_HOURS[metric],
		...filterParameters(request.filter)
	};
	if (metric === 'refund_error_rate') return warehouse.all<DailyCohort>(windowed + dailyRefunds, parameters);
	return warehouse.all<DailyCohort>(windowed + outcomes + daily, {
		...parameters,
		metric,
		escalationLimitMinutes: limits?.escalationMinutes ?? null
	});
}
