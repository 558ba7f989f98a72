/** Alerts on a real database: each day is lived once, restarts forget nothing, and no record overwrites another. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DailyCohort } from '../queries/measurement';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { askAlert, listTransitions, standingAlerts, watchAlerts } from './alert-ledger.server';
import { listAttempts, listMessages, recordAttempt } from './delivery-ledger.server';
import { planDelivery } from './delivery-plan';
import { verdictHistory } from './ledger.server';
import { parsePolicy, type Policy } from './policy';
import { dayNumber, dayOf } from './series';

const shipped = readFileSync(new URL('../plimsoll.yaml', import.meta.url), 'utf8');
const policyWith = (rule: string): Policy =>
	parsePolicy(shipped.replace(/stop_loss:[\s\S]*$/, `stop_loss:\n  rules:\n    - ${rule}\n`)).policy!;
const policy = policyWith(
	'{ name: recontact, metric: recontact_72h, slice: { tier: B }, kind: change, rise_percent: 20, owner: lead }'
);
const [rule] = policy.stop_loss.rules;
const START = dayNumber('2025-03-03');
/** 200 resolved contacts a day; 12 % come back, and `bad` % from day 60 until `end`. */
const cohorts = (days: number, bad = 24, end = 90): DailyCohort[] =>
	Array.from({ length: days }, (_, day) => ({
		day: dayOf(START + day),
		intent: 'refund_exception',
		n: 200,
		x: day >= 60 && day < end ? bad * 2 : 24
	}));
/** The instant at which everything up to `day` is known. */
const known = (day: number) => `${dayOf(START + day + 4)}T00:00:00Z`;

let folder: string;
let warehouse: Warehouse;
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-'));
	warehouse = await openWarehouse(join(folder, 'alerts.duckdb'));
});
afterEach(() => warehouse.close());
const watch = (rows: DailyCohort[], day: number, book = policy) =>
	watchAlerts(warehouse, book, { recontact: rows }, known(day), 'p1');
/** What a receiver would be sent now. */
async function messagesFor(name: string) {
	const attempts = (await listAttempts(warehouse)).filter(({ receiver }) => receiver === name);
	const messages = await listMessages(warehouse);
	const now = '2099-01-01T00:00:00Z';
	return planDelivery({ now, address: 'a', grouped: false, messages, attempts }).send.flatMap(
		(parcel) => parcel.messages
	);
}
const states = async () => (await listTransitions(warehouse)).map(({ toState }) => toState);

test('one run over all days and a run now and then tell the same story, and running again adds nothing', async () => {
	const rows = cohorts(130);
	await watch(rows, 129);
	const once = await listTransitions(warehouse);
	expect(once.map(({ toState }) => toState)).toEqual(['pending', 'firing', 'resolved', 'inactive']);
	expect((await watch(rows, 129)).transitions).toEqual([]);
	expect(await listTransitions(warehouse)).toEqual(once);
	await warehouse.close();
	warehouse = await openWarehouse(join(folder, 'daily.duckdb'));
	for (let day = 57; day < 130; day += 4) {
		if (day % 5 === 0) {
			await warehouse.close();
			warehouse = await openWarehouse(join(folder, 'daily.duckdb'));
		}
		await watch(rows.slice(0, day + 1), day);
	}
	expect(await listTransitions(warehouse)).toEqual(once);
});

test('a person, an attempt to deliver and a verdict are records of their own', async () => {
	await watch(cohorts(70), 69);
	const [message] = await messagesFor('pager');
	expect(message).toMatchObject({ kind: 'firing', rule: 'recontact', episode: 1 });
	const attempt = {
		receiver: 'pager',
		address: 'a',
		parcel: { key: message!.deliveryKey, messages: [message!] },
		at: known(69)
	};
	await recordAttempt(warehouse, { ...attempt, outcome: 'failed' });
	expect(await messagesFor('pager')).toHaveLength(1);
	await recordAttempt(warehouse, { ...attempt, outcome: 'delivered' });
	expect(await messagesFor('pager')).toEqual([]);
	expect(await messagesFor('mail')).toHaveLength(1);
	const ask = { kind: 'acknowledged', at: known(70), by: 'ops', owner: 'lead', due: known(99) } as const;
	expect(await askAlert(warehouse, rule!, message!.alertKey, ask)).toBeNull();
	expect(await askAlert(warehouse, rule!, message!.alertKey, ask)).toMatch(/acknowledged/);
	expect((await standingAlerts(warehouse)).find(({ key }) => key === message!.alertKey)?.alert).toMatchObject(
		{
			state: 'acknowledged',
			owner: 'lead'
		}
	);
	const firing = (await listTransitions(warehouse)).find(({ toState }) => toState === 'firing');
	expect(await verdictHistory(warehouse, 'recontact', firing!.at)).toMatchObject([{ finding: 'breach' }]);
});

