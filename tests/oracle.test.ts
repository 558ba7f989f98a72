/**
 * The product and the oracle agree, to the unit, on random logs taken in by the real ingest: every metric, in every
 * slice and week, at any time. Longer hunts: ORACLE_RUNS=500 ORACLE_SEED=1 npx vitest run tests/oracle.test.ts
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Measurement } from '../queries/measurement';
import { scorecard } from '../queries/queries.server';
import { DIMENSIONS, METRICS, type Dimension, type MetricName } from '../warehouse/vocabulary';
import { contactsOf, type Contact } from './oracle';
import { measureAll, saidBy, type Answer } from './oracle-answers';
import { EXAMPLES } from './oracle-examples';
import { openTime, weekLabel } from './oracle-hours';
import { DAY, logOf, policy, type Log } from './oracle-logs';
import { openProduct, type Product } from './oracle-product';

const runs = Number(process.env['ORACLE_RUNS'] ?? 3);
const seed = Number(process.env['ORACLE_SEED'] ?? 20261124);
const customers = Number(process.env['ORACLE_CUSTOMERS'] ?? 120);

let product: Product;
beforeAll(async () => {
	product = await openProduct();
});
afterAll(() => product.close());

/** A Measurement and an Answer in the same words. */
function measured({ evidence, value, interval, pending, status }: Measurement) {
	const {
		kind: _,
		parts = {},
		currency = null,
		per: __,
		...counts
	} = { currency: null, per: 0, ...evidence };
	return {
		counts: counts as Answer['counts'],
		parts,
		currency,
		value,
		interval: interval && [interval.low, interval.high],
		pending,
		status
	};
}

function expected({
	n,
	instead,
	currency = null,
	parts = {},
	...answer
}: Answer): ReturnType<typeof measured> {
	const { pending } = answer;
	const status =
		instead ||
		(n === 0 && pending === 0 ? 'absent' : pending > 0 ? 'immature' : n < 30 ? 'thin' : 'measured');
	const silent = status === 'absent' || instead;
	return {
		...answer,
		parts,
		currency,
		status,
		value: silent ? null : answer.value,
		interval: silent || answer.interval === null ? null : [...answer.interval]
	};
}

/**
 * Counts must be equal; what was divided, multiplied or added up in another order, to 1e-9. Bounds that come out of a
 * difference of sums of squares are cut short by it: 1e-6.
 */
function alike(a: unknown, b: unknown, tolerance = 1e-9): boolean {
	if (typeof a === 'number' && typeof b === 'number')
		return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
	const [these, those] = [a, b] as [Record<string, unknown>, Record<string, unknown>];
	const names = [...new Set([...Object.keys(these), ...Object.keys(those)])];
	return names.every((name) => alike(these[name], those[name], name === 'interval' ? 1e-6 : tolerance));
}

async function compare(contacts: readonly Contact[], log: Log): Promise<void> {
	const { calendar, limits } = log;
	// The first of each metric.
	const differences = new Map<MetricName, object>();
	const labels = [
		...new Set(contacts.filter((one) => one.start !== null).map((one) => weekLabel(one.end!, calendar)))
	].sort();
	const open =
		limits.businessHours && openTime(limits.businessHours, calendar, log.epoch - DAY, log.epoch + 60 * DAY);
	const singles: Dimension[][] = DIMENSIONS.map((dimension) => [dimension]);
	for (const [turn, at] of log.asOf.entries()) {
		const sources = saidBy(contacts, at);
		const asOf = new Date(at).toISOString();
		const requests: { weeks: string[] | 'all'; by: Dimension[] }[] = [
			{ weeks: 'all', by: [] },
			{ weeks: labels, by: [] },
			{ weeks: 'all', by: [...DIMENSIONS] },
			...(turn === 0 ? singles.map((by) => ({ weeks: labels, by })) : [])
		];
		for (const { weeks, by } of requests) {
			const card = await scorecard(product.warehouse, { weeks, by, asOf, calendar, limits });
			const sliceOf = (one: Contact) => JSON.stringify(by.map((dimension) => one.slice[dimension]));
			const groups = new Map<string, Contact[]>();
			for (const one of contacts) {
				if (weeks !== 'all' && one.start === null) continue;
				const key = `${weeks === 'all' ? 'all' : weekLabel(one.end!, calendar)} ${sliceOf(one)}`;
				groups.set(key, [...(groups.get(key) ?? []), one]);
			}
			const answered = new Map<string, Record<MetricName, Answer>>();
			for (const m of card) {
				const key = `${m.window.week ?? 'all'} ${JSON.stringify(by.map((dimension) => m.slice[dimension]))}`;
				if (!answered.has(key))
					answered.set(key, measureAll(groups.get(key) ?? [], sources, { asOf: at, limits, open }));
				const [found, wanted] = [measured(m), expected(answered.get(key)![m.metric])];
				const place = { metric: m.metric, key, by, asOf };
				if (!alike(found, wanted) && !differences.has(m.metric))
					differences.set(m.metric, { ...place, found, wanted });
			}
			// No slice is left out: every contact that had closed is in some row.
			for (const [key, those] of groups)
				if (those.some((one) => (one.end ?? -Infinity) <= at)) expect([...answered.keys()]).toContain(key);
			expect(card.length).toBe(answered.size * METRICS.length);
		}
	}
	expect([...differences.values()]).toEqual([]);
}

it('every metric agrees with the oracle in every slice and week, at any time', async () => {
	await fc.assert(
		fc.asyncProperty(logOf(customers), async (log) => {
			await product.take(log.batches, log.runs);
			await compare(contactsOf(log.batches, policy, log.foreign), log);
			const incremental = await product.facts();
			await product.rebuild();
			expect(incremental).toEqual(await product.facts());
		}),
		{
			numRuns: EXAMPLES.length + runs,
			examples: EXAMPLES.map((log): [Log] => [log]),
			seed,
			// Shrinking takes an hour: only where it is asked for, with ORACLE_SHRINK=1.
			endOnFailure: process.env['ORACLE_SHRINK'] === undefined,
			reporter: report
		}
	);
}, 3_600_000);

/** A counterexample as its files, line by line, so that it can be read and kept as a world. */
function report(details: fc.RunDetails<[Log]>): void {
	if (!details.failed) return;
	const [log] = details.counterexample ?? [];
	const files = log?.batches.map((batch, at) => [`file ${at}`, ...batch.map((one) => JSON.stringify(one))]);
	const second = log?.runs.map((one) => JSON.stringify(one)) ?? [];
	throw new Error(
		[
			`The product and the oracle disagree (seed ${details.seed}, path ${details.counterexamplePath}).`,
			`${JSON.stringify([log?.calendar, log?.limits])} asOf ${log?.asOf.map((at) => new Date(at).toISOString()).join(', ')}`,
			...(files ?? []).flat(),
			...second,
			String((details.errorInstance as Error | null)?.message ?? '')
		].join('\n'),
		{ cause: details.errorInstance }
	);
}
