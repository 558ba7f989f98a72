/**
 * What to do about an alert: the recommendation, the decision, and the routing that the bot polls. Touches the database.
 * Who decides is named; a policy that opted in decides as `policy`, and only from contain to assist.
 */
import { handledHistory, tellingConversations, watermark } from '#queries/queries.server';
import { standingAlerts, type StandingAlert } from '#stoploss/alert-ledger.server';
import { subjectOf, type AlertSubject } from '#stoploss/alert-subject';
import {
	breachSince,
	decide,
	listDecisions,
	routingChanges,
	type Decision
} from '#stoploss/decisions.server';
import { hashOf, limitsOf, type Policy } from '#stoploss/policy';
import {
	adviceOf,
	consequencesOf,
	reviewDay,
	tellingOf,
	type FullRecommendation
} from '#stoploss/recommendation';
import { probationOf, type Probation } from '#stoploss/rollback-policy';
import { effectiveRouting, type IntentRoute } from '#stoploss/routing';
import { ruleMetric } from '#stoploss/rule-metrics';
import type { AlertState } from '#warehouse/vocabulary';
import type { Warehouse } from '#warehouse/warehouse.server';
import { calendarOf, localDay } from './policy-file.server';
import { filterOf } from './rule-data.server';

/** Weeks of the past that costs and savings are counted over. */
const HISTORY_WEEKS = 12;
const TELLING = { bad: 7, good: 3 };

export interface AlertBrief {
	key: string;
	rule: string;
	about: AlertSubject['about'];
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
	const { about, title, sentence } = subjectOf(policy, key, rule);
	const { state, episode, firedAt } = alert;
	return { key, rule, about, title, sentence, state, episode, firedAt };
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
export async function recommend(
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
