/**
 * Rolling intents back and forth: the recommendation for an alert, decisions, the routing the bot polls, the tests
 * that an intent must pass to come back, and the log of it all. Touches the database.
 * Who decides is named; a policy that opted in decides as `policy`, and only from contain to assist.
 */
import {
	dailyCohorts,
	handledHistory,
	MATURITY_HOURS,
	tellingConversations,
	watermark,
	type CohortMetric
} from '#queries/queries.server';
import {
	listTransitions,
	standingAlerts,
	type LedgerTransition,
	type StandingAlert
} from '#stoploss/alert-ledger.server';
import { subjectOf } from '#stoploss/alert-subject';
import {
	breachSince,
	decide,
	listDecisions,
	listUsefulness,
	moveIntent,
	routingChanges,
	type Decision,
	type Usefulness
} from '#stoploss/decisions.server';
import {
	OUTCOME_DAYS,
	outcomeMetric,
	outcomeOf,
	worthOf,
	type Outcome,
	type RuleWorth
} from '#stoploss/decision-log';
import { evaluationOf, evaluatorOf } from '#stoploss/evaluate';
import { latestVerdicts } from '#stoploss/ledger.server';
import { hashOf, limitsOf, type Policy } from '#stoploss/policy';
import {
	adviceOf,
	consequencesOf,
	reviewDay,
	tellingOf,
	type FullRecommendation
} from '#stoploss/recommendation';
import { testRecovery, type RecoveryTest } from '#stoploss/recovery';
import { probationOf, type Probation } from '#stoploss/rollback-policy';
import { effectiveRouting, newestChanges, type IntentRoute, type RoutingChange } from '#stoploss/routing';
import { titleOf, type Rule } from '#stoploss/rule';
import { ruleMetric } from '#stoploss/rule-metrics';
import { countOf, dayNumber, seriesOf } from '#stoploss/series';
import type { AlertState } from '#warehouse/vocabulary';
import type { Warehouse } from '#warehouse/warehouse.server';
import { calendarOf } from './policy-file.server';
import { filterOf, ruleData, type RuleData } from './rule-data.server';

/** Weeks of the past that costs and savings are counted over. */
const HISTORY_WEEKS = 12;
const TELLING = { bad: 7, good: 3 };
/** Who decided where the policy opted in. */
export const BY_POLICY = 'policy';

const localDay = (policy: Policy, at: string) =>
	new Intl.DateTimeFormat('en-CA', { timeZone: policy.account.time_zone }).format(new Date(at));

export interface AlertBrief {
	key: string;
	rule: string;
	title: string;
	sentence: string;
	state: AlertState;
	episode: number;
	firedAt: string | null;
}

export interface RecommendationView {
	alert: AlertBrief;
	/** Null where there is nothing to recommend, with the reason. */
	recommendation: FullRecommendation | null;
	reason: string;
	decisions: Decision[];
	/** Whether a decision can be taken now. */
	open: boolean;
	probation: Probation;
}

/** The alert whose key is, or alone begins with, what is given. */
async function alertOf(warehouse: Warehouse, key: string): Promise<StandingAlert | null> {
	const found = (await standingAlerts(warehouse)).filter((one) => key.length >= 4 && one.key.startsWith(key));
	return found.length === 1 ? found[0]! : null;
}

function briefOf(policy: Policy, { key, rule, alert }: StandingAlert): AlertBrief {
	const { title, sentence } = subjectOf(policy, key, rule);
	const { state, episode, firedAt } = alert;
	return { key, rule, title, sentence, state, episode, firedAt };
}

/** Null where there is no such alert. */
export async function recommendationFor(
	warehouse: Warehouse,
	policy: Policy,
	key: string
): Promise<RecommendationView | null> {
	const found = await alertOf(warehouse, key);
	if (!found) return null;
	const { state, episode } = found.alert;
	const decisions = (await listDecisions(warehouse)).filter(
		(one) => one.alertKey === found.key && one.episode === episode
	);
	const open = state === 'firing' || state === 'acknowledged';
	const made = open ? await recommend(warehouse, policy, found) : (decisions.at(-1)?.recommendation ?? null);
	const recommendation = typeof made === 'string' ? null : made;
	return {
		alert: briefOf(policy, found),
		recommendation,
		reason:
			typeof made === 'string'
				? made
				: (made?.reason ?? `The alert is ${state}: there is nothing to decide.`),
		decisions,
		open: open && recommendation !== null,
		probation: probationOf(policy)
	};
}

