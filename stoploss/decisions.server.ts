/**
 * What people decided of alerts, and the routing that follows from it. Touches the database.
 *
 * Rows are added and never rewritten. A decision, the versions of the routing it makes and the alert's own step to
 * `mitigated` are one transaction: after a crash all of it stands, or none. Whoever decides says how many decisions
 * they have seen; if there is one more, they are refused and told whose it was.
 */
import type { DecisionKind, RollbackState, Route } from '../warehouse/vocabulary';
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import { load, refOf, save } from './alert-life.server';
import type { FullRecommendation } from './recommendation';
import type { RecoveryTest } from './recovery';
import { newestChanges, type RoutingChange } from './routing';
import type { Rule } from './rule';
import newestBreach from './sql/newest-breach.sql?raw';
import type { VerdictEvidence } from './evidence';
import { settingsOf } from './watch';

/** Why a decision could not be taken; it is written to be read. */
export class DecisionRefused extends RangeError {
	override name = 'RangeError';
	constructor(
		readonly code: 'overtaken' | 'not_open' | 'wrong',
		message: string
	) {
		super(message);
	}
}

export interface Decision {
	alertKey: string;
	episode: number;
	seq: number;
	kind: DecisionKind;
	decidedBy: string;
	decidedAt: string;
	asOf: string;
	rule: string;
	reason: string | null;
	intents: string[];
	reviewOn: string | null;
	recommendation: FullRecommendation;
	policyVersion: number | null;
}

export interface Usefulness {
	alertKey: string;
	episode: number;
	seq: number;
	useful: boolean;
	why: string | null;
	saidBy: string;
	saidAt: string;
}

const ROUTING = `SELECT version, intent, state, from_route, to_route, decided_by, decided_at, as_of, alert_key, episode, rule,
	worsening, reference_since, canary_percent, review_on, reason FROM decision.routing ORDER BY version, intent`;

/** Every change of the routing there ever was, oldest first. */
export function routingChanges(session: Pick<Session, 'all'>): Promise<RoutingChange[]> {
	return session.all<RoutingChange>(ROUTING);
}

export async function listDecisions(session: Pick<Session, 'all'>): Promise<Decision[]> {
	const rows = await session.all<Omit<Decision, 'recommendation'> & { recommendation: string }>(
		`SELECT alert_key, episode, seq, kind, decided_by, decided_at, as_of, rule, reason, intents, review_on, recommendation, policy_version
		FROM decision.decision ORDER BY decided_at, alert_key, episode, seq`
	);
	return rows.map((row) => ({
		...row,
		recommendation: JSON.parse(row.recommendation) as FullRecommendation
	}));
}

export function listUsefulness(session: Pick<Session, 'all'>): Promise<Usefulness[]> {
	return session.all<Usefulness>(
		`SELECT alert_key, episode, seq, useful, why, said_by, said_at FROM decision.usefulness
		QUALIFY row_number() OVER (PARTITION BY alert_key, episode ORDER BY seq DESC) = 1 ORDER BY said_at`
	);
}

/** The evidence that a recommendation rests on: the newest breach since the firing. */
export async function breachSince(
	warehouse: Warehouse,
	rule: string,
	firedAt: string
): Promise<{ asOf: string; evidence: VerdictEvidence } | null> {
	const [row] = await warehouse.all<{ asOf: string; evidence: string }>(newestBreach, { rule, firedAt });
	return row ? { asOf: row.asOf, evidence: JSON.parse(row.evidence) as VerdictEvidence } : null;
}

export interface DecisionRequest {
	rule: Rule;
	alertKey: string;
	/** Decisions on this firing that the person has seen. */
	seen: number;
	kind: DecisionKind;
	intents: readonly string[];
	decidedBy: string;
	decidedAt: string;
	asOf: string;
	reason: string | null;
	reviewOn: string | null;
	recommendation: FullRecommendation;
	canaryPercent: number;
}

