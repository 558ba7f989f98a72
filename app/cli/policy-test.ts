/** `plimsoll policy test`: the tests that a policy carries, through the real statistics. Prints; refuses a bad policy. */
import { ruleTitles } from '#stoploss/policy';
import { runRuleTests } from '#stoploss/rule-tests';
import { EXIT } from './failure';
import { loadPolicy } from '../lib/server/policy-file.server';

export function testPolicyFile(path: string): number {
	const policy = loadPolicy(path);
	const titles = ruleTitles(policy);
	const results = runRuleTests(policy);
	for (const { name, rule, found, reason, failure } of results)
		console.log(
			`${failure === null ? 'pass' : 'FAIL'}  ${name}  (${titles[rule]}: ${found})  ${failure ?? reason}`
		);
	const failed = results.filter(({ failure }) => failure !== null).length;
	console.log(
		results.length === 0
			? `${path} has no tests. Add some under stop_loss.tests; see docs/stoploss.md.`
			: `${results.length - failed} of ${results.length} tests pass.`
	);
	return failed > 0 ? EXIT.failed : EXIT.clear;
}
