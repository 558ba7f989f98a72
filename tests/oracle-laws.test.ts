/**
 * What must hold for any log, whatever the definitions are: through the real ingest, on random logs.
 * Longer hunts: ORACLE_LAW_RUNS=50 ORACLE_SEED=1 npx vitest run tests/oracle-laws.test.ts
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CanonicalRecord } from '../ingest/canonical';
import type { Measurement } from '../queries/measurement';
import { scorecard } from '../queries/queries.server';
import { DIMENSIONS, METRICS } from '../warehouse/vocabulary';
import { contactsOf } from './oracle';
import { weekLabel } from './oracle-hours';
import { DAY, logOf, policy } from './oracle-logs';
import { openProduct, type Product } from './oracle-product';

const numRuns = Number(process.env['ORACLE_LAW_RUNS'] ?? 1);
const options = { numRuns, seed: Number(process.env['ORACLE_SEED'] ?? 20261124), endOnFailure: numRuns <= 2 };
const utc = { timeZone: 'UTC', weekStart: 'monday' } as const;

let product: Product;
beforeAll(async () => {
	product = await openProduct();
});
afterAll(() => product.close());

const law = (name: string, property: fc.IAsyncProperty<unknown[]>) =>
	it(name, () => fc.assert(property, options), 3_600_000);

/** The same record under another id and customer. */
function stranger(one: CanonicalRecord): CanonicalRecord {
	if ('conversation_id' in one) return { ...one, conversation_id: `stranger ${one.conversation_id}` };
	return { ...one, id: `stranger ${one.id}`, customer_id: `stranger ${one.customer_id}` };
}

law(
	'a stranger changes nobody',
	fc.asyncProperty(logOf(40), logOf(10), async (log, others) => {
		await product.take(log.batches);
		const alone = await product.facts();
		await product.take([...log.batches, ...others.batches.map((batch) => batch.map(stranger))]);
		expect((await product.facts()).filter((fact) => !fact.includes('"id":"stranger '))).toEqual(alone);
	}) as fc.IAsyncProperty<unknown[]>
);

law(
	'any files in any order give the same facts',
	fc.asyncProperty(
		logOf(40).chain((log) => {
			const all = log.batches.flat();
			const order = fc.shuffledSubarray(all, { minLength: all.length });
			return fc.tuple(fc.constant(log), order, fc.integer({ min: 1, max: 3 }));
		}),
		async ([log, shuffled, files]) => {
			await product.take(log.batches);
			const asDelivered = await product.facts();
			const size = Math.ceil(shuffled.length / files);
			await product.take(
				Array.from({ length: files }, (_, at) => shuffled.slice(at * size, (at + 1) * size)).filter(
					(batch) => batch.length > 0
				)
			);
			expect(await product.facts()).toEqual(asDelivered);
		}
	) as fc.IAsyncProperty<unknown[]>
);

const COUNTS = ({ evidence: e, pending }: Measurement): number[] =>
	e.kind === 'proportion'
		? [e.numerator, e.denominator, pending]
		: e.kind === 'rate'
			? [e.events, e.exposure, pending]
			: e.kind === 'distribution'
				? [e.n, e.censored, pending]
				: [];

law(
	'the parts add up to the whole, by any dimension and over the weeks; every contact has one path',
	fc.asyncProperty(logOf(80), async ({ batches, calendar, asOf }) => {
		await product.take(batches);
		const contacts = contactsOf(batches, policy);
		const weeks = [...new Set(contacts.map((one) => weekLabel(one.end!, calendar)))].sort();
		const these = { metrics: METRICS, asOf: new Date(Math.max(...asOf)).toISOString(), calendar };
		const whole = await scorecard(product.warehouse, { ...these, weeks: 'all' });
		const sums = (card: readonly Measurement[]) =>
			whole.map(({ metric }) => [
				metric,
				...card
					.filter((m) => m.metric === metric)
					.map(COUNTS)
					.reduce((sum, counts) => sum.map((value, place) => value + counts[place]!), [0, 0, 0])
			]);
		const total = sums(whole);
		expect(sums(await scorecard(product.warehouse, { ...these, weeks }))).toEqual(total);
		for (const dimension of DIMENSIONS) {
			const parts = await scorecard(product.warehouse, { ...these, weeks: 'all', by: [dimension] });
			expect([dimension, ...sums(parts)]).toEqual([dimension, ...total]);
		}
		const paths = await product.warehouse.all<{ path: string | null }>('SELECT path FROM fact.episode');
		for (const { path } of paths) expect(['ai_only', 'escalated', 'human_only', 'abandoned']).toContain(path);
	}) as fc.IAsyncProperty<unknown[]>
);

/** Every time in a record, later by whole weeks. */
const shifted = (one: CanonicalRecord, weeks: number): CanonicalRecord =>
	JSON.parse(
		JSON.stringify(one).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) =>
			new Date(Date.parse(at) + weeks * 7 * DAY).toISOString()
		)
	) as CanonicalRecord;

law(
	'a log that is whole weeks later has the same card, whole weeks later',
	fc.asyncProperty(logOf(60), fc.integer({ min: 1, max: 20 }), async ({ batches, asOf }, weeks) => {
		const card = async (by: number) => {
			const labels = contactsOf(batches, policy).map((one) => weekLabel(one.end! + by * 7 * DAY, utc));
			const found = await scorecard(product.warehouse, {
				weeks: [...new Set(labels)],
				by: ['path', 'tier'],
				asOf: new Date(Math.max(...asOf) + by * 7 * DAY).toISOString(),
				calendar: utc
			});
			return found.map(({ window, reason: _, ...rest }) => ({
				...rest,
				since: Date.parse(window.since) - by * 7 * DAY
			}));
		};
		await product.take(batches);
		const before = await card(0);
		await product.take(batches.map((batch) => batch.map((one) => shifted(one, weeks))));
		expect(await card(weeks)).toEqual(before);
	}) as fc.IAsyncProperty<unknown[]>
);
