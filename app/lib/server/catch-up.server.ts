/**
 * Facts and verdicts as new as what is stored. Touches the database. What an import left to do stands in the database
 * itself, so that it is done by whoever comes next: after a failure, after a crash, and when the same is sent again.
 */
import { news, refreshFacts } from '#queries/queries.server';
import { lastEvaluation } from '#stoploss/ledger.server';
import { intentPolicyOf, type Policy } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';
import { judgeNow } from './judge.server';

let last: Promise<unknown> = Promise.resolve();

/** Whether there was anything to do. One after the other: who comes second finds it done. */
export function catchUp(warehouse: Warehouse, policy: Policy): Promise<boolean> {
	const turn = last.then(() => doCatchUp(warehouse, policy));
	last = turn.catch(() => undefined);
	return turn;
}

async function doCatchUp(warehouse: Warehouse, policy: Policy): Promise<boolean> {
	const { cameAt, uncounted } = await news(warehouse);
	if (cameAt === null) return false;
	const judged = await lastEvaluation(warehouse);
	if (!uncounted && judged && Date.parse(judged.finishedAt) > Date.parse(cameAt)) return false;
	await refreshFacts(warehouse, intentPolicyOf(policy));
	await judgeNow(warehouse, policy);
	return true;
}