export async function decide(warehouse: Warehouse, request: DecisionRequest): Promise<Decision> {
	const { rule, alertKey, kind, decidedBy, decidedAt, asOf, reason, recommendation } = request;
	const intents = [...new Set(request.intents)];
	const movable = recommendation.intents.filter(
		({ action }) => action !== 'not_movable' && action !== 'at_assist'
	);
	if (kind === 'declined' && !reason) throw new DecisionRefused('wrong', 'To decline needs a reason.');
	return warehouse.write(async (session) => {
		const life = await load(session, alertKey, refOf(rule));
		const { episode, state } = life.alert;
		const [last] = await session.all<{
			seq: number;
			kind: DecisionKind;
			decidedBy: string;
			decidedAt: string;
		}>(
			`SELECT seq, kind, decided_by, decided_at FROM decision.decision
			WHERE alert_key = $alertKey AND episode = $episode ORDER BY seq DESC LIMIT 1`,
			{ alertKey, episode }
		);
		if ((last?.seq ?? 0) !== request.seen)
			throw new DecisionRefused(
				'overtaken',
				`${last?.decidedBy ?? 'Somebody'} ${last?.kind ?? 'decided'} this at ${last?.decidedAt ?? 'the same time'}. Nothing was changed by you; look at that decision first.`
			);
		if (state !== 'firing' && state !== 'acknowledged')
			throw new DecisionRefused('not_open', `There is nothing to decide: the alert is ${state}.`);
		// After those: what somebody else decided is also why nothing is left to choose.
		if (kind !== 'declined' && intents.length === 0)
			throw new DecisionRefused('wrong', 'Choose at least one intent to move, or decline.');
		const foreign = intents.find((intent) => !movable.some((one) => one.intent === intent));
		if (kind !== 'declined' && foreign !== undefined)
			throw new DecisionRefused(
				'wrong',
				`${foreign} can't be moved to assist: it is no tier B intent of this alert that stands on contain.`
			);
		let version: number | null = null;
		if (kind !== 'declined') {
			const refused = life.add(
				{ kind: 'mitigated', at: decidedAt, by: decidedBy, intents },
				settingsOf(rule)
			);
			if (refused !== null) throw new DecisionRefused('not_open', refused);
			await save(session, [life]);
			version = await appendRouting(
				session,
				intents.map((intent) => ({
					intent,
					state: 'rolled_back',
					fromRoute: 'contain',
					toRoute: 'assist',
					decidedBy,
					decidedAt,
					asOf,
					alertKey,
					episode,
					rule: rule.name,
					worsening: recommendation.intents.find((one) => one.intent === intent)?.worsening.value ?? null,
					referenceSince: life.alert.latch?.referenceSince ?? null,
					canaryPercent: request.canaryPercent,
					reviewOn: request.reviewOn,
					reason
				}))
			);
		}
		const row: Decision = {
			alertKey,
			episode,
			seq: request.seen + 1,
			kind,
			decidedBy,
			decidedAt,
			asOf,
			rule: rule.name,
			reason,
			intents: kind === 'declined' ? [] : intents,
			reviewOn: kind === 'declined' ? null : request.reviewOn,
			recommendation,
			policyVersion: version
		};
		await session.run(
			`INSERT INTO decision.decision VALUES ($alertKey, $episode, $seq, $kind, $decidedBy, CAST($decidedAt AS TIMESTAMPTZ), $asOf, $rule, $reason,
				$intents, $reviewOn, $recommendation, $policyVersion)`,
			{
				...row,
				recommendation: JSON.stringify(recommendation)
			}
		);
		return row;
	});
}

type NewChange = Omit<RoutingChange, 'version'> & { evidence?: RecoveryTest };

