/**
 * The stop-loss over a warehouse: cohorts of every rule, then one verdict a rule and time. Touches the database.
 * "Now" is the watermark of the data. What `judgeNow` decides goes into the ledger; `judgeAt` answers a question
 * about another time and records nothing.
 */
import { watermark, weekOf, weekWindow, weeksBetween, weeksPresent } from '#queries/queries.server';
import { watchAlerts } from '#stoploss/alert-ledger.server';
import { evaluateWeekly, type Verdict } from '#stoploss/evaluate';
import {
	latestVerdicts,
	listVerdicts,
	recordEvaluation,
	recordPolicy,
	recordVerdicts,
	type LedgerVerdict
} from '#stoploss/ledger.server';
import type { Policy } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';
import { calendarOf } from './policy-file.server';
import { settleByPolicy } from './recovery.server';
import { ruleData } from './rule-data.server';

/** Verdicts of every rule at each time, in order of rules; nothing is recorded. */
export async function judgeAt(
	warehouse: Warehouse,
	policy: Policy,
	times: readonly string[]
): Promise<Verdict[]> {
	const latest = times.at(-1);
	if (latest === undefined) return [];
	const { cohorts, options } = await ruleData(warehouse, policy, latest);
	return evaluateWeekly(policy, cohorts, times, options);
}

/**
 * Judges the watermark, and before it every end of a week that passed since the ledger's latest verdict, so that an
 * outage or a first log of a year leaves no hole. Alerts live every day of that time once. Records all of it and
 * gives back the verdicts at the watermark; none without data.
 */
export async function judgeNow(warehouse: Warehouse, policy: Policy): Promise<Verdict[]> {
	const now = await watermark(warehouse);
	if (now === null) return [];
	const calendar = calendarOf(policy);
	const latest = (await latestVerdicts(warehouse)).reduce(
		(last, { asOf }) => Math.max(last, Date.parse(asOf)),
		-Infinity
	);
	const weeks = Number.isFinite(latest)
		? weeksBetween(calendar, new Date(latest), now)
		: await weeksPresent(warehouse, calendar);
	const thisWeek = weekOf(calendar, now);
	const ends = weeks
		.filter((week) => week < thisWeek)
		.map((week) => weekWindow(calendar, week).until)
		.filter((end) => Date.parse(end) > latest && Date.parse(end) < Date.parse(now));
	const { cohorts, options } = await ruleData(warehouse, policy, now);
	const verdicts = evaluateWeekly(policy, cohorts, [...ends, now], options);
	const version = await recordPolicy(warehouse, policy, new Date().toISOString());
	await recordVerdicts(warehouse, verdicts, version);
	await watchAlerts(warehouse, policy, cohorts, now, version, options);
	await recordEvaluation(warehouse, {
		finishedAt: new Date().toISOString(),
		watermark: now,
		policyVersion: version
	});
	await settleByPolicy(warehouse, policy, new Date().toISOString());
	return verdicts.filter(({ asOf }) => asOf === now);
}

/** The newest verdict of each rule that the policy still has, as they stood at an instant of the data or stand now. */
export async function standing(
	warehouse: Warehouse,
	policy: Policy,
	until?: string
): Promise<LedgerVerdict[]> {
	return ofPolicy(policy, await latestVerdicts(warehouse, until));
}

/** All verdicts there were of the rules that the policy still has, oldest first. */
export async function verdictsOver(warehouse: Warehouse, policy: Policy): Promise<LedgerVerdict[]> {
	return ofPolicy(policy, await listVerdicts(warehouse));
}

function ofPolicy(policy: Policy, verdicts: readonly LedgerVerdict[]): LedgerVerdict[] {
	const names = new Set(policy.stop_loss.rules.map(({ name }) => name));
	return verdicts.filter(({ rule }) => names.has(rule));
}
