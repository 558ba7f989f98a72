/** The policy: the default one is sound, and every problem names its line and a remedy. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
	confidenceOf,
	intentPolicyOf,
	parsePolicy,
	policyJsonSchema,
	ruleTitles,
	ruleVersion
} from './policy';
import { sentenceOf } from './rule';

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
	['an alias without its anchor', 'minimum_evidence: 50', 'minimum_evidence: *fifty', 'Write the value out'],
	['an alias of itself', 'minimum_evidence: 50', 'minimum_evidence: &all [*all]', 'Write the value out'],
	['broken YAML', 'tiers:', 'tiers: [', 'Correct the YAML'],
	[
		'two webhooks at one address',
		'minimum_evidence: 50',
		'minimum_evidence: 50\nwebhooks:\n  - &a { name: live, source: canonical, secret_env: A }\n  - *a',
		'it is its address'
	]
])('%s is named with its line', (_, from, to, remedy) => {
	const { policy, problems } = parsePolicy(text.replace(from, to));
	expect(policy).toBeNull();
	expect(problems[0]?.line).toBeGreaterThan(1);
	expect(problems.map((p) => p.remedy).join()).toContain(remedy);
});

const change = '{ name: one, metric: csat_top_box, kind: change, fall_points: 5, owner: lead }';
const book = (rule: string, tests = '[]') =>
	text.replace(/stop_loss:[\s\S]*$/, `stop_loss:\n  rules:\n    - ${rule}\n  tests: ${tests}\n`);
const floor = 'name: one, metric: csat_top_box, kind: floor, limit_percent: 75, owner: lead';

test.each([
	[
		'a warn level beyond the stop level',
		change.replace('5,', '5, warn_level: 6,'),
		'Set warn_level to at most 5'
	],
	['a recovery beyond the stop level', change.replace('5,', '5, recovery_level: 7,'), 'at most 5'],
	['a floor that warns below itself', `{ ${floor}, warn_level: 70 }`, 'Set warn_level to at least 75'],
	['two stop levels', change.replace('5,', '5, fall_percent: 4,'), 'Keep one'],
	['no stop level', change.replace('fall_points: 5, ', ''), 'needs one'],
	[
		'a rise where a fall is bad',
		change.replace('fall_points', 'rise_points'),
		'Use fall_points or fall_percent'
	],
	['a limit on a change', change.replace('5,', '5, limit_percent: 70,'), 'Use fall_points'],
	['a metric that is no proportion', change.replace('csat_top_box', 'time_to_resolution'), 'Watch one of'],
	[
		'an intent no tier names',
		change.replace('kind', 'slice: { intents: [refund_exceptio] }, kind'),
		'Did you mean refund_exception'
	],
	[
		'a slice that matches nothing',
		change.replace('kind', 'slice: { tier: B, intent: order_status }, kind'),
		'Drop tier'
	],
	[
		'a metric whose outcomes are not independent',
		change.replace('csat_top_box', 'handoff_completeness'),
		'Watch one of'
	],
	[
		'a path that the metric never counts',
		'{ name: one, metric: bad_containment, slice: { path: escalated }, kind: erosion, rise_percent: 15, owner: lead }',
		'Set path to ai_only'
	],
	['a runbook that is no link', change.replace('owner', 'runbook: wiki, owner'), 'valid value']
])('%s is refused at its line', (_, rule, remedy) => {
	const { policy, problems } = parsePolicy(book(rule));
	expect(policy).toBeNull();
	expect(problems.map((p) => p.remedy).join()).toContain(remedy);
	expect(problems[0]?.line).toBe(
		book(rule)
			.split('\n')
			.findIndex((line) => line.includes('name: one')) + 1
	);
});

test('levels on the right side are accepted', () => {
	for (const rule of [
		change.replace('5,', '5, warn_level: 3, recovery_level: 2, runbook: "https://wiki.example/stop",'),
		`{ ${floor}, warn_level: 80, recovery_level: 78 }`,
		'{ name: one, metric: bad_containment, kind: floor, limit_percent: 20, warn_level: 15, owner: lead }'
	])
		expect(parsePolicy(book(rule)).problems).toEqual([]);
});

test('business hours without an hour, and a limit in no known currency, are refused at their lines', () => {
	const closed = text.replace(/open:\n(\s+- .*\n)+/, 'open: []\n');
	const { policy, problems } = parsePolicy(closed);
	expect(policy).toBeNull();
	expect(problems).toMatchObject([{ line: 8, path: 'account.business_hours.open' }]);
	expect(problems[0]!.remedy).toContain('remove business_hours');
	expect(parsePolicy(text.replace('currency: EUR', 'currency: euro')).problems).toMatchObject([
		{ path: 'limits.currency', message: 'Write a currency as EUR' }
	]);
});

test('a test of a rule that is not in the book is refused', () => {
	const tests = '[{ name: t, rule: other, weeks: [{ intents: {} }], expect: blind }]';
	expect(parsePolicy(book(change, tests)).problems[0]?.remedy).toContain('Did you mean one');
});

test.each([
	[
		change,
		'Move to assist when CSAT (all contacts) confidently falls by at least 5 points against the 4 weeks before, for the same mix of intents.'
	],
	[
		'{ name: one, metric: bad_containment, slice: { tier: B, path: ai_only }, kind: erosion, rise_percent: 15, action: notify, owner: lead }',
		'Tell the owner when bad containment (tier B; AI only) confidently rises by at least 15 % against the frozen baseline, for the same mix of intents.'
	],
	[`{ ${floor} }`, 'Move to assist when CSAT (all contacts) is confidently below 75 %.']
])('a rule says itself: %s', (rule, sentence) => {
	expect(sentenceOf(parsePolicy(book(rule)).policy!.stop_loss.rules[0]!)).toBe(sentence);
});

test('a rule is called by its title, or else by metric, slice and kind; a new title is no new version', () => {
	const [plain, named] = [change, change.replace('name: one', 'name: one, title: CSAT falls')].map(
		(rule) => parsePolicy(book(rule)).policy!
	);
	expect(ruleTitles(plain!)).toEqual({ one: 'CSAT: sudden fall' });
	expect(ruleTitles(named!)).toEqual({ one: 'CSAT falls' });
	expect(ruleVersion(named!.stop_loss.rules[0]!)).toBe(ruleVersion(plain!.stop_loss.rules[0]!));
	const slow = parsePolicy(
		book(
			'{ name: one, metric: bad_containment, slice: { tier: B, path: ai_only }, kind: erosion, rise_percent: 15, owner: lead }'
		)
	).policy!;
	expect(ruleTitles(slow)).toEqual({ one: 'Bad containment, tier B, AI only: slow rise' });
});

test('the budget is shared by the rules of a kind, and the watch line is never above the stop line', () => {
	const { policy } = parsePolicy(text);
	const [rule] = policy!.stop_loss.rules;
	// Two change rules share 0.3 of one false alarm a year: 0.15 each, between 0.25 (2.95) and 0.1 (3.25).
	const line = 2.95 + (0.3 * Math.log(0.25 / 0.15)) / Math.log(0.25 / 0.1);
	expect(confidenceOf(policy!, rule!).z7).toBeCloseTo(line, 12);
	expect(confidenceOf(policy!, rule!).watchZ7).toBeLessThan(line);
});
