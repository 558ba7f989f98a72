/**
 * What pages and API stand on: the warehouse (env PLIMSOLL_DB) and the policy (env PLIMSOLL_POLICY, else
 * `plimsoll.yaml`, else the built-in one), opened once a process. Touches disk. Refuses a policy with any problem.
 */
import { existsSync, readFileSync } from 'node:fs';
import defaultPolicy from '../../../plimsoll.yaml?raw';
import { parsePolicy, type Policy } from '#stoploss/policy';
import { openWarehouse, type Warehouse } from '#warehouse/warehouse.server';
import type { Calendar } from '#queries/measurement';

export class PolicyRefused extends Error {
	override name = 'PolicyRefused';
}

const DEFAULT_DATABASE = '.plimsoll/plimsoll.duckdb';
const DEFAULT_POLICY = 'plimsoll.yaml';

/** Opens the database; `openWarehouse` keeps one a process. */
export function warehouse(): Promise<Warehouse> {
	return openWarehouse(process.env['PLIMSOLL_DB'] || DEFAULT_DATABASE);
}

let read: { path: string | null; policy: Policy } | undefined;

export function policy(): Policy {
	const named = process.env['PLIMSOLL_POLICY'];
	const path = named || (existsSync(DEFAULT_POLICY) ? DEFAULT_POLICY : null);
	if (read?.path === path) return read.policy;
	const { policy: parsed, problems } = parsePolicy(
		path === null ? defaultPolicy : readFileSync(path, 'utf8')
	);
	const [first] = problems;
	if (first || !parsed) {
		throw new PolicyRefused(
			`${path ?? 'The built-in policy'}: ${first ? `line ${first.line}: ${first.message} ${first.remedy}` : 'not a policy'}. See: plimsoll policy check`
		);
	}
	read = { path, policy: parsed };
	return parsed;
}

export function calendar(): Calendar {
	const { time_zone: timeZone, week_start: weekStart } = policy().account;
	return { timeZone, weekStart };
}
