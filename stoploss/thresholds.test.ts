/** The written rule book: it is a policy, and it says no more than its volume can show. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EXPECTED, expectedProfile } from './expected';
import { parsePolicy } from './policy';
import { stopLevel } from './rule';
import { policyYaml, proposeThresholds, withThresholds } from './thresholds';

const own = parsePolicy(readFileSync(new URL('../plimsoll.yaml', import.meta.url), 'utf8')).policy!;
const propose = (perDay: number, budget = 1) =>
	proposeThresholds({
		budget,
		owner: 'lead',
		profileOf: (rule) => expectedProfile(own, rule, { ...EXPECTED, perDay })
	});

test.each([10, 500, 20_000])('at %i conversations a day it passes the policy check', (perDay) => {
	const proposals = propose(perDay);
	const { policy, problems } = parsePolicy(policyYaml(withThresholds(own, proposals, 1), proposals));
	expect(problems).toEqual([]);
	expect(policy!.stop_loss.false_alarm_budget).toBe(1);
	expect(policy!.stop_loss.rules.map(({ name }) => name)).toEqual(
		proposals.filter(({ left }) => left === null).map(({ rule }) => rule.name)
	);
	expect(policy!.tiers).toEqual(own.tiers);
});

test('with few conversations a rule that sees nothing is left out, with a remedy', () => {
	const csat = propose(20).find(({ rule }) => rule.name === 'tier_b_csat_change')!;
	expect(csat.left).toContain('raise the reply rate');
	expect(propose(20_000).every(({ left }) => left === null)).toBe(true);
});

test('a limit is never below what the volume can show, nor below what matters', () => {
	for (const perDay of [200, 2000, 20_000])
		for (const { rule, sees, rate, left } of propose(perDay)) {
			if (left !== null) continue;
			const { value, relative } = stopLevel(rule);
			expect(relative ? value * rate : value).toBeGreaterThanOrEqual(sees.at(-1)!.points - 1e-9);
			expect(value).toBeGreaterThanOrEqual(relative ? 15 : 2);
		}
});

test('a larger budget sees smaller losses and cries wolf more often; the parts add up to no more than the budget', () => {
	const [strict, loose] = [propose(500, 1), propose(500, 4)];
	for (const [at, one] of strict.entries()) {
		expect(loose[at]!.sees[0]!.points).toBeLessThan(one.sees[0]!.points);
		expect(loose[at]!.cryWolf).toBeGreaterThan(one.cryWolf);
	}
	expect(strict.reduce((sum, { cryWolf }) => sum + cryWolf, 0)).toBeLessThanOrEqual(1);
});
