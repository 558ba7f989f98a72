/**
 * The way back of intents that were rolled back: the test that each must pass, moving one, and what a policy settles by
 * itself after each evaluation. Touches the database.
 */
import { dailyCohorts, watermark } from '#queries/queries.server';
import { standingAlerts } from '#stoploss/alert-ledger.server';
import { listDecisions, moveIntent, routingChanges } from '#stoploss/decisions.server';
import { evaluationOf, evaluatorOf } from '#stoploss/evaluate';
import type { Policy } from '#stoploss/policy';
import { testRecovery, type RecoveryTest } from '#stoploss/recovery';
import { probationOf } from '#stoploss/rollback-policy';
import { newestChanges, type RoutingChange } from '#stoploss/routing';
import { titleOf, type Rule } from '#stoploss/rule';
import { countOf, dayNumber, seriesOf } from '#stoploss/series';
import type { Warehouse } from '#warehouse/warehouse.server';
import { calendarOf, localDay } from './policy-file.server';
import { ruleData, type RuleData } from './rule-data.server';
import { recommend, decideAlert } from './rollback.server';

/** Who decided where the policy opted in. */
export const BY_POLICY = 'policy';

/** An intent that was rolled back and is not done with, and whether it may move on. */
export interface Rollback {
	change: RoutingChange;
	title: string;
	test: RecoveryTest;
	/** What the evidence speaks for; null where it is undecided. */
	proposal: 'promote' | 'end_probation' | 'back_to_assist' | null;
}

export async function rollbacks(warehouse: Warehouse, policy: Policy): Promise<Rollback[]> {
	const standing = [...newestChanges(await routingChanges(warehouse)).values()].filter(
		({ state }) => state !== 'contained'
	);
	const now = await watermark(warehouse);
	if (standing.length === 0 || now === null) return [];
	const data = await ruleData(warehouse, policy, now);
	const found: Rollback[] = [];
	for (const change of standing) {
		const test = await recoveryOf(warehouse, policy, data, change, now);
		const promoting = change.state === 'rolled_back';
		const proposals: Record<RecoveryTest['finding'], Rollback['proposal']> = {
			recovered: promoting ? 'promote' : 'end_probation',
			worse: promoting ? null : 'back_to_assist',
			undecided: null
		};
		const rule = policy.stop_loss.rules.find(({ name }) => name === change.rule);
		found.push({
			change,
			title: rule ? titleOf(rule) : change.rule,
			test,
			proposal: proposals[test.finding]
		});
	}
	return found;
}

async function recoveryOf(
	warehouse: Warehouse,
	policy: Policy,
	data: RuleData,
	change: RoutingChange,
	now: string
): Promise<RecoveryTest> {
	const { intent, state } = change;
	const after = dayNumber(localDay(policy, change.asOf));
	const { minimum_days: days, weeks } = probationOf(policy);
	const canary =
		state === 'rolled_back'
			? await canaryOf(warehouse, policy, intent, after, now, change.canaryPercent)
			: null;
	const ask = (rule: Rule) => {
		const cohorts = data.cohorts[rule.name] ?? [];
		const whole = evaluatorOf(evaluationOf(policy, rule, cohorts, data.options)).judgeAt(now);
		const own = cohorts.filter((row) => row.intent === intent);
		// The reference is that of the rule, whose baseline rests on all its intents.
		const evaluator = evaluatorOf({
			...evaluationOf(policy, rule, own, data.options),
			baseline: whole.subject.baseline,
			frozen: []
		});
		const judge = evaluator.judgeAt(now);
		const series = judge.subject.series;
		return testRecovery(judge, evaluator.due(now), (since, until) => countOf(series, since, until), {
			after,
			worseningAtFiring: rule.name === change.rule ? change.worsening : null,
			referenceSince: rule.name === change.rule ? change.referenceSince : null,
			minimumDays: state === 'rolled_back' ? days : weeks * 7,
			canary
		});
	};
	const { rules } = policy.stop_loss;
	const rule = rules.find(({ name }) => name === change.rule);
	if (!rule)
		return {
			finding: 'undecided',
			until: localDay(policy, now),
			n: 0,
			window: null,
			observed: null,
			expected: null,
			worsening: null,
			upper90: null,
			allowed: null,
			limit: null,
			missing: [
				`The rule ${change.rule}, whose alert rolled it back: the policy in force has none of that name.`
			]
		};
	const test = ask(rule);
	const others = rules.filter(
		(other) => other.name !== rule.name && other.action === 'assist' && covers(other, intent, policy)
	);
	const worse = others.filter((other) => ask(other).finding === 'worse');
	if (worse.length === 0) return test;
	const missing = worse.map((other) => `“${titleOf(other)}” is worse on this intent as well.`);
	if (state === 'probation') return { ...test, finding: 'worse', missing };
	return { ...test, finding: 'undecided', missing: [...test.missing, ...missing] };
}

