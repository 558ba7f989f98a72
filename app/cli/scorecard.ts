/**
 * `plimsoll scorecard`: Measurements of one week, or of all, in the wanted format on stdout. When a server holds
 * the database it answers instead. Refuses a week, a value or a version of a definition that there is not.
 */
import {
	definitionAsked,
	excludedTraffic,
	knownAtTime,
	mustBeAskable,
	scorecard,
	weeksPresent,
	type Filter
} from '#queries/queries.server';
import type { Measurement } from '#queries/measurement';
import type { Dimension, MetricName } from '#warehouse/vocabulary';
import { intentPolicyOf, limitsOf } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';
import { calendarOf, loadPolicy } from '../lib/server/policy-file.server';
import { chosenWeeks } from '../lib/server/chosen-weeks';
import { toArrow } from '../lib/server/measurement-arrow';
import { toCsv } from '../lib/server/measurement-csv';
import { withFacts } from './database';
import { EXIT, Failure } from './failure';
import { toMarkdown, toTable } from './format';
import { askServer } from './running-server';

export const FORMATS = ['table', 'json', 'csv', 'arrow', 'md'] as const;
type Format = (typeof FORMATS)[number];

interface ScorecardOptions {
	db: string;
	policy?: string;
	week?: string;
	by: Dimension[];
	/** Such as csat_top_box@1; all when missing. */
	definition?: string[];
	filter: Filter;
	asOf?: string;
	/** As the log stood at this instant: what was taken in later is unknown. */
	knownAt?: string;
	format: Format;
}

const TEXT: Record<Exclude<Format, 'arrow'>, (measurements: readonly Measurement[]) => string> = {
	table: toTable,
	md: toMarkdown,
	csv: toCsv,
	json: (measurements) => JSON.stringify(measurements, null, 2)
};

export async function runScorecard(options: ScorecardOptions): Promise<number> {
	const policy = loadPolicy(options.policy);
	const calendar = calendarOf(policy);
	const { week, by, filter, format, definition = [] } = options;
	const measured = async (warehouse: Warehouse, metrics: MetricName[]): Promise<Measurement[]> => {
		const present = await weeksPresent(warehouse, calendar);
		const { weeks, refusal } = chosenWeeks(present, { week, asOf: options.asOf, calendar });
		if (refusal) throw new Failure(`${options.db}: ${refusal.error} ${refusal.remedy}`);
		const asOf = options.asOf ? { asOf: options.asOf } : {};
		await mustBeAskable(warehouse, { filter, ...asOf, now: new Date().toISOString() });
		const ask = {
			weeks,
			by,
			filter,
			...(metrics.length > 0 && { metrics }),
			calendar,
			limits: limitsOf(policy),
			...asOf
		};
		let found = await scorecard(warehouse, ask);
		// Nothing fits: one answer that says so, and not none.
		if (found.length === 0) found = await scorecard(warehouse, { ...ask, by: [] });
		const left = await excludedTraffic(warehouse);
		if (left.length > 0 && (format === 'table' || format === 'md'))
			console.error(
				`Left out of every figure: ${left.map(({ reason, n }) => `${n} ${reason.replaceAll('_', ' ')}`).join(', ')}.`
			);
		return found;
	};
	const answer = await withFacts<Measurement[]>(options.db, policy, {
		async directly(warehouse) {
			// Publications are of the real database, also where the log is asked as it stood.
			const metrics = await Promise.all(definition.map((one) => definitionAsked(warehouse, one)));
			if (!options.knownAt) return measured(warehouse, metrics);
			return knownAtTime(warehouse, { instant: options.knownAt, policy: intentPolicyOf(policy) }, (then) =>
				measured(then, metrics)
			);
		},
		async through(server) {
			const response = await askServer(server, '/api/scorecard', {
				week,
				by: by.join(','),
				...filter,
				definition,
				as_of: options.asOf,
				known_at: options.knownAt
			});
			return (await response.json()) as Measurement[];
		}
	});
	if (format === 'arrow') {
		if (process.stdout.isTTY)
			throw new Failure('Arrow is binary. Send it to a file: ... --format arrow > scorecard.arrow');
		process.stdout.write(toArrow(answer));
	} else {
		console.log(TEXT[format](answer));
	}
	return EXIT.clear;
}