/** What to do about an alert that fires, or why nothing is recommended. */
async function recommend(
	warehouse: Warehouse,
	policy: Policy,
	{ key, rule: name, alert }: StandingAlert
): Promise<FullRecommendation | string> {
	const { about, rule } = subjectOf(policy, key, name);
	if (about !== 'metric' || !rule)
		return 'This alert is about missing data or a rule that is gone: there is no rate to mend by a rollback.';
	if (rule.action !== 'assist')
		return 'The rule only tells its owner (action: notify); it recommends no rollback.';
	const now = await watermark(warehouse);
	const breach = alert.firedAt === null ? null : await breachSince(warehouse, rule.name, alert.firedAt);
	if (!breach || now === null) return 'The evidence of this firing is not in the ledger.';
	const { asOf, evidence } = breach;
	const atAssist = new Set(
		effectiveRouting(policy, await routingChanges(warehouse))
			.filter(({ route }) => route !== 'contain')
			.map(({ intent }) => intent)
	);
	const advice = adviceOf(evidence, policy.tiers.B, atAssist);
	const moved = advice.intents.filter(({ action }) => action === 'move').map(({ intent }) => intent);
	const { window, worsening } = evidence;
	const result: FullRecommendation = {
		...advice,
		verdict: { rule: rule.name, asOf, window, worsening },
		consequences: null,
		telling: [],
		reviewOn: reviewDay(localDay(policy, now), ruleMetric(rule.metric).maturityHours)
	};
	if (moved.length === 0) return result;
	const calendar = calendarOf(policy);
	const { path: _, tier: __, ...slice } = filterOf(rule);
	const filter = { ...slice, intent: moved };
	const limits = limitsOf(policy);
	const [rows, telling] = await Promise.all([
		handledHistory(warehouse, { asOf: now, filter, calendar, weeks: HISTORY_WEEKS }),
		tellingConversations(warehouse, {
			asOf: now,
			filter,
			calendar,
			since: window.since,
			until: window.until,
			seed: `${key}|${alert.episode}`,
			...TELLING
		})
	]);
	return {
		...result,
		consequences: consequencesOf({
			intents: moved,
			rows,
			humanMinuteCost: limits.humanMinuteCost,
			currency: limits.currency,
			canaryPercent: probationOf(policy).canary_percent,
			harmed: evidence.harmed
		}),
		telling: tellingOf(telling)
	};
}

export interface Wish {
	decision: 'approve' | 'decline';
	/** Intents to move; those recommended where none are named. */
	intents?: readonly string[] | undefined;
	by: string;
	reason?: string | undefined;
	reviewOn?: string | undefined;
	/** Decisions on this firing that were seen. */
	seen: number;
}

/** Takes a decision. Throws a RangeError that says why not, and null where there is no such alert. */
export async function decideAlert(
	warehouse: Warehouse,
	policy: Policy,
	key: string,
	wish: Wish,
	now: string
): Promise<Decision | null> {
	const found = await alertOf(warehouse, key);
	const asOf = await watermark(warehouse);
	const rule = policy.stop_loss.rules.find(({ name }) => name === found?.rule);
	if (!found) return null;
	const made = rule && asOf !== null ? await recommend(warehouse, policy, found) : null;
	if (!rule || asOf === null || made === null) throw new RangeError('The policy in force has no such rule.');
	if (typeof made === 'string') throw new RangeError(made);
	const recommended = made.intents.filter(({ action }) => action === 'move').map(({ intent }) => intent);
	const intents = wish.decision === 'decline' ? [] : (wish.intents ?? recommended);
	const same = intents.length === recommended.length && intents.every((one) => recommended.includes(one));
	return decide(warehouse, {
		rule,
		alertKey: found.key,
		seen: wish.seen,
		kind: wish.decision === 'decline' ? 'declined' : same ? 'approved' : 'adjusted',
		intents,
		decidedBy: wish.by,
		decidedAt: now,
		asOf,
		reason: wish.reason || null,
		reviewOn: wish.reviewOn || made.reviewOn,
		recommendation: made,
		canaryPercent: probationOf(policy).canary_percent
	});
}

/** What the bot polls: changes whenever a route does. */
export interface EffectivePolicy {
	/** Of the routing; 0 before anything was ever decided. */
	version: number;
	/** Of the policy file. */
	policyVersion: string;
	routes: IntentRoute[];
}

export async function effectivePolicy(warehouse: Warehouse, policy: Policy): Promise<EffectivePolicy> {
	const changes = await routingChanges(warehouse);
	return {
		version: changes.at(-1)?.version ?? 0,
		policyVersion: hashOf(policy),
		routes: effectiveRouting(policy, changes)
	};
}

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

