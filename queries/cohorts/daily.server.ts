/**
 * Daily counts by intent, which is all that the stop-loss reads. Touches the database.
 * Only days whose every row is mature are given: a half-known day reads too low.
 */
import type { MetricName } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Calendar, DailyCohort, KnownCohort, Limits } from '../measurement';
import outcomes from '../scorecard/outcomes.sql?raw';
import { filterParameters, watermark, type Filter } from '../scorecard/scorecard.server';
import windowed from '../scorecard/windowed.sql?raw';
import countedRefunds from './counted-refunds.sql?raw';
import counted from './counted.sql?raw';
import dailyThen from './daily-then.sql?raw';
import daily from './daily.sql?raw';
import then from './then.sql?raw';

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
	refund_approval: 0,
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
	const [counted, parameters] = countedBy(request, asOf);
	return warehouse.all<DailyCohort>(windowed + counted + daily, {
		...parameters,
		by: ['intent'],
		all: true,
		labels: [],
		since: [],
		until: [],
		first: null,
		last: null
	});
}

/**
 * The same counts with the instant from which they were known, for looks at the past: an audit that came after its
 * day was ripe counts from then on, and never before.
 */
export async function knownCohorts(warehouse: Warehouse, request: CohortRequest): Promise<KnownCohort[]> {
	const asOf = request.asOf ?? (await watermark(warehouse));
	if (asOf === null) return [];
	const [counted, parameters] = countedBy(request, asOf);
	const { limits } = request;
	return warehouse.all<KnownCohort>(then + counted + dailyThen, {
		...parameters,
		escalationLimitMinutes: limits?.escalationMinutes ?? null
	});
}

const REFUNDS: readonly CohortMetric[] = ['refund_error_rate', 'refund_approval'];

function countedBy({ metric, calendar, limits, filter }: CohortRequest, asOf: string) {
	const parameters = {
		asOf,
		metric,
		timeZone: calendar.timeZone,
		maturityHours: MATURITY_HOURS[metric],
		...filterParameters(filter)
	};
	return REFUNDS.includes(metric)
		? ([countedRefunds, { ...parameters, refundLimitMinor: limits?.refundApprovalMinor ?? null }] as const)
		: ([
				outcomes + counted,
				{ ...parameters, escalationLimitMinutes: limits?.escalationMinutes ?? null }
			] as const);
}
