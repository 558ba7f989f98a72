/**
 * What pages and API stand on: the warehouse (env PLIMSOLL_DB) and the policy (env PLIMSOLL_POLICY, else as
 * `policy-file.server.ts` finds it), each opened once a process. Touches disk.
 */
import type { Calendar, Limits } from '#queries/measurement';
import { limitsOf, type Policy } from '#stoploss/policy';
import { openWarehouse, type Warehouse } from '#warehouse/warehouse.server';
import { calendarOf, loadPolicy } from './policy-file.server';

const DEFAULT_DATABASE = '.plimsoll/plimsoll.duckdb';

/** Opens the database; `openWarehouse` keeps one a process. */
export function warehouse(): Promise<Warehouse> {
	return openWarehouse(process.env['PLIMSOLL_DB'] || DEFAULT_DATABASE);
}

let read: { file: string | undefined; policy: Policy } | undefined;

export function policy(): Policy {
	const file = process.env['PLIMSOLL_POLICY'];
	if (!read || read.file !== file) read = { file, policy: loadPolicy(file) };
	return read.policy;
}

export const calendar = (): Calendar => calendarOf(policy());
export const limits = (): Limits => limitsOf(policy());
