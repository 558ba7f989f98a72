/**
 * `plimsoll scorecard`: Measurements of one week, or of all, in the wanted format on stdout. When a server holds
 * the database it answers instead. Refuses a week that the data does not have.
 */
import { excludedTraffic, knownAt, lastIngestBy, scorecard, weeksPresent } from '#queries/queries.server';
import type { Measurement } from '#queries/measurement';
import type { Dimension } from '#warehouse/vocabulary';
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
	const { week, by, format } = options;
	const measured = async (warehouse: Warehouse): Promise<Measurement[]> => {
		const present = await weeksPresent(warehouse, calendar);
		const { weeks, refusal } = chosenWeeks(present, { week, asOf: options.asOf, calendar });
		if (refusal) throw new Failure(`${options.db}: ${refusal.error} ${refusal.remedy}`);
		const asOf = options.asOf ? { asOf: options.asOf } : {};
		const found = await scorecard(warehouse, { weeks, by, calendar, limits: limitsOf(policy), ...asOf });
		const left = await excludedTraffic(warehouse);
		if (left.length > 0 && (format === 'table' || format === 'md'))
			console.error(
				`Left out of every figure: ${left.map(({ reason, n }) => `${n} ${reason.replaceAll('_', ' ')}`).join(', ')}.`
			);
		return found;
	};
	const answer = await withFacts<Measurement[]>(options.db, policy, {
		async directly(warehouse) {
			if (!options.knownAt) return measured(warehouse);
			const ingestId = await lastIngestBy(warehouse, options.knownAt);
			if (ingestId === null) throw new Failure(`Nothing was taken in by ${options.knownAt}.`);
			return knownAt(warehouse, { ingestId, policy: intentPolicyOf(policy) }, measured);
		},
		async through(server) {
			if (options.knownAt)
				throw new Failure(`The server at ${server.url} can't go back to what was known then; stop it first.`);
			const response = await askServer(server, '/api/scorecard', {
				week,
				by: by.join(','),
				as_of: options.asOf
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