/** One new version of the routing; nothing of an older one changes. */
async function appendRouting(session: Session, changes: readonly NewChange[]): Promise<number> {
	const [newest] = await session.all<{ version: number }>(
		'SELECT coalesce(max(version), 0)::INTEGER + 1 AS version FROM decision.routing'
	);
	const version = newest!.version;
	for (const { evidence, ...change } of changes)
		await session.run(
			`INSERT INTO decision.routing VALUES ($version, $intent, $state, $fromRoute, $toRoute, $decidedBy, CAST($decidedAt AS TIMESTAMPTZ), $asOf,
				$alertKey, $episode, $rule, $worsening, $referenceSince, $canaryPercent, $reviewOn, $reason, $evidence)`,
			{ ...change, version, evidence: evidence ? JSON.stringify(evidence) : null }
		);
	return version;
}

export interface MoveRequest {
	intent: string;
	/** The newest version of the intent that the person has seen. */
	seen: number;
	state: RollbackState;
	toRoute: Route;
	decidedBy: string;
	decidedAt: string;
	asOf: string;
	reviewOn: string | null;
	reason: string | null;
	canaryPercent: number;
	evidence: RecoveryTest;
}

/** Where an intent may go from where it stands. */
const NEXT: Record<RollbackState, readonly RollbackState[]> = {
	rolled_back: ['probation'],
	probation: ['contained', 'rolled_back'],
	contained: []
};

/** Promotes an intent to probation, ends its probation, or takes it back to assist. */
export async function moveIntent(warehouse: Warehouse, request: MoveRequest): Promise<RoutingChange> {
	const { intent, seen, evidence, ...move } = request;
	return warehouse.write(async (session) => {
		const before = newestChanges(await routingChanges(session)).get(intent);
		if (!before) throw new DecisionRefused('not_open', `${intent} was never rolled back.`);
		if (before.version !== seen)
			throw new DecisionRefused(
				'overtaken',
				`${before.decidedBy} moved ${intent} to ${before.toRoute} at ${before.decidedAt}. Nothing was changed by you; look at that first.`
			);
		if (!NEXT[before.state].includes(move.state))
			throw new DecisionRefused(
				'not_open',
				`${intent} is ${before.state.replace('_', ' ')}; it can't become ${move.state.replace('_', ' ')}.`
			);
		if (move.state !== 'rolled_back' && evidence.finding !== 'recovered')
			throw new DecisionRefused(
				'wrong',
				`There is no evidence that ${intent} has recovered. Missing: ${evidence.missing.join(' ') || 'it is still worse.'}`
			);
		const { alertKey, episode, rule, worsening, referenceSince } = before;
		const change = {
			...move,
			intent,
			fromRoute: before.toRoute,
			alertKey,
			episode,
			rule,
			worsening,
			referenceSince
		};
		const version = await appendRouting(session, [{ ...change, evidence }]);
		return { ...change, version };
	});
}

export async function sayUseful(warehouse: Warehouse, said: Omit<Usefulness, 'seq'>): Promise<Usefulness> {
	return warehouse.write(async (session) => {
		const { alertKey, episode } = said;
		const [fired] = await session.all<{ n: number }>(
			`SELECT count(*)::INTEGER AS n FROM alert.transition WHERE alert_key = $alertKey AND episode = $episode AND to_state = 'firing'`,
			{ alertKey, episode }
		);
		if (!fired?.n) throw new DecisionRefused('wrong', 'This alert never fired; there is nothing to judge.');
		const [last] = await session.all<{ seq: number }>(
			'SELECT coalesce(max(seq), 0)::INTEGER + 1 AS seq FROM decision.usefulness WHERE alert_key = $alertKey AND episode = $episode',
			{ alertKey, episode }
		);
		const row = { ...said, seq: last!.seq };
		await session.run(
			'INSERT INTO decision.usefulness VALUES ($alertKey, $episode, $seq, $useful, $why, $saidBy, CAST($saidAt AS TIMESTAMPTZ))',
			{ ...row }
		);
		return row;
	});
}
