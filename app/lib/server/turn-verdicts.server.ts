/**
 * What the policy asks for at each turn of a stored conversation, under the routing that stood when it began. Touches
 * the database. The rules of routing are the policy's of today.
 */
import { signalsSaid, type Conversation } from '#queries/queries.server';
import { routingChanges } from '#stoploss/decisions.server';
import type { Policy } from '#stoploss/policy';
import { effectiveRouting } from '#stoploss/routing';
import { turnRoutes, type Turn, type TurnRoutes } from '#stoploss/turn-routes';
import type { EscalationReason } from '#warehouse/vocabulary';
import type { Warehouse } from '#warehouse/warehouse.server';

export async function turnVerdicts(
	warehouse: Warehouse,
	policy: Policy,
	conversation: Conversation,
	turns: readonly Turn[],
	bands: readonly [number, number]
): Promise<TurnRoutes> {
	const { source, id, intent, startedAt, intentConfidence, customerValue } = conversation;
	const [said, changes] = await Promise.all([signalsSaid(warehouse, source, id), routingChanges(warehouse)]);
	const then = changes.filter(({ decidedAt }) => startedAt === null || decidedAt <= startedAt);
	const ceiling = effectiveRouting(policy, then).find((one) => one.intent === intent)?.route ?? null;
	return turnRoutes(turns, {
		ceiling,
		confidence: intentConfidence,
		bands,
		customerValue,
		escalation: {
			reason: conversation.escalationReason as EscalationReason | null,
			neededAt: conversation.escalationNeededAt
		},
		said
	});
}