test('what opened and closed before anybody heard of it is nothing to tell', async () => {
	await watch(cohorts(130), 129);
	expect(await messagesFor('pager')).toEqual([]);
});

test('late data restate the evidence of a firing, which stays fired', async () => {
	await watch(cohorts(70), 69);
	await watch(cohorts(71, 26), 70);
	const firing = (await listTransitions(warehouse)).find(({ toState }) => toState === 'firing');
	const believed = await verdictHistory(warehouse, 'recontact', firing!.at);
	expect(believed).toHaveLength(2);
	expect(believed[1]!.evidence!.observed).toBeGreaterThan(believed[0]!.evidence!.observed);
	expect(await states()).toEqual(['pending', 'firing']);
	const kinds = await warehouse.all<{ kind: string }>(`SELECT DISTINCT kind FROM alert.event ORDER BY kind`);
	expect(kinds).toEqual([{ kind: 'evidence_restated' }, { kind: 'observed' }]);
});

test('a tier B rule without data fires as blind at once, and closes when data are back', async () => {
	const rows = cohorts(60, 12).filter(({ day }) => day !== dayOf(START + 50) && day !== dayOf(START + 51));
	const { transitions } = await watch(rows, 59);
	expect(transitions.map(({ to }) => to)).toEqual(['firing', 'resolved', 'inactive']);
	// Its day ends at 22:00 UTC in Stockholm's summer, and 72 hours later it is due.
	expect(transitions[0]?.at).toBe(`${dayOf(START + 53)}T22:00:00.000Z`);
});

test('a rule that only shows missing data fires nothing', async () => {
	const quiet = policyWith(
		'{ name: recontact, metric: recontact_72h, slice: { tier: B }, kind: change, rise_percent: 20, no_data: show, owner: lead }'
	);
	expect((await watch(cohorts(50, 12), 59, quiet)).transitions).toEqual([]);
});

test('a rollback that dries up the series stays mitigated and is not blind', async () => {
	await watch(cohorts(70), 69);
	const [message] = await messagesFor('pager');
	await askAlert(warehouse, rule!, message!.alertKey, {
		kind: 'mitigated',
		at: known(70),
		by: 'lead',
		intents: ['refund_exception']
	});
	const { messages } = await watch(cohorts(70), 90);
	expect(messages).toEqual([]);
	expect((await standingAlerts(warehouse)).find(({ key }) => key === message!.alertKey)?.alert.state).toBe(
		'mitigated'
	);
});

test('the alert of a tier speaks for its intents; when it is closed, they speak for themselves', async () => {
	const book = policyWith(
		`{ name: child, metric: recontact_72h, slice: { intent: refund_exception }, kind: change, rise_percent: 20, owner: lead }
    - { name: tier, metric: recontact_72h, slice: { tier: B }, kind: change, rise_percent: 20, owner: lead }`
	);
	const rows = cohorts(76);
	const live = (day: number) =>
		watchAlerts(
			warehouse,
			book,
			{ child: rows.slice(0, day + 1), tier: rows.slice(0, day + 1) },
			known(day),
			'p'
		);
	const first = await live(69);
	expect(first.transitions.filter(({ to }) => to === 'firing').map(({ rule }) => rule)).toEqual([
		'tier',
		'child'
	]);
	expect(first.messages.map(({ rule, kind }) => [rule, kind])).toEqual([['tier', 'firing']]);
	const firing = (await standingAlerts(warehouse)).filter(({ alert }) => alert.state === 'firing');
	const [child, tier] = ['child', 'tier'].map((name) => firing.find((one) => one.rule === name));
	expect(child!.alert).toMatchObject({ told: false, inhibitedBy: tier!.key });
	await askAlert(warehouse, book.stop_loss.rules[1]!, tier!.key, {
		kind: 'resolved',
		at: known(70),
		by: 'lead',
		reason: 'false_alarm'
	});
	const next = await live(75);
	expect(next.messages.map(({ rule, kind }) => [rule, kind])).toContainEqual(['child', 'firing']);
});
