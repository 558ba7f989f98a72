/** Baselines by hand over a warehouse: freezes one, and tells how every rule's stands. Touches the database. */
import { daysWindow, firstDay, watermark, weekWindow } from '#queries/queries.server';
import type { Calendar, Window } from '#queries/measurement';
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

/** The time before automation was scaled, which a week is held against. */
export interface BaselinePeriod extends Window {
	/** Who froze it and why; null where nobody did, and it is the first whole weeks of the log. */
	frozen: { author: string; reason: string } | null;
}

const FIRST_WEEKS = 8;

/** The earliest period that somebody froze, else the first eight whole weeks; null while there are fewer. */
export async function baselinePeriod(
	warehouse: Warehouse,
	policy: Policy,
	{ calendar, weeks }: { calendar: Calendar; weeks: readonly string[] }
): Promise<BaselinePeriod | null> {
	const records = (
		await Promise.all(policy.stop_loss.rules.map((rule) => baselinesOf(warehouse, rule)))
	).flat();
	const [first] = records.sort((a, b) => a.since.localeCompare(b.since));
	if (first) {
		const { author, reason } = first;
		return { ...daysWindow(calendar, first.since, first.until), frozen: { author, reason } };
	}
	const began = await firstDay(warehouse, calendar);
	if (began === null) return null;
	const { since: start } = daysWindow(calendar, began, began);
	const whole = weeks.filter((week) => weekWindow(calendar, week).since >= start);
	const last = whole[FIRST_WEEKS - 1];
	if (last === undefined) return null;
	return {
		since: weekWindow(calendar, whole[0]!).since,
		until: weekWindow(calendar, last).until,
		frozen: null
	};
}
