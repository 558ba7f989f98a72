/**
 * The weekly scorecard by path over a year: `scorecard()` from facts, against one query written by hand on the log
 * that gives the same numbers (they are compared, and a difference ends the benchmark). Also the refresh of the
 * facts, of everything and of one more day. Touches a temporary folder.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { writeBenchFile } from '../fixtures/bench-file.server';
import { ingest } from '../ingest/ingest.server';
import { refreshFacts, scorecard, weeksBetween, weekWindow, watermark } from '../queries/queries.server';
import type { Calendar, Measurement } from '../queries/measurement';
import { intentPolicyOf, parsePolicy } from '../stoploss/policy';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import policyText from '../plimsoll.yaml?raw';
import { alternate, line, measure, median, type Benchmark, type Part } from './benchmark';
import byHandSql from './by-hand.sql?raw';

const NOW = '2030-01-01T00:00:00Z';
const DAYS = 365;
const COMPARED = [
	'csat_top_box',
	'recontact_72h',
	'containment',
	'complaint_rate',
	'refund_error_rate',
	'time_to_resolution'
] as const;

const { policy } = parsePolicy(policyText);
if (!policy) throw new Error('The built-in policy does not parse.');
const intents = intentPolicyOf(policy);
const calendar: Calendar = { timeZone: policy.account.time_zone, weekStart: 'monday' };

const take: Part = async ({ inputs, database }, clock) => {
	const warehouse = await openWarehouse(database!);
	await clock(() => ingest(warehouse, { inputs: [inputs!], source: undefined, now: NOW }));
	await warehouse.close();
};

const refresh: Part = async ({ database }, clock) => {
	const warehouse = await openWarehouse(database!);
	const report = await clock(() => refreshFacts(warehouse, intents));
	await warehouse.close();
	return report.rebuilt;
};

/** The 52 weeks before the latest one of the log, which is not over. */
async function year(warehouse: Warehouse): Promise<{ weeks: string[]; asOf: string }> {
	const asOf = (await watermark(warehouse)) ?? NOW;
	const since = new Date(Date.parse(asOf) - 53 * 7 * 86_400_000).toISOString();
	return { weeks: weeksBetween(calendar, since, asOf).slice(-53, -1), asOf };
}

type Line = Record<string, number>;
const keyOf = (since: string, path: string) => `${since} ${path}`;

/** Measurements of a slice and window become the columns of the query by hand. */
function linesOf(measurements: readonly Measurement[]): Record<string, Line> {
	const lines: Record<string, Line> = {};
	for (const { metric, slice, window, evidence } of measurements) {
		const found = (lines[keyOf(window.since, slice.path ?? '')] ??= {});
		if (evidence.kind === 'proportion') {
			found[`${metric}_x`] = evidence.numerator;
			found[`${metric}_n`] = evidence.denominator;
		} else if (evidence.kind === 'rate') {
			found[`${metric}_x`] = evidence.events;
			found[`${metric}_n`] = evidence.exposure;
		} else if (evidence.kind === 'distribution') {
			found[`${metric}_n`] = evidence.n;
			found[`${metric}_p50`] = evidence.p50 ?? -1;
		}
	}
	return lines;
}

const product: Part = async ({ database, all }, clock) => {
	const warehouse = await openWarehouse(database!);
	const { weeks, asOf } = await year(warehouse);
	const request = { weeks, by: ['path'] as const, asOf, calendar };
	const found = await clock(() => scorecard(warehouse, all ? request : { ...request, metrics: COMPARED }));
	await warehouse.close();
	return linesOf(found);
};

const byHand: Part = async ({ database }, clock) => {
	const warehouse = await openWarehouse(database!);
	const { weeks, asOf } = await year(warehouse);
	const windows = weeks.map((week) => weekWindow(calendar, week));
	type Row = Record<string, number> & { monday: string; path: string };
	const rows = await clock(() =>
		warehouse.all<Row>(byHandSql, {
			zone: calendar.timeZone,
			asOf,
			since: windows[0]?.since ?? NOW,
			until: windows.at(-1)?.until ?? NOW
		})
	);
	await warehouse.close();
	const starts = windows.map(({ since }) => since);
	const dayOf = (since: string) =>
		new Intl.DateTimeFormat('sv-SE', { timeZone: calendar.timeZone }).format(new Date(since));
	const sinceOf = new Map(starts.map((since) => [dayOf(since), since]));
	return Object.fromEntries(
		rows.map((row) => [
			keyOf(sinceOf.get(row.monday) ?? row.monday, row.path),
			{
				csat_top_box_x: row['csatX'],
				csat_top_box_n: row['csatN'],
				recontact_72h_x: row['recontactX'],
				recontact_72h_n: row['recontactN'],
				containment_x: row['containedX'],
				containment_n: row['containedN'],
				complaint_rate_x: row['complaintX'],
				complaint_rate_n: row['complaintN'],
				refund_error_rate_x: row['refundX'],
				refund_error_rate_n: row['refundN'],
				time_to_resolution_n: row['ttrN'],
				time_to_resolution_p50: row['ttrP50'] ?? -1
			}
		])
	);
};

/** Ends the benchmark at the first number that differs; the scorecard also has slices of nothing. */
function compare(ours: Record<string, Line>, theirs: Record<string, Line>): number {
	let compared = 0;
	for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
		for (const name of Object.keys({ ...ours[key], ...theirs[key] })) {
			const [one, two] = [ours[key]?.[name] ?? 0, theirs[key]?.[name] ?? (name.endsWith('_p50') ? -1 : 0)];
			if (Math.abs(one - two) > 1e-9 * Math.max(1, Math.abs(one))) {
				throw new Error(`${key} ${name}: the scorecard says ${one}, the query by hand ${two}.`);
			}
			compared++;
		}
	}
	return compared;
}

export const scorecardBenchmark: Benchmark = {
	name: 'scorecard',
	title: 'a year of weeks by path, against a query by hand on the log',
	parts: { take, refresh, product, everything: product, byHand },
	async run({ folder, conversations, repeats }) {
		const database = join(folder, 'plimsoll.duckdb');
		const file = join(folder, 'conversations.ndjson');
		await writeBenchFile(file, conversations);
		await measure('scorecard', 'take', { inputs: file, database });
		console.log(line('facts of everything', [await measure('scorecard', 'refresh', { database })]));

		const found = await alternate('scorecard', repeats, {
			byHand: () => ({ database }),
			product: () => ({ database }),
			everything: () => ({ database, all: 'yes' })
		});
		const lines = (part: string) => found[part]![0]!.found as Record<string, Line>;
		const compared = compare(lines('product'), lines('byHand'));
		const seconds = (part: string) => median(found[part]!.map((one) => one.seconds));
		console.log(line('by hand on the log', found['byHand']!));
		console.log(line('scorecard(), the same metrics', found['product']!));
		console.log(line('scorecard(), every metric', found['everything']!));
		console.log(
			`  ratio scorecard / by hand: ${(seconds('product') / seconds('byHand')).toFixed(2)}; ${compared.toLocaleString('en')} numbers compared, all equal`
		);

		const day = join(folder, 'day.ndjson');
		const added = Math.max(1, Math.round(conversations / DAYS));
		await writeBenchFile(day, added, conversations);
		console.log(
			line(`one more day (${added} conversations): ingest`, [
				await measure('scorecard', 'take', { inputs: day, database })
			])
		);
		console.log(line('one more day: facts', [await measure('scorecard', 'refresh', { database })]));
		console.log(`  database ${(statSync(database).size / 1e6).toFixed(0)} MB`);
	}
};