/** One firing of an alert with all that was decided of it and came of it. */
export interface LogEntry {
	alert: Omit<AlertBrief, 'state'> & { state: AlertState | null };
	decisions: (Omit<Decision, 'recommendation'> & { scope: string; worsening: number; outcomes: Outcome[] })[];
	useful: Usefulness | null;
}

export interface DecisionLog {
	entries: LogEntry[];
	rules: RuleWorth[];
	changes: RoutingChange[];
}

export async function decisionLog(warehouse: Warehouse, policy: Policy): Promise<DecisionLog> {
	const [transitions, standing, decisions, useful, changes, latest, now, first] = await Promise.all([
		listTransitions(warehouse),
		standingAlerts(warehouse),
		listDecisions(warehouse),
		listUsefulness(warehouse),
		routingChanges(warehouse),
		latestVerdicts(warehouse),
		watermark(warehouse),
		warehouse.all<{ rule: string; since: string }>(
			'SELECT rule, min(as_of) AS since FROM ledger.judgement GROUP BY rule'
		)
	]);
	const firings = new Map<string, LedgerTransition>();
	for (const one of transitions)
		if (one.toState === 'firing' && !firings.has(`${one.alertKey}|${one.episode}`))
			firings.set(`${one.alertKey}|${one.episode}`, one);
	const entries: LogEntry[] = [];
	for (const { alertKey: key, episode, rule: name, at } of firings.values()) {
		const { title, sentence } = subjectOf(policy, key, name);
		const alert = standing.find((one) => one.key === key)?.alert;
		const own = decisions.filter((one) => one.alertKey === key && one.episode === episode);
		entries.push({
			alert: {
				key,
				rule: name,
				title,
				sentence,
				episode,
				firedAt: at,
				state: alert?.episode === episode ? alert.state : null
			},
			decisions: await Promise.all(
				own.map(async ({ recommendation, ...decision }) => ({
					...decision,
					scope: recommendation.scope,
					worsening: recommendation.verdict.worsening,
					outcomes: now === null ? [] : await outcomesOf(warehouse, policy, decision, recommendation, now)
				}))
			),
			useful: useful.find((one) => one.alertKey === key && one.episode === episode) ?? null
		});
	}
	entries.sort((a, b) => Date.parse(b.alert.firedAt ?? '') - Date.parse(a.alert.firedAt ?? ''));
	const rules = policy.stop_loss.rules.map((rule) => {
		const own = entries.filter(
			(entry) =>
				subjectOf(policy, entry.alert.key, rule.name).about === 'metric' && entry.alert.rule === rule.name
		);
		const said = own.flatMap((entry) => (entry.useful ? [entry.useful.useful] : []));
		const since = first.find((one) => one.rule === rule.name)?.since;
		return worthOf(rule, titleOf(rule), {
			fired: own.length,
			useful: said.filter(Boolean).length,
			judged: said.length,
			watchedDays: since && now !== null ? (Date.parse(now) - Date.parse(since)) / 86_400_000 : 0,
			detectable: latest.find((one) => one.rule === rule.name)?.detectable ?? []
		});
	});
	return { entries, rules, changes: [...changes].reverse() };
}

async function outcomesOf(
	warehouse: Warehouse,
	policy: Policy,
	{ rule: name, asOf, intents, kind }: Omit<Decision, 'recommendation'>,
	recommendation: FullRecommendation,
	now: string
): Promise<Outcome[]> {
	const rule = policy.stop_loss.rules.find((one) => one.name === name);
	if (!rule) return [];
	const recommended = recommendation.intents
		.filter(({ action }) => action === 'move')
		.map((one) => one.intent);
	const measured = kind === 'declined' ? recommended : intents;
	const metric = outcomeMetric(rule) as CohortMetric;
	if (measured.length === 0 || !(metric in MATURITY_HOURS)) return [];
	const after = localDay(policy, asOf);
	const { path: _, tier: __, ...slice } = filterOf(rule);
	const calendar = calendarOf(policy);
	return Promise.all(
		OUTCOME_DAYS.map(async (days): Promise<Outcome> => {
			// A day's end lies up to a day after midnight in UTC, whatever the zone.
			const known = new Date(
				(dayNumber(after) + days + 2) * 86_400_000 + MATURITY_HOURS[metric] * 3_600_000
			).toISOString();
			if (Date.parse(now) < Date.parse(known)) return { days, status: 'immature', known };
			const cohorts = await dailyCohorts(warehouse, {
				metric,
				filter: { ...slice, intent: measured },
				calendar,
				limits: limitsOf(policy),
				asOf: known
			});
			return outcomeOf(metric, days, after, cohorts, policy.minimum_evidence);
		})
	);
}