function covers({ slice }: Rule, intent: string, { tiers }: Policy): boolean {
	const named = slice.intents ?? (slice.intent ? [slice.intent] : null);
	if (named) return named.includes(intent);
	return slice.tier === undefined || (slice.tier !== 'unassigned' && tiers[slice.tier].includes(intent));
}

async function canaryOf(
	warehouse: Warehouse,
	policy: Policy,
	intent: string,
	after: number,
	asOf: string,
	percent: number
) {
	const rows = await dailyCohorts(warehouse, {
		metric: 'containment',
		filter: { intent: [intent] },
		calendar: calendarOf(policy),
		asOf
	});
	const series = seriesOf(rows);
	const since = rows.filter(({ day }) => dayNumber(day) > after);
	return {
		percent,
		bot: countOf(series, after + 1, Infinity),
		aiOnly: since.reduce((sum, { x }) => sum + x, 0)
	};
}

export interface Move {
	to: 'probation' | 'assist' | 'contain';
	by: string;
	reason?: string | undefined;
	/** Version of the intent's newest change that was seen. */
	seen: number;
}

const STATE_OF = { probation: 'probation', assist: 'rolled_back', contain: 'contained' } as const;

/** Promotes an intent, or takes it back. Throws a RangeError that says why not; null where it was never rolled back. */
export async function moveRollback(
	warehouse: Warehouse,
	policy: Policy,
	intent: string,
	move: Move,
	now: string
): Promise<RoutingChange | null> {
	const found = (await rollbacks(warehouse, policy)).find(({ change }) => change.intent === intent);
	const asOf = await watermark(warehouse);
	if (!found || asOf === null) return null;
	return moveIntent(warehouse, {
		intent,
		seen: move.seen,
		state: STATE_OF[move.to],
		toRoute: move.to === 'assist' ? 'assist' : 'contain',
		decidedBy: move.by,
		decidedAt: now,
		asOf,
		reviewOn: null,
		reason: move.reason || null,
		canaryPercent: move.to === 'assist' ? probationOf(policy).canary_percent : 0,
		evidence: found.test
	});
}

/**
 * After each evaluation: rolls back what a rule with `auto_rollback` fires on, and ends probations that were passed,
 * which changes no route. All else waits for a person.
 */
export async function settleByPolicy(warehouse: Warehouse, policy: Policy, now: string): Promise<void> {
	const auto = policy.stop_loss.rules.filter((rule) => rule.auto_rollback && rule.action === 'assist');
	if (auto.length > 0) {
		const [alerts, decisions] = await Promise.all([standingAlerts(warehouse), listDecisions(warehouse)]);
		for (const one of alerts) {
			const rule = auto.find(({ name }) => name === one.rule);
			const { state, episode } = one.alert;
			const decided = decisions.some((d) => d.alertKey === one.key && d.episode === episode);
			if (!rule || decided || (state !== 'firing' && state !== 'acknowledged')) continue;
			const made = await recommend(warehouse, policy, one);
			if (typeof made === 'string' || (made.scope !== 'intents' && made.scope !== 'tier')) continue;
			await decideAlert(
				warehouse,
				policy,
				one.key,
				{ decision: 'approve', by: BY_POLICY, reason: 'The rule says auto_rollback: true.', seen: 0 },
				now
			);
		}
	}
	for (const { change, proposal } of await rollbacks(warehouse, policy)) {
		const { intent, version: seen } = change;
		const ofAuto = auto.some(({ name }) => name === change.rule);
		if (proposal === 'end_probation')
			await moveRollback(warehouse, policy, intent, { to: 'contain', by: BY_POLICY, seen }, now);
		else if (proposal === 'back_to_assist' && ofAuto)
			await moveRollback(
				warehouse,
				policy,
				intent,
				{ to: 'assist', by: BY_POLICY, reason: 'The rule says auto_rollback: true.', seen },
				now
			);
	}
}
