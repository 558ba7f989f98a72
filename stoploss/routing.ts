/**
 * Which route each intent may take today, and which one a conversation takes. Pure.
 * An intent's route is the most that the bot may do; a conversation's own signals only ever ask for more of a person.
 */
import type { RollbackState, Route } from '../warehouse/vocabulary';

/** What one version of the routing did to one intent. */
export interface RoutingChange {
	version: number;
	intent: string;
	state: RollbackState;
	fromRoute: Route;
	toRoute: Route;
	decidedBy: string;
	decidedAt: string;
	/** How far the data reached. */
	asOf: string;
	alertKey: string;
	episode: number;
	rule: string;
	/** Of this intent at the firing; null where it is not known. */
	worsening: number | null;
	referenceSince: number | null;
	canaryPercent: number;
	reviewOn: string | null;
	reason: string | null;
}

export interface IntentRoute {
	intent: string;
	tier: 'A' | 'B' | 'C';
	route: Route;
	/** Share that is contained all the same, drawn at random for each conversation. */
	canaryPercent: number;
	/** Why the route is not that of the tier; null where it is. */
	change: RoutingChange | null;
}

interface RoutedPolicy {
	tiers: Readonly<Record<'A' | 'B' | 'C', readonly string[]>>;
	routing?: { tier_b: 'contain' | 'assist' } | undefined;
}

/** Where an intent stands: its newest change. */
export function newestChanges(changes: readonly RoutingChange[]): Map<string, RoutingChange> {
	const newest = new Map<string, RoutingChange>();
	for (const change of changes) {
		const known = newest.get(change.intent);
		if (!known || change.version > known.version) newest.set(change.intent, change);
	}
	return newest;
}

/** The route of every intent that the policy names. */
export function effectiveRouting(policy: RoutedPolicy, changes: readonly RoutingChange[]): IntentRoute[] {
	const newest = newestChanges(changes);
	const ofTier: Record<'A' | 'B' | 'C', Route> = {
		A: 'contain',
		B: policy.routing?.tier_b ?? 'contain',
		C: 'escalate'
	};
	return (['A', 'B', 'C'] as const).flatMap((tier) =>
		policy.tiers[tier].map((intent): IntentRoute => {
			const change = newest.get(intent) ?? null;
			const rolledBack = change?.state === 'rolled_back';
			// An intent that moved to tier C since stays there: a rollback never asks for less of a person.
			const held = rolledBack && ofTier[tier] === 'contain';
			return {
				intent,
				tier,
				route: held ? 'assist' : ofTier[tier],
				canaryPercent: held ? change.canaryPercent : 0,
				change: change && change.state !== 'contained' ? change : null
			};
		})
	);
}

/** What is known of one conversation when it is routed. */
export interface Signals {
	/** Fraud or a dispute, legal language, or the customer asked for a person. */
	fraudOrDispute: boolean;
	legalLanguage: boolean;
	personRequested: boolean;
	confidence: 'high' | 'medium' | 'low';
	highValueCustomer: boolean;
	policyException: boolean;
	toolsSucceeded: boolean;
	negativeSentiment: boolean;
	repeatedRephrasing: boolean;
}

/** The route of one conversation of an intent, with the reason; `ceiling` is what the intent allows. */
export function routeOf(signals: Signals, ceiling: Route): { route: Route; reason: string } {
	const escalate: [boolean, string][] = [
		[ceiling === 'escalate', 'tier C'],
		[signals.fraudOrDispute, 'a sign of fraud or a dispute'],
		[signals.legalLanguage, 'legal language'],
		[signals.personRequested, 'the customer asked for a person']
	];
	const assist: [boolean, string][] = [
		[ceiling === 'assist', 'the intent is at assist'],
		[signals.confidence !== 'high', `${signals.confidence} confidence`],
		[signals.highValueCustomer, 'a high-value customer'],
		[signals.policyException, 'an exception to policy'],
		[!signals.toolsSucceeded, 'a tool failed'],
		[signals.negativeSentiment, 'negative sentiment'],
		[signals.repeatedRephrasing, 'the customer rephrased repeatedly']
	];
	const asksFor = (list: [boolean, string][]) => list.find(([applies]) => applies)?.[1];
	const person = asksFor(escalate);
	if (person) return { route: 'escalate', reason: person };
	const help = asksFor(assist);
	return help ? { route: 'assist', reason: help } : { route: 'contain', reason: 'nothing speaks against it' };
}
