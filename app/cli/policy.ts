/** `plimsoll policy check`: prints every problem of a policy file; exit 0 when there is none. Touches disk. */
import { problemsOf } from '../lib/server/policy-file.server';
import { EXIT } from './failure';

export function checkPolicyFile(path: string): number {
	const problems = problemsOf(path);
	for (const problem of problems) console.error(problem);
	if (problems.length > 0) return EXIT.failed;
	console.log(`${path} is a valid policy.`);
	return EXIT.clear;
}
