/** The figures at the top of the scorecard, each with its changes and its last weeks. Pure. */
import type { Measurement } from '#queries/measurement';
import { CATALOGUE } from '#queries/metrics/catalogue';
import { changeOf, type MeasurementChange } from '#queries/scorecard/change';
import type { MeasurementStatus, MetricName, Path } from '#warehouse/vocabulary';

/** What a support lead asks first, in the order they are asked. null is all paths together. */
export const TILES: readonly { metric: MetricName; path: Path | null }[] = [
	{ metric: 'csat_top_box', path: 'ai_only' },
	{ metric: 'recontact_72h', path: 'ai_only' },
	{ metric: 'durable_resolution', path: 'ai_only' },
	{ metric: 'bad_containment', path: 'ai_only' },
	{ metric: 'containment', path: null },
	{ metric: 'escalation_latency', path: 'escalated' },
	{ metric: 'refund_error_rate', path: null },
	{ metric: 'cost_per_durable_resolution', path: null }
];

/** A week of a sparkline. */
export interface Point {
	week: string;
	value: number | null;
	low: number | null;
	high: number | null;
	status: MeasurementStatus;
	/** `name@version`; null where there is no value. */
	definition: string | null;
}

export interface Tile {
	metric: MetricName;
	title: string;
	path: Path | null;
	measurement: Measurement;
	/** Against the week before, and against the first of the weeks shown. */
	changes: { against: string; weeks: number; change: MeasurementChange | null }[];
	points: Point[];
}

export const find = (
	measurements: readonly Measurement[],
	metric: MetricName,
	path: Path | null,
	week: string | null | undefined
): Measurement | undefined =>
	measurements.find(
		(one) => one.metric === metric && (one.slice.path ?? null) === path && one.window.week === week
	);

/** `weeks` are in order and end with the week that is shown. */
export function tilesOf(measurements: readonly Measurement[], weeks: readonly string[]): Tile[] {
	const last = weeks.length - 1;
	const compared = [...new Set([last - 1, 0])].filter((at) => at >= 0 && at < last);
	return TILES.flatMap(({ metric, path }) => {
		const line = weeks.map((week) => find(measurements, metric, path, week));
		const measurement = line[last];
		if (!measurement) return [];
		return [
			{
				metric,
				title: CATALOGUE[metric].title,
				path,
				measurement,
				changes: compared.map((at) => ({
					against: weeks[at]!,
					weeks: last - at,
					change: line[at] ? changeOf(measurement, line[at]) : null
				})),
				points: weeks.map((week, at): Point => ({
					week,
					value: line[at]?.value ?? null,
					low: line[at]?.interval?.low ?? null,
					high: line[at]?.interval?.high ?? null,
					status: line[at]?.status ?? 'absent',
					definition: line[at]?.value == null ? null : line[at].definition
				}))
			}
		];
	});
}
