/**
 * Numbers that were published under a definition that is gone. Touches the database. They are never counted again:
 * where a week has one, the frozen number stands, and a line through it breaks.
 */
import type { MetricName } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Measurement } from '../measurement';
import { definitionOf } from '../metrics/catalogue';
import { fateOf, parseDefinition } from '../metrics/versions';
import { Refusal } from '../refusal';
import type { Card } from './publications.server';

const LATEST =
	'SELECT week, card FROM ledger.publication QUALIFY row_number() OVER (PARTITION BY week ORDER BY edition DESC) = 1 ORDER BY week';

async function published(warehouse: Warehouse): Promise<Measurement[]> {
	const rows = await warehouse.all<{ week: string; card: string }>(LATEST);
	return rows.flatMap(({ card }) => (JSON.parse(card) as Card).measurements);
}

const keyOf = ({ metric, slice, window }: Measurement) =>
	JSON.stringify([metric, Object.entries(slice).sort(), window.since, window.until]);

/** The Measurements that the latest edition of a week holds under a definition that is not counted now. */
export async function formerMeasurements(warehouse: Warehouse): Promise<Map<string, Measurement>> {
	const frozen = (await published(warehouse)).filter((one) => one.definition !== definitionOf(one.metric));
	return new Map(frozen.map((one) => [keyOf(one), one]));
}

/** The frozen number in place of the one counted today, where there is one. Pure. */
export const asPublished = (
	measurements: readonly Measurement[],
	frozen: ReadonlyMap<string, Measurement>
): Measurement[] => measurements.map((one) => frozen.get(keyOf(one)) ?? one);

/** The metric of `csat_top_box@1`. Refuses a version that is gone, and says where its published numbers are. */
export async function definitionAsked(warehouse: Warehouse, text: string): Promise<MetricName> {
	const { metric, version } = parseDefinition(text);
	if (definitionOf(metric) === `${metric}@${version}`) return metric;
	const weeks = (await published(warehouse))
		.filter((one) => one.definition === `${metric}@${version}` && Object.keys(one.slice).length === 0)
		.map(({ window }) => window.week);
	const where =
		weeks.length > 0
			? `Numbers published under version ${version} are kept: ${weeks.join(', ')} (page /published, or GET /api/publications/card?week=${weeks.at(-1)}).`
			: `No week was published under version ${version}.`;
	throw new Refusal(fateOf(metric, version), `Ask for ${definitionOf(metric)}. ${where}`, {
		field: 'definition',
		value: text,
		nearest: [definitionOf(metric)]
	});
}
