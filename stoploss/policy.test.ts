/** The policy: the default one is sound, and every problem names its line and a remedy. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { intentPolicyOf, parsePolicy, policyJsonSchema } from './policy';

const text = readFileSync(new URL('../plimsoll.yaml', import.meta.url), 'utf8');

test('the default policy has no problem, and its published schema is current', () => {
	const { policy, problems } = parsePolicy(text);
	expect(problems).toEqual([]);
	expect(intentPolicyOf(policy!).intents).toContainEqual({
		intent: 'order_status',
		family: 'orders',
		tier: 'A'
	});
	const published = readFileSync(new URL('../docs/policy.schema.json', import.meta.url), 'utf8');
	expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())));
});

test.each([
	['an unknown metric', 'metric: csat_top_box', 'metric: csat_topbox', 'Did you mean csat_top_box'],
	['an unknown zone', 'Europe/Stockholm', 'Europe/Stokholm', 'IANA'],
	['an intent in two tiers', 'C: [payment_dispute', 'C: [order_status, payment_dispute', 'one tier only'],
	['a duplicate name', 'tier_b_recontact_change', 'tier_b_csat_change', 'its own name'],
	['an unknown key', 'minimum_evidence: 50', 'minimum_evidence: 50\nextra: 1', 'Remove extra'],
	['broken YAML', 'tiers:', 'tiers: [', 'Correct the YAML']
])('%s is named with its line', (_, from, to, remedy) => {
	const { policy, problems } = parsePolicy(text.replace(from, to));
	expect(policy).toBeNull();
	expect(problems[0]?.line).toBeGreaterThan(1);
	expect(problems.map((p) => p.remedy).join()).toContain(remedy);
});
