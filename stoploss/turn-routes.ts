/**
 * The route that the policy asks for at each turn of a conversation, from what the log says was known by then. Pure.
 * A wish for a person, a sign of fraud or a dispute and an exception to policy stay once they are there; the mood is
 * that of the customer's latest words, and a tool that was called again with success has not failed. What the log
 * never says counts neither way, and is named.
 */
import { routeOf } from './routing';
import type { DerivedSignal, EscalationReason, Role, Route, ToolOutcome } from '../warehouse/vocabulary';

/** A message or a call of a tool, in the order of reading. */
export type Turn =
	| { kind: 'message'; at: string | null; role: Role; sentiment: number | null }
	| { kind: 'tool'; at: string | null; name: string; outcome: ToolOutcome | null };

export interface Known {
	/** The most that the bot may do for this intent at that time; null where the policy names no tier for it. */
	ceiling: Route | null;
	/** Of the intent, 0 to 1; null where the log has none. */
	confidence: number | null;
	/** Below the first it is low, from the second on high. */
	bands: readonly [number, number];
	customerValue: string | null;
	escalation: { reason: EscalationReason | null; neededAt: string | null } | null;
	/** What was read from the customer's words, and when they were said; null where that is not known. */
	said: readonly { signal: DerivedSignal; at: string | null }[];
}

export interface TurnRoute {
	route: Route;
	reason: string;
}

export interface TurnRoutes {
	turns: TurnRoute[];
	/** What the log does not say, so that it could not count. */
	unknown: string[];
}

const HIGH_VALUE = 'high';

export function turnRoutes(turns: readonly Turn[], known: Known): TurnRoutes {
	const { ceiling, confidence, bands, customerValue, escalation, said } = known;
	const lastCustomer = turns.findLastIndex((turn) => turn.kind === 'message' && turn.role === 'customer');
	const since = turnsSince(turns);
	/** From which turn on it holds; what has no time is known with the customer's last words at the latest. */
	const from = (at: string | null) => (at === null ? Math.max(0, lastCustomer) : since(at));
	const never = turns.length;
	const first = (signal: DerivedSignal) =>
		Math.min(never, ...said.filter((one) => one.signal === signal).map(({ at }) => from(at)));
	const escalated = (reason: EscalationReason) =>
		escalation?.reason === reason ? from(escalation.neededAt) : never;
	const requested = Math.min(first('person_request'), escalated('customer_request'));
	const [disputed, rephrased, negative] = [
		first('dispute_language'),
		first('rephrasing'),
		first('negative_sentiment')
	];
	const exception = escalated('policy');
	const sure = confidence ?? 1;
	const failed = new Set<string>();
	let mood = false;

	const routes = turns.map((turn, index): TurnRoute => {
		if (turn.kind === 'tool' && turn.outcome === 'error') failed.add(turn.name);
		if (turn.kind === 'tool' && turn.outcome === 'ok') failed.delete(turn.name);
		if (turn.kind === 'message' && turn.role === 'customer' && turn.sentiment !== null)
			mood = turn.sentiment < 0;
		const found = routeOf(
			{
				fraudOrDispute: index >= disputed,
				legalLanguage: false,
				personRequested: index >= requested,
				confidence: sure >= bands[1] ? 'high' : sure >= bands[0] ? 'medium' : 'low',
				highValueCustomer: customerValue?.toLowerCase() === HIGH_VALUE,
				policyException: index >= exception,
				toolsSucceeded: failed.size === 0,
				negativeSentiment: mood || index >= negative,
				repeatedRephrasing: index >= rephrased
			},
			ceiling ?? 'contain'
		);
		if (ceiling === null && found.route === 'contain')
			return { route: 'assist', reason: 'the policy names no tier for this intent' };
		// One signal stands for all three in the words of customers.
		return found.reason === 'a sign of fraud or a dispute'
			? { ...found, reason: 'talk of lawyers, fraud or a dispute' }
			: found;
	});
	const customers = turns.filter((turn) => turn.kind === 'message' && turn.role === 'customer');
	return {
		turns: routes,
		unknown: [
			...(confidence === null ? ['how sure the bot was of the intent'] : []),
			...(customerValue === null ? ['the value of the customer'] : []),
			...(customers.every((turn) => turn.kind === 'message' && turn.sentiment === null) && negative === never
				? ['the mood of the customer']
				: [])
		]
	};
}

/** The first turn at or after a time; a turn without a time has that of the one before. */
function turnsSince(turns: readonly Turn[]) {
	let last = -Infinity;
	const times = turns.map(({ at }) => (last = at === null ? last : Math.max(last, Date.parse(at))));
	return (at: string) => {
		const found = times.findIndex((time) => time >= Date.parse(at));
		return found < 0 ? turns.length : found;
	};
}
