/**
 * Any two sides of the log, all metrics. Touches the database, through the scorecard, so that each side says what the
 * card of its window and filter says.
 */
import { METRICS } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Calendar, Limits } from '../measurement';
import { rememberedScorecard } from '../scorecard/remembered.server';
import { compared, relationOf, type ComparedMetric, type Relation, type Side } from './compare';

export interface ComparisonRequest {
	first: Side;
	second: Side;
	/** What was known at this instant; missing means the watermark. */
	asOf?: string | undefined;
	calendar: Calendar;
	limits?: Limits;
}

export interface Comparison {
	first: Side;
	second: Side;
	relation: Relation;
	/** One a metric, in the order of METRICS. */
	metrics: ComparedMetric[];
}

export async function compareSides(warehouse: Warehouse, request: ComparisonRequest): Promise<Comparison> {
	const { first, second, asOf, calendar, limits } = request;
	const measured = ({ window: { since, until, week }, filter }: Side) =>
		rememberedScorecard(warehouse, {
			weeks: week === undefined ? { since, until } : [week],
			by: [],
			filter,
			calendar,
			...(limits && { limits }),
			...(asOf && { asOf })
		});
	const [these, those] = await Promise.all([measured(first), measured(second)]);
	const relation = relationOf(first, second);
	return {
		first,
		second,
		relation,
		metrics: METRICS.map((metric) => {
			const [one, other] = [these, those].map((side) => side.find((found) => found.metric === metric));
			if (!one || !other) throw new Error(`The scorecard gave nothing for ${metric}`);
			return compared(one, other, relation);
		})
	};
}
