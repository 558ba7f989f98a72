/**
 * Two sides of a random log against the oracle: values and intervals of both, the difference by its own formula, and
 * whether any contact is on both sides, by looking. Longer: ORACLE_RUNS=50 npx vitest run tests/oracle-comparison.test.ts
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CATALOGUE } from '../queries/metrics/catalogue';
import type { Window } from '../queries/measurement';
import { compareSides, weekWindow, type SideFilter } from '../queries/queries.server';
import { DIMENSIONS, METRICS } from '../warehouse/vocabulary';
import { contactsOf, type Contact } from './oracle';
import { measureAll, saidBy, type Answer } from './oracle-answers';
import { openTime, weekLabel } from './oracle-hours';
import { DAY, logOf, policy, type Log } from './oracle-logs';
import { openProduct, type Product } from './oracle-product';

const runs = Number(process.env['ORACLE_RUNS'] ?? 2);
const PAIRS = 6;

let product: Product;
beforeAll(async () => {
	product = await openProduct();
});
afterAll(() => product.close());

interface Pick {
	weeks: [number, number];
	/** Places of contacts whose values are taken, a dimension each. */
	of: { contact: number; dimension: number }[];
}
const pick: fc.Arbitrary<Pick> = fc.record({
	weeks: fc.tuple(fc.nat(7), fc.nat(2)),
	of: fc.array(fc.record({ contact: fc.nat(200), dimension: fc.nat(7) }), { maxLength: 2 })
});

/** The window and the filter of a side, and its contacts in order of the log. */
function sideOf({ weeks: [at, more], of }: Pick, contacts: readonly Contact[], log: Log) {
	const dated = contacts.filter((one) => one.start !== null);
	const labels = [...new Set(dated.map((one) => weekLabel(one.end!, log.calendar)))].sort();
	const first = at % labels.length;
	const chosen = labels.slice(first, first + 1 + more);
	const window: Window = {
		since: weekWindow(log.calendar, chosen[0]!).since,
		until: weekWindow(log.calendar, chosen.at(-1)!).until
	};
	const filter: SideFilter = {};
	for (const { contact, dimension } of of) {
		const name = DIMENSIONS[dimension % DIMENSIONS.length]!;
		filter[name] = [...(filter[name] ?? []), contacts[contact % contacts.length]!.slice[name]];
	}
	const [since, until] = [Date.parse(window.since), Date.parse(window.until)];
	const found = dated.filter(
		(one) =>
			one.end! >= since &&
			one.end! < until &&
			DIMENSIONS.every((name) => !filter[name] || filter[name].includes(one.slice[name]))
	);
	return { window, filter, found };
}

/** What is said of one side; null where it says nothing. */
function saidOf({ n, pending, value, interval, instead }: Answer) {
	const silent = instead || (n === 0 && pending === 0);
	return silent || value === null ? null : { value, interval, final: pending === 0 && n >= 30 };
}

/** By hand: each end is as far from the difference as the two ends that make it, together at right angles. */
function differ(a: ReturnType<typeof saidOf>, b: ReturnType<typeof saidOf>, apart: boolean) {
	if (!a || !b) return { difference: null, bounds: null };
	const difference = a.value - b.value;
	const [ends, others] = [a.interval, b.interval];
	if (!apart || !ends || !others || ends[1] === null || others[1] === null)
		return { difference, bounds: null };
	return {
		difference,
		bounds: [
			difference - Math.sqrt((a.value - ends[0]) ** 2 + (others[1] - b.value) ** 2),
			difference + Math.sqrt((ends[1] - a.value) ** 2 + (b.value - others[0]) ** 2)
		] as const
	};
}

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));

it('any two sides agree with the oracle, and none is told from conversations that are on both', async () => {
	let [told, shared, apart] = [0, 0, 0];
	await fc.assert(
		fc.asyncProperty(
			logOf(150),
			fc.array(fc.tuple(pick, pick), { minLength: PAIRS, maxLength: PAIRS }),
			async (log, pairs) => {
				await product.take(log.batches, log.runs);
				const contacts = contactsOf(log.batches, policy, log.foreign);
				if (!contacts.some((one) => one.start !== null)) return;
				const at = log.epoch + 50 * DAY;
				const { calendar, limits } = log;
				const open =
					limits.businessHours &&
					openTime(limits.businessHours, calendar, log.epoch - DAY, log.epoch + 60 * DAY);
				const look = { asOf: at, limits, open };
				const said = saidBy(contacts, at);
				for (const [one, other] of pairs) {
					const [first, second] = [sideOf(one, contacts, log), sideOf(other, contacts, log)];
					const ask = { calendar, limits, asOf: new Date(at).toISOString() };
					const { relation, metrics } = await compareSides(product.warehouse, { ...ask, first, second });
					const both = first.found.filter((found) => second.found.includes(found));
					if (relation === 'apart') {
						apart++;
						expect(both).toEqual([]);
					} else shared++;
					const [these, those] = [first, second].map(({ found }) => measureAll(found, said, look));
					for (const metric of METRICS) {
						const compared = metrics.find((found) => found.metric === metric)!;
						const [a, b] = [saidOf(these![metric]), saidOf(those![metric])];
						const money = CATALOGUE[metric].unit === 'money';
						const currencies = [these, those].map((side) => side![metric].currency ?? null);
						const alike = !money || currencies[0] === currencies[1];
						const wanted = alike ? differ(a, b, relation === 'apart') : { difference: null, bounds: null };
						const place = { metric, first, second, compared, wanted };
						const { difference, interval, direction, untold, provisional } = compared;
						expect(difference === null, JSON.stringify(place)).toBe(wanted.difference === null);
						if (difference !== null)
							expect(near(difference, wanted.difference!), JSON.stringify(place)).toBe(true);
						expect(interval === null, JSON.stringify(place)).toBe(wanted.bounds === null);
						if (interval) {
							expect(near(interval.low, wanted.bounds![0]), JSON.stringify(place)).toBe(true);
							expect(near(interval.high, wanted.bounds![1]), JSON.stringify(place)).toBe(true);
						}
						const clear = interval !== null && (interval.low > 0 || interval.high < 0);
						expect(direction !== 'unclear', JSON.stringify(place)).toBe(clear);
						expect(untold === null).toBe(clear);
						if (clear) told++;
						const { better } = CATALOGUE[metric];
						if (clear && better)
							expect(direction === 'better').toBe(difference! > 0 === (better === 'higher'));
						if (a && b) expect(provisional).toBe(!a.final || !b.final);
					}
				}
			}
		),
		{ numRuns: runs, seed: Number(process.env['ORACLE_SEED'] ?? 20261128), endOnFailure: true }
	);
	// The property says something only where there were such pairs.
	expect({ told: told > 0, shared: shared > 0, apart: apart > 0 }).toEqual({
		told: true,
		shared: true,
		apart: true
	});
}, 300_000);
