/**
 * The policy that a command works with: `--policy FILE`, else `plimsoll.yaml` in the working folder, else the
 * built-in one. Touches disk. Refuses a policy with any problem, and names each with line and remedy.
 */
import { existsSync, readFileSync } from 'node:fs';
import builtIn from '../../plimsoll.yaml?raw';
import { parsePolicy, type Policy, type PolicyProblem } from '#stoploss/policy';
import type { Calendar } from '#queries/measurement';
import { EXIT, Failure } from './failure';

const LOCAL = 'plimsoll.yaml';

export function loadPolicy(file: string | undefined): Policy {
	const path = file ?? (existsSync(LOCAL) ? LOCAL : null);
	const text = path === null ? builtIn : readPolicy(path);
	const { policy, problems } = parsePolicy(text);
	const [first] = problems;
	if (first || !policy) {
		const more = problems.length > 1 ? ` (${problems.length - 1} more: plimsoll policy check ${path})` : '';
		throw new Failure(
			`${first ? describe(path ?? 'built-in policy', first) : `${path} is not a policy`}${more}`
		);
	}
	return policy;
}

export function calendarOf({ account }: Policy): Calendar {
	return { timeZone: account.time_zone, weekStart: account.week_start };
}

/** Prints every problem; 0 when there is none. */
export function checkPolicyFile(path: string): number {
	const { problems } = parsePolicy(readPolicy(path));
	for (const problem of problems) console.error(describe(path, problem));
	if (problems.length > 0) return EXIT.failed;
	console.log(`${path} is a valid policy.`);
	return EXIT.clear;
}

const REFUSALS: Record<string, string> = {
	ENOENT: 'there is no such file',
	EISDIR: 'it is a folder',
	EACCES: 'it may not be read'
};

function readPolicy(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		const { code = '', message } = error as NodeJS.ErrnoException;
		throw new Failure(`Policy ${path}: ${REFUSALS[code] ?? message}.`);
	}
}

function describe(path: string, { line, column, message, remedy }: PolicyProblem): string {
	return `${path}:${line}:${column}: ${message}. ${remedy}`;
}
