/** The whole story of a rollback over a real database, by the rooms' own doors; figures worked out by hand. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BROKEN, ROLLBACK_POLICY, rollbackWorld, type WorldDays } from '#fixtures/rollback-world';
import { ingest } from '#ingest/ingest.server';
import { refreshFacts } from '#queries/queries.server';
import { standingAlerts } from '#stoploss/alert-ledger.server';
import { sayUseful } from '#stoploss/decisions.server';
import { intentPolicyOf, parsePolicy, type Policy } from '#stoploss/policy';
import { openWarehouse, type Warehouse } from '#warehouse/warehouse.server';
import { judgeNow } from './judge.server';
import { decisionLog } from './decision-log.server';
import { moveRollback, rollbacks } from './recovery.server';
import { decideAlert, effectivePolicy, recommendationFor } from './rollback.server';

const NOW = '2026-11-01T10:00:00Z';
const folders: string[] = [];

class Story {
	readonly folder = mkdtempSync(join(tmpdir(), 'plimsoll-rollback-'));
	readonly file = join(this.folder, 'test.duckdb');
	private parts = 0;
	constructor(
		public warehouse: Warehouse,
		readonly policy: Policy
	) {}

	static async open(yaml = ROLLBACK_POLICY): Promise<Story> {
		const { policy, problems } = parsePolicy(yaml);
		expect(problems).toEqual([]);
		const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rollback-'));
		folders.push(folder);
		return new Story(await openWarehouse(join(folder, 'test.duckdb')), policy!);
	}

	async live(days: WorldDays): Promise<void> {
		const path = join(this.folder, `part-${this.parts++}.ndjson`);
		folders.push(this.folder);
		writeFileSync(
			path,
			rollbackWorld(days)
				.map((record) => JSON.stringify(record))
				.join('\n')
		);
		const done = await ingest(this.warehouse, { inputs: [path], source: 'canonical', now: NOW });
		expect(done.quarantined).toBe(0);
		await refreshFacts(this.warehouse, intentPolicyOf(this.policy));
		await judgeNow(this.warehouse, this.policy);
	}

	async firing(): Promise<string> {
		const alert = (await standingAlerts(this.warehouse)).find(({ alert: { state } }) => state === 'firing');
		expect(alert).toBeDefined();
		return alert!.key;
	}

	async approve(key: string) {
		return decideAlert(this.warehouse, this.policy, key, { decision: 'approve', by: 'Mia', seen: 0 }, NOW);
	}

	async route(intent: string) {
		const { routes } = await effectivePolicy(this.warehouse, this.policy);
		return routes.find((one) => one.intent === intent)!;
	}

	async rollback() {
		return (await rollbacks(this.warehouse, this.policy))[0]!;
	}
}

const BREAKS = [
	{ from: 0, until: 56, broken: 0.85 },
	{ from: 56, until: 84, broken: 0.6 }
] as const;

/** The log up to the break, taken in once for all that begin there. */
const begun = new Map<string, Promise<string>>();

async function fired(yaml = ROLLBACK_POLICY, extra: Partial<WorldDays> = {}): Promise<Story> {
	const name = JSON.stringify([yaml, extra]);
	const begin = async () => {
		const story = await Story.open(yaml);
		for (const days of BREAKS) await story.live({ ...days, ...extra });
		await story.warehouse.close();
		return story.warehouse.file;
	};
	if (!begun.has(name)) begun.set(name, begin());
	const from = await begun.get(name)!;
	const story = await Story.open(yaml);
	const { file } = story.warehouse;
	await story.warehouse.close();
	for (const part of ['', '.transcripts']) cpSync(from + part, file + part, { recursive: true });
	story.warehouse = await openWarehouse(file);
	return story;
}

