/**
 * The stop-loss over a warehouse: cohorts of every rule, then one verdict a rule and time, recorded in the ledger.
 * Touches the database. The same rule, version and time again adds nothing.
 */
import { dailyCohorts } from '#queries/queries.server';
import type { DailyCohort } from '#queries/measurement';
import { evaluateWeekly, type Verdict } from '#stoploss/evaluate';
import { recordPolicy, recordVerdicts } from '#stoploss/ledger.server';
import type { Policy } from '#stoploss/policy';
import { DIMENSIONS } from '#warehouse/vocabulary';
import type { Warehouse } from '#warehouse/warehouse.server';
import { calendarOf } from './policy-file';

export async function judge(
	warehouse: Warehouse,
	policy: Policy,
	times: readonly string[]
): Promise<Verdict[]> {
	const cohorts: Record<string, DailyCohort[]> = {};
	const latest = times.at(-1);
	for (const { name, metric, slice } of policy.stop_loss.rules) {
		const filter = Object.fromEntries(
			DIMENSIONS.flatMap((dimension) => {
				const value = slice[dimension];
				return value === undefined ? [] : [[dimension, [value]]];
			})
		);
		cohorts[name] = await dailyCohorts(warehouse, {
			metric,
			filter,
			calendar: calendarOf(policy),
			...(latest ? { asOf: latest } : {})
		});
	}
	const verdicts = evaluateWeekly(policy, cohorts, times);
	const version = await recordPolicy(warehouse, policy, new Date().toISOString());
	await recordVerdicts(warehouse, verdicts, version);
	return verdicts;
}
