/**
 * What pages and API stand on: the warehouse (env PLIMSOLL_DB) and the policy (env PLIMSOLL_POLICY, else as
 * `policy-file.server.ts` finds it), each opened once a process. Touches disk.
 */
import type { Calendar, Limits } from '#queries/measurement';
import { refreshFacts } from '#queries/queries.server';
import { hashOf, intentPolicyOf, limitsOf, type Policy } from '#stoploss/policy';
import { openWarehouse, type Warehouse } from '#warehouse/warehouse.server';
import { judgeNow } from './judge.server';
import {
	calendarOf,
	loadPolicy,
	policyInForce,
	PolicyRefused,
	policyStamp,
	type PolicyInForce
} from './policy-file.server';

const DEFAULT_DATABASE = '.plimsoll/plimsoll.duckdb';

/** Opens the database; `openWarehouse` keeps one a process. */
export function warehouse(): Promise<Warehouse> {
	return openWarehouse(process.env['PLIMSOLL_DB'] || DEFAULT_DATABASE);
}

interface Kept extends PolicyInForce {
	file: string | undefined;
	stamp: string;
}
/** On `globalThis`, because hot reload loads this module again. */
const shared = globalThis as typeof globalThis & { __plimsollPolicy?: Kept };
const named = () => process.env['PLIMSOLL_POLICY'];

/** The policy in force. Throws where the file is refused and no good one was ever judged by. */
export function policy(): Policy {
	const file = named();
	const kept = shared.__plimsollPolicy;
	if (kept && kept.file === file) return kept.policy;
	const read = { file, stamp: policyStamp(file), policy: loadPolicy(file), problem: null };
	return (shared.__plimsollPolicy = read).policy;
}

/** Why the policy file is not in force, with its line and remedy; null when it is. */
export const policyProblem = (): string | null => shared.__plimsollPolicy?.problem ?? null;

/** Reads the policy at the start; a file that is refused leaves the last good one in force. */
export async function startPolicy(): Promise<void> {
	const file = named();
	const stamp = policyStamp(file);
	shared.__plimsollPolicy = { file, stamp, ...(await policyInForce(file, warehouse)) };
}

/**
 * Takes over a policy file that was changed: facts and verdicts follow before pages show it. One with a problem
 * changes nothing but what every page says of it.
 */
export async function adoptPolicy(): Promise<void> {
	const kept = shared.__plimsollPolicy;
	const file = named();
	const stamp = policyStamp(file);
	if (!kept || (kept.file === file && kept.stamp === stamp)) return;
	try {
		const changed = loadPolicy(file);
		if (hashOf(changed) !== hashOf(kept.policy)) {
			const db = await warehouse();
			await refreshFacts(db, intentPolicyOf(changed));
			shared.__plimsollPolicy = { file, stamp, policy: changed, problem: null };
			await judgeNow(db, changed);
		} else shared.__plimsollPolicy = { file, stamp, policy: changed, problem: null };
	} catch (error) {
		if (!(error instanceof PolicyRefused)) throw error;
		shared.__plimsollPolicy = { ...kept, file, stamp, problem: error.message };
	}
}

export const calendar = (): Calendar => calendarOf(policy());
export const limits = (): Limits => limitsOf(policy());
