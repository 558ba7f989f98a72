/**
 * The policy that a command or a server works with: the file named, else `plimsoll.yaml` in the working folder, else
 * the built-in one; a running server keeps the last good one. Touches disk. Refuses a policy with any problem, and names each with line and remedy.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import builtIn from '../../../plimsoll.yaml?raw';
import { parsePolicy, type Policy, type PolicyProblem } from '#stoploss/policy';
import { lastGoodPolicy } from '#stoploss/ledger.server';
import type { Privacy } from '#ingest/privacy.server';
import type { Calendar } from '#queries/measurement';
import type { Warehouse } from '#warehouse/warehouse.server';

/** Its message is the whole story. */
export class PolicyRefused extends Error {
	override name = 'PolicyRefused';
}

const LOCAL = 'plimsoll.yaml';

export function loadPolicy(file: string | undefined): Policy {
	const path = file || (existsSync(LOCAL) ? LOCAL : null);
	const { policy, problems } = parsePolicy(path === null ? builtIn : readText(path));
	const [first, ...others] = problems;
	if (policy && !first) return policy;
	const name = path ?? 'built-in policy';
	const more = others.length > 0 ? ` (${others.length} more: plimsoll policy check ${name})` : '';
	throw new PolicyRefused(`${first ? describe(name, first) : `${name} is not a policy.`}${more}`);
}

export interface PolicyInForce {
	policy: Policy;
	/** Why the file is not in force, with line and remedy; null when it is. */
	problem: string | null;
}

/** The file; where it is refused, the last policy that was judged by. Throws where there is neither. */
export async function policyInForce(
	file: string | undefined,
	warehouse: () => Promise<Warehouse>
): Promise<PolicyInForce> {
	try {
		return { policy: loadPolicy(file), problem: null };
	} catch (error) {
		if (!(error instanceof PolicyRefused)) throw error;
		const policy = await lastGoodPolicy(await warehouse());
		if (policy === null) throw error;
		return { policy, problem: error.message };
	}
}

/** Changes when the policy file does. */
export function policyStamp(file: string | undefined): string {
	const path = file || LOCAL;
	const found = statSync(path, { throwIfNoEntry: false });
	return found ? `${path}|${found.mtimeMs}|${found.size}|${found.ino}` : '';
}

/** Every problem of a policy file, one line each; none when it is valid. */
export function problemsOf(path: string): string[] {
	return parsePolicy(readText(path)).problems.map((problem) => describe(path, problem));
}

/** The day that an instant falls on in the zone of the account, as 2026-03-09. */
export const localDay = ({ account }: Policy, at: string) =>
	new Intl.DateTimeFormat('en-CA', { timeZone: account.time_zone }).format(new Date(at));

/** What an ingest does to texts and customer ids; the key is the environment's. */
export function privacyOf({ privacy }: Policy): Privacy {
	const { redact, patterns, customer_ids } = privacy;
	return {
		redaction: { kinds: redact, patterns },
		customerIds: customer_ids,
		key: process.env['PLIMSOLL_ID_KEY'] || undefined
	};
}

export function calendarOf({ account }: Policy): Calendar {
	return { timeZone: account.time_zone, weekStart: account.week_start };
}

const REFUSALS: Record<string, string> = {
	ENOENT: 'there is no such file. Name another, or leave the option out to use the built-in policy',
	EISDIR: 'it is a folder. Name the file in it',
	EACCES: 'it may not be read. Check its permissions'
};

function readText(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		const { code = '', message } = error as NodeJS.ErrnoException;
		throw new PolicyRefused(`Policy ${path}: ${REFUSALS[code] ?? message}.`);
	}
}

function describe(path: string, { line, column, message, remedy }: PolicyProblem): string {
	return `${path}:${line}:${column}: ${message}. ${remedy}`;
}
