/**
 * Everything that reaches an alert beside the data: a person's wish, the clock, and the watchdog. Touches the
 * database. Serves alerts whose rule the policy no longer has: they can still be closed.
 */
import type { Warehouse } from '../warehouse/warehouse.server';
import { isOpen, step, type AlertEvent } from './alert';
import { groupKey } from './alert-identity';
import { load, refOf, save, weekOf, type RuleRef } from './alert-life.server';
import { standingAlerts, type StandingAlert } from './alert-ledger.server';
import { WATCHDOG, WATCHDOG_KEY } from './alert-subject';
import { lastEvaluation } from './ledger.server';
import type { Policy } from './policy';
import { BLINDNESS, settingsOf } from './watch';

const WATCHDOG_HOURS = 26;

/** No rule says what it looks at: it is told to everybody. */
const refWithoutRule = (name: string): RuleRef => ({
	name,
	version: 'none',
	group: (at) => groupKey({ slice: {} }, weekOf(at))
});

/** The alert whose key is, or alone begins with, what is given. */
export async function findAlert(warehouse: Warehouse, key: string): Promise<StandingAlert | null> {
	const alerts = await standingAlerts(warehouse);
	const found = alerts.filter((one) => key.length >= 4 && one.key.startsWith(key));
	return found.length === 1 ? found[0]! : null;
}

/** Meets a wish; gives back why it was refused, or null. */
export async function askStanding(
	warehouse: Warehouse,
	policy: Policy,
	{ key, rule: name }: Pick<StandingAlert, 'key' | 'rule'>,
	event: Exclude<AlertEvent, { kind: 'observed' | 'evidence_restated' }>
): Promise<string | null> {
	const rule = policy.stop_loss.rules.find((one) => one.name === name);
	return warehouse.write(async (session) => {
		const life = await load(session, key, rule ? refOf(rule) : refWithoutRule(name));
		const refused = life.add(event, rule ? settingsOf(rule) : BLINDNESS);
		if (refused === null) await save(session, [life]);
		return refused;
	});
}

/** Tells what is due by the clock alone: silences that ended, due dates that passed. */
export async function elapseAlerts(warehouse: Warehouse, policy: Policy, at: string): Promise<void> {
	const event = { kind: 'elapsed', at } as const;
	for (const standing of await standingAlerts(warehouse))
		if (isOpen(standing.alert.state) && step(standing.alert, event, BLINDNESS).refused === null)
			await askStanding(warehouse, policy, standing, event);
}

/** When evaluations last finished, and whether that is too long ago; null before the first one. */
export async function heartbeat(
	warehouse: Warehouse,
	now: string
): Promise<{ finishedAt: string; late: boolean } | null> {
	const last = await lastEvaluation(warehouse);
	if (last === null) return null;
	const hours = (Date.parse(now) - Date.parse(last.finishedAt)) / 3_600_000;
	return { finishedAt: last.finishedAt, late: hours > WATCHDOG_HOURS };
}

/** The watchman's own alert: it fires when no evaluation has finished for 26 hours, and ends with the next one. */
export async function watchEvaluations(warehouse: Warehouse, now: string): Promise<void> {
	const beat = await heartbeat(warehouse, now);
	if (beat === null) return;
	await warehouse.write(async (session) => {
		const life = await load(session, WATCHDOG_KEY, refWithoutRule(WATCHDOG));
		const settled = isOpen(life.alert.state) === beat.late && life.alert.state !== 'resolved';
		if (settled) return;
		const observation = beat.late ? 'breach' : 'ok';
		life.add({ kind: 'observed', at: now, observation, recovered: !beat.late }, BLINDNESS);
		await save(session, [life]);
	});
}