afterAll(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('a rollback', { timeout: 120_000 }, () => {
	it('is recommended for the intent that broke, with what history says it costs and saves', async () => {
		const story = await fired();
		const view = (await recommendationFor(story.warehouse, story.policy, await story.firing()))!;
		const { recommendation: made } = view;
		expect(made?.scope).toBe('intents');
		expect(made?.intents.map(({ intent, action }) => [intent, action])).toEqual([
			[BROKEN, 'move'],
			['account_access', 'sample_more'],
			['address_change', 'sample_more']
		]);
		const costs = made!.consequences!;
		// 24 a day, of which a tenth is kept; 9 minutes each; 40 of 100 badly contained.
		expect(costs.aiOnlyPerWeek.value).toBeCloseTo(168);
		expect(costs.minutesPerAssisted.value).toBeCloseTo(9, 1);
		expect(costs.extraMinutesPerWeek.value).toBeCloseTo(168 * 0.9 * 9, 0);
		expect(costs.customersPerWeek.value).toBeCloseTo(168 * 0.9);
		expect(costs.savedReworkMinutesPerWeek.value).toBe(0);
		expect(costs.moneyPerWeek.value).toBeCloseTo(168 * 0.9 * 9 * 0.5, 0);
		for (const figure of [costs.extraMinutesPerWeek, costs.badAvoidedPerWeek, costs.moneyPerWeek]) {
			expect(figure.low).toBeLessThan(figure.value!);
			expect(figure.high).toBeGreaterThan(figure.value!);
		}
		// The last four mature weeks are the days 48 to 75: 8 of them before the break, 20 after it.
		expect(costs.badAvoidedPerWeek.value).toBeCloseTo(24 * 0.9 * 0.25 * (20 * 0.4 + 8 * 0.15), 0);
		expect(made!.telling).toHaveLength(10);
		expect(made!.telling.filter(({ bad }) => bad)).toHaveLength(7);
		expect(new Set(made!.telling.map(({ intent }) => intent))).toEqual(new Set([BROKEN]));
		expect(made!.telling[0]).toMatchObject({ signals: ['low_rating'], why: 'rated 1 or 2' });
		const again = (await recommendationFor(story.warehouse, story.policy, view.alert.key))!;
		expect(again.recommendation!.telling.map(({ id }) => id)).toEqual(made!.telling.map(({ id }) => id));
		await story.warehouse.close();
	});

	it('says that it does not know, and why, where the log has no minutes', async () => {
		const story = await fired(ROLLBACK_POLICY, { withoutMinutes: true });
		const { recommendation } = (await recommendationFor(
			story.warehouse,
			story.policy,
			await story.firing()
		))!;
		const { extraMinutesPerWeek, moneyPerWeek, badAvoidedPerWeek } = recommendation!.consequences!;
		expect(extraMinutesPerWeek).toMatchObject({ value: null, unknown: expect.stringContaining('minutes') });
		expect(moneyPerWeek.value).toBeNull();
		expect(badAvoidedPerWeek.value).toBeGreaterThan(0);
		await story.warehouse.close();
	});

	it('is approved by one of two people, mitigates the alert, and outlives a restart', async () => {
		const story = await fired();
		const key = await story.firing();
		const ask = (by: string) =>
			decideAlert(story.warehouse, story.policy, key, { decision: 'approve', by, seen: 0 }, NOW);
		const both = await Promise.allSettled([ask('Mia'), ask('Noah')]);
		expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		const lost = both.find((one) => one.status === 'rejected') as PromiseRejectedResult;
		expect(String(lost.reason)).toMatch(/(Mia|Noah) approved this at/);
		const path = story.warehouse.file;
		await story.warehouse.close();
		story.warehouse = await openWarehouse(path);
		expect(await story.route(BROKEN)).toMatchObject({ route: 'assist', canaryPercent: 10 });
		expect(await story.route('account_access')).toMatchObject({ route: 'contain', change: null });
		const [alert] = (await standingAlerts(story.warehouse)).filter((one) => one.key === key);
		expect(alert!.alert.state).toBe('mitigated');
		await story.warehouse.close();
	});

	it('is declined only with a reason, adjusted only within tier B, and moves nothing when declined', async () => {
		const story = await fired();
		const key = await story.firing();
		const ask = (wish: object) =>
			decideAlert(
				story.warehouse,
				story.policy,
				key,
				{ decision: 'approve', by: 'Mia', seen: 0, ...wish },
				NOW
			);
		await expect(ask({ decision: 'decline' })).rejects.toThrow('needs a reason');
		await expect(ask({ intents: ['order_status'] })).rejects.toThrow("can't be moved");
		await expect(ask({ intents: [] })).rejects.toThrow('at least one intent');
		await ask({ decision: 'decline', reason: 'A campaign ends on Friday' });
		expect((await effectivePolicy(story.warehouse, story.policy)).version).toBe(0);
		const adjusted = await ask({ seen: 1, intents: [BROKEN, 'address_change'] });
		expect(adjusted).toMatchObject({ kind: 'adjusted', seq: 2, policyVersion: 1 });
		await story.warehouse.close();
	});

	it('happens by itself only where the rule opted in, and never in the other direction', async () => {
		const quiet = await fired();
		expect((await effectivePolicy(quiet.warehouse, quiet.policy)).version).toBe(0);
		await quiet.warehouse.close();
		const story = await fired(ROLLBACK_POLICY.replace('owner: lead', 'owner: lead, auto_rollback: true'));
		expect(await story.route(BROKEN)).toMatchObject({ route: 'assist', change: { decidedBy: 'policy' } });
		await story.live({ from: 84, until: 140, broken: 0.85, aiOnly: 3 });
		expect(await story.rollback()).toMatchObject({ proposal: 'promote' });
		expect((await story.route(BROKEN)).route).toBe('assist');
		await story.warehouse.close();
	});
});

describe('probation', { timeout: 120_000 }, () => {
	it('is proposed, and passed, only once the rates have recovered', async () => {
		const story = await fired();
		await story.approve(await story.firing());
		await story.live({ from: 84, until: 98, broken: 0.85, aiOnly: 3 });
		expect(await story.rollback()).toMatchObject({ test: { finding: 'undecided' }, proposal: null });
		const move = (to: 'probation' | 'assist', seen: number) =>
			moveRollback(story.warehouse, story.policy, BROKEN, { to, by: 'Mia', seen }, NOW);
		await expect(move('probation', 1)).rejects.toThrow('no evidence');
		await story.live({ from: 98, until: 140, broken: 0.85, aiOnly: 3 });
		const ready = await story.rollback();
		expect(ready).toMatchObject({ test: { finding: 'recovered', missing: [] }, proposal: 'promote' });
		await expect(move('probation', 0)).rejects.toThrow('Nothing was changed by you');
		await move('probation', 1);
		expect(await story.route(BROKEN)).toMatchObject({ route: 'contain', change: { state: 'probation' } });
		await story.live({ from: 140, until: 160, broken: 0.85 });
		expect(await story.rollback()).toMatchObject({ test: { finding: 'undecided' } });
		await story.live({ from: 160, until: 180, broken: 0.85 });
		expect(await rollbacks(story.warehouse, story.policy)).toEqual([]);
		const { changes, entries, rules } = await decisionLog(story.warehouse, story.policy);
		expect(changes.map(({ state, decidedBy }) => [state, decidedBy])).toEqual([
			['contained', 'policy'],
			['probation', 'Mia'],
			['rolled_back', 'Mia']
		]);
		const [entry] = entries;
		expect(entry!.decisions[0]!.outcomes).toMatchObject([
			{ days: 14, status: 'measured', before: { n: 840 }, after: { n: 420 } },
			{ days: 28, status: 'measured', after: { n: 840 } }
		]);
		expect(rules[0]).toMatchObject({ fired: 1, judged: 0, precision: null, idle: null });
		const { key: alertKey, episode } = entry!.alert;
		await sayUseful(story.warehouse, {
			alertKey,
			episode,
			useful: false,
			why: null,
			saidBy: 'Mia',
			saidAt: NOW
		});
		const [worth] = (await decisionLog(story.warehouse, story.policy)).rules;
		expect(worth).toMatchObject({ useful: 0, judged: 1, precision: { value: 0, low: 0 } });
		expect(worth!.idle).toContain('never useful');
		await story.warehouse.close();
	});

	it('is not proposed for an intent that has not recovered', async () => {
		const story = await fired();
		await story.approve(await story.firing());
		await story.live({ from: 84, until: 140, broken: 0.6, aiOnly: 3 });
		expect(await story.rollback()).toMatchObject({ test: { finding: 'worse' }, proposal: null });
		await story.warehouse.close();
	});

	it('stays undecided on an empty series, and on what is left without a canary', async () => {
		const story = await fired();
		await story.approve(await story.firing());
		await story.live({ from: 84, until: 140, broken: 0.85, aiOnly: 0 });
		const empty = await story.rollback();
		expect(empty).toMatchObject({ test: { finding: 'undecided', n: 0, worsening: null }, proposal: null });
		expect(empty.test.missing.join(' ')).toContain('No outcome');
		await story.warehouse.close();
		const without = await fired(ROLLBACK_POLICY.replace('canary_percent: 10', 'canary_percent: 0'));
		await without.approve(await without.firing());
		await without.live({ from: 84, until: 140, broken: 0.85, aiOnly: 3 });
		const left = await without.rollback();
		expect(left).toMatchObject({ test: { finding: 'undecided' }, proposal: null });
		expect(left.test.missing.join(' ')).toContain('canary_percent');
		await without.warehouse.close();
	});

	it('is broken off when the intent that came back turns bad again', async () => {
		const story = await fired();
		await story.approve(await story.firing());
		await story.live({ from: 84, until: 140, broken: 0.85, aiOnly: 3 });
		await moveRollback(story.warehouse, story.policy, BROKEN, { to: 'probation', by: 'Mia', seen: 1 }, NOW);
		await story.live({ from: 140, until: 160, broken: 0.6 });
		const again = await story.rollback();
		expect(again).toMatchObject({ test: { finding: 'worse' }, proposal: 'back_to_assist' });
		await moveRollback(
			story.warehouse,
			story.policy,
			BROKEN,
			{ to: 'assist', by: 'Mia', seen: again.change.version },
			NOW
		);
		expect((await story.route(BROKEN)).route).toBe('assist');
		await story.warehouse.close();
	});
});
