/** Rule tests in a policy's own YAML: they run the real statistics, and a wrong expectation fails. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parsePolicy } from './policy';
import { runRuleTests } from './rule-tests';

const shipped = readFileSync(new URL('../plimsoll.yaml', import.meta.url), 'utf8');
const withTests = (tests: string) => {
	const { policy, problems } = parsePolicy(
		`${shipped.replace(/\n {2}tests:[\s\S]*$/, '\n')}  tests:\n${tests}`
	);
	expect(problems).toEqual([]);
	return runRuleTests(policy!);
};
const steady = '{ refund_exception: { n: 700, percent: 75 }, address_change: { n: 700, percent: 85 } }';
const worse = '{ refund_exception: { n: 700, percent: 60 }, address_change: { n: 700, percent: 85 } }';

test('the shipped policy passes its own tests', () => {
	const results = runRuleTests(parsePolicy(shipped).policy!);
	expect(results.length).toBeGreaterThan(3);
	expect(results.filter(({ failure }) => failure !== null)).toEqual([]);
});

test('a drop is found, with the intent that drives it', () => {
	const [drop] = withTests(
		`    - { name: drop, rule: tier_b_csat_change, expect: breach, expect_intents: [refund_exception],
        weeks: [{ repeat: 12, intents: ${steady} }, { repeat: 2, intents: ${worse} }] }\n`
	);
	expect(drop).toMatchObject({ found: 'breach', failure: null });
});

test('a wrong expectation fails and says what was found', () => {
	const [verdict, intents] = withTests(
		`    - { name: a, rule: tier_b_csat_change, expect: clear,
        weeks: [{ repeat: 12, intents: ${steady} }, { repeat: 2, intents: ${worse} }] }
    - { name: b, rule: tier_b_csat_change, expect: breach, expect_intents: [address_change],
        weeks: [{ repeat: 12, intents: ${steady} }, { repeat: 2, intents: ${worse} }] }\n`
	);
	expect(verdict?.failure).toBe('Expected clear, found breach.');
	expect(intents?.failure).toBe('Expected it to move address_change, found refund_exception.');
});
