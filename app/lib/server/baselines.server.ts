/** Baselines by hand over a warehouse: freezes one, and tells how every rule's stands. Touches the database. */
import { watermark } from '#queries/queries.server';
import {
	baselinesOf,
	baselineState,
	freeze,
	type BaselineRecord,
	type BaselineState
} from '#stoploss/baseline-ledger.server';
import type { Policy } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';
import { ruleData } from './rule-data.server';

export interface FreezeWish {
	rule: string;
	since: string;
	until: string;
	author: string;
	reason: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export async function freezeNow(
	warehouse: Warehouse,
	policy: Policy,
	wish: FreezeWish
): Promise<BaselineRecord> {
	const rule = policy.stop_loss.rules.find(({ name }) => name === wish.rule);
	if (!rule)
		throw new RangeError(
			`No rule is named ${wish.rule}. There are: ${policy.stop_loss.rules.map(({ name }) => name).join(', ')}.`
		);
	for (const day of [wish.since, wish.until])
		if (!DAY.test(day)) throw new RangeError(`Not a day: ${day}. Write it as 2026-03-02.`);
	const now = await watermark(warehouse);
	if (now === null) throw new RangeError('There are no conversations yet, so there is nothing to freeze.');
	const { cohorts } = await ruleData(warehouse, policy, now);
	return freeze(warehouse, {
		...wish,
		policy,
		rule,
		cohorts: cohorts[rule.name] ?? [],
		watermark: now,
		now: new Date().toISOString()
	});
}

export async function statesNow(warehouse: Warehouse, policy: Policy): Promise<BaselineState[]> {
	const now = await watermark(warehouse);
	if (now === null) return [];
	const { cohorts, options } = await ruleData(warehouse, policy, now);
	return Promise.all(
		policy.stop_loss.rules.map(async (rule) =>
			baselineState(policy, rule, cohorts[rule.name] ?? [], await baselinesOf(warehouse, rule), options, now)
		)
	);
}
