/**
 * The product and the oracle agree, to the unit, on random logs taken in by the real ingest: every metric, in every
 * slice and week, at any time. Longer hunts: ORACLE_RUNS=500 ORACLE_SEED=1 npx vitest run tests/oracle.test.ts
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Measurement } from '../queries/measurement';
import { scorecard } from '../queries/queries.server';
import { DIMENSIONS, type Dimension } from '../warehouse/vocabulary';
import {
	ORACLE_METRICS,
	contactsOf,
	measureAll,
	said,
	weekLabel,
	type Answer,
	type Contact,
	type OracleMetric
} from './oracle';
import { logOf, policy, type Log } from './oracle-logs';
import { openProduct, type Product } from './oracle-product';

const runs = Number(process.env['ORACLE_RUNS'] ?? 5);
const seed = Number(process.env['ORACLE_SEED'] ?? 20261124);
const customers = Number(process.env['ORACLE_CUSTOMERS'] ?? 150);

let product: Product;
beforeAll(async () => {
	product = await openProduct();
});
afterAll(() => product.close());

const rounded = (value: number | null) => (value === null ? null : Math.round(value * 1e6) / 1e6);

/** A Measurement and an Answer in the same words. */
function measured(m: Measurement, known: object) {
	const { evidence } = m;
	const counts =
		evidence.kind === 'proportion' || evidence.kind === 'ratio'
			? { numerator: evidence.numerator, denominator: evidence.denominator }
			: evidence.kind === 'rate'
				? { numerator: evidence.events, denominator: evidence.exposure }
				: evidence.kind !== 'distribution'
					? {}
					: {
							numerator: evidence.n,
							denominator: evidence.n + evidence.censored,
							p50: rounded(evidence.p50),
							p90: rounded(evidence.p90)
						};
	// Parts that the oracle doesn't work out are left alone.
	const parts = Object.entries(evidence.parts ?? {})
		.filter(([name]) => name in known)
		.map(([name, value]) => [name, rounded(value)]);
	return { ...counts, pending: m.pending, status: m.status, parts: Object.fromEntries(parts) };
}

function expected({ parts = {}, n, ...answer }: Answer) {
	const evidence = n ?? answer.denominator;
	const { pending } = answer;
	const status = pending > 0 ? 'immature' : evidence === 0 ? 'absent' : evidence < 30 ? 'thin' : 'measured';
	return {
		...answer,
		...(answer.p50 !== undefined && { p50: rounded(answer.p50), p90: rounded(answer.p90!) }),
		status,
		parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, rounded(value)]))
	};
}

async function compare(contacts: readonly Contact[], { calendar, asOf }: Log): Promise<void> {
	const source = said(contacts);
	const labels = [...new Set(contacts.map((one) => weekLabel(one.end, calendar)))].sort();
	const singles: Dimension[][] = DIMENSIONS.map((dimension) => [dimension]);
	for (const [turn, at] of asOf.entries()) {
		const requests: { weeks: string[] | 'all'; by: Dimension[] }[] = [
			{ weeks: labels, by: [] },
			{ weeks: 'all', by: [...DIMENSIONS] },
			...(turn === 0 ? singles.map((by) => ({ weeks: labels, by })) : [])
		];
		for (const { weeks, by } of requests) {
			const card = await scorecard(product.warehouse, {
				weeks,
				by,
				metrics: ORACLE_METRICS,
				asOf: new Date(at).toISOString(),
				calendar
			});
			const sliceOf = (one: Contact) => JSON.stringify(by.map((dimension) => one.slice[dimension]));
			const groups = new Map<string, Contact[]>();
			for (const one of contacts) {
				const key = `${weeks === 'all' ? 'all' : weekLabel(one.end, calendar)} ${sliceOf(one)}`;
				groups.set(key, [...(groups.get(key) ?? []), one]);
			}
			const answered = new Map<string, Record<OracleMetric, Answer>>();
			for (const m of card) {
				const key = `${m.window.week ?? 'all'} ${JSON.stringify(by.map((dimension) => m.slice[dimension]))}`;
				if (!answered.has(key)) answered.set(key, measureAll(groups.get(key) ?? [], source, at));
				const place = { metric: m.metric, key, by, asOf: new Date(at).toISOString() };
				const answer = answered.get(key)![m.metric as OracleMetric];
				expect({ ...place, ...measured(m, answer.parts ?? {}) }).toEqual({
					...place,
					...expected(answer)
				});
			}
			// No slice is left out: every contact that had closed is in some row.
			for (const [key, those] of groups)
				if (those.some((one) => one.end <= at)) expect([...answered.keys()]).toContain(key);
			expect(card.length).toBe(answered.size * ORACLE_METRICS.length);
		}
	}
}

it('every metric agrees with the oracle in every slice and week, at any time', async () => {
	await fc.assert(
		fc.asyncProperty(logOf(customers), async (log) => {
			await product.take(log.batches);
			await compare(contactsOf(log.batches, policy), log);
			const incremental = await product.facts();
			await product.rebuild();
			expect(incremental).toEqual(await product.facts());
		}),
		{
			numRuns: runs,
			seed,
			// Shrinking takes its time; a run of the whole suite takes the counterexample as it is.
			endOnFailure: process.env['ORACLE_RUNS'] === undefined,
			reporter: report
		}
	);
}, 3_600_000);

/** A counterexample as its files, line by line, so that it can be read and kept as a world. */
function report(details: fc.RunDetails<[Log]>): void {
	if (!details.failed) return;
	const [log] = details.counterexample ?? [];
	const files = log?.batches.map((batch, at) => [`file ${at}`, ...batch.map((one) => JSON.stringify(one))]);
	throw new Error(
		[
			`The product and the oracle disagree (seed ${details.seed}, path ${details.counterexamplePath}).`,
			`${JSON.stringify(log?.calendar)} asOf ${log?.asOf.map((at) => new Date(at).toISOString()).join(', ')}`,
			...(files ?? []).flat(),
			String((details.errorInstance as Error | null)?.message ?? '')
		].join('\n'),
		{ cause: details.errorInstance }
	);
}
