/**
 * Daily counts by intent, which is all that the stop-loss reads. Touches the database.
 * Only days whose every row is mature are given: a half-known day reads too low.
 */
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Calendar, DailyCohort } from '../measurement';
import { filterParameters, watermark, type Filter } from '../scorecard/scorecard.server';
import daily from './daily.sql?raw';

export interface CohortRequest {
	metric: 'csat_top_box' | 'recontact_72h';
	filter?: Filter;
	calendar: Calendar;
	asOf?: string;
}

export async function dailyCohorts(warehouse: Warehouse, request: CohortRequest): Promise<DailyCohort[]> {
	const asOf = request.asOf ?? (await watermark(warehouse));
	if (asOf === null) return [];
	return warehouse.all<DailyCohort>(daily, {
		metric: request.metric,
		asOf,
		timeZone: request.calendar.timeZone,
		...filterParameters(request.filter)
	});
}
