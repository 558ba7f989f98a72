/**
 * Tests of rules, written in the policy itself: given these weeks, expect this verdict. Pure.
 * A week's outcomes are spread over its days as evenly as whole numbers go, without noise; the rule is judged once
 * the last day is mature, with the budget and the baseline it would have.
 */
import type { DailyCohort } from '../queries/measurement';
import type { Finding } from '../warehouse/vocabulary';
import { evaluate, firstBaseline } from './evaluate';
import { confidenceOf, type Policy } from './policy';
import type { RuleTest } from './rule';
import { dayNumber, dayOf } from './series';

export interface RuleTestResult {
	name: string;
	rule: string;
	expected: Finding;
	found: Finding;
	reason: string;
	/** What is not as expected, in one sentence; null when the test passes. */
	failure: string | null;
}

/** A Monday; which one doesn't matter. */
const START = dayNumber('2024-01-01');

export function runRuleTests(policy: Policy): RuleTestResult[] {
	return policy.stop_loss.tests.map((test) => run(policy, test));
}

function run(policy: Policy, test: RuleTest): RuleTestResult {
	const rule = policy.stop_loss.rules.find(({ name }) => name === test.rule);
	if (!rule) throw new Error(`No rule is named ${test.rule}`);
	const { cohorts, days } = cohortsOf(test);
	const verdict = evaluate({
		rule,
		cohorts,
		maturityHours: 0,
		asOf: `${dayOf(START + days)}T00:00:00Z`,
		baseline: firstBaseline(cohorts),
		minimumEvidence: policy.minimum_evidence,
		confidence: confidenceOf(policy, rule),
		tierB: policy.tiers.B
	});
	const named = (verdict.recommendation?.intents ?? []).map(({ intent }) => intent).sort();
	const wanted = test.expect_intents && [...test.expect_intents].sort();
	const failure =
		verdict.finding !== test.expect
			? `Expected ${test.expect}, found ${verdict.finding}.`
			: wanted && wanted.join() !== named.join()
				? `Expected it to move ${wanted.join(', ') || 'nothing'}, found ${named.join(', ') || 'nothing'}.`
				: null;
	const { finding: found, reason } = verdict;
	return { name: test.name, rule: rule.name, expected: test.expect, found, reason, failure };
}

/** The weeks as daily cohorts; sums over a week are exactly what was written, rates to the nearest outcome. */
function cohortsOf(test: RuleTest): { cohorts: DailyCohort[]; days: number } {
	const cohorts: DailyCohort[] = [];
	let day = 0;
	for (const { repeat, intents } of test.weeks) {
		for (let week = 0; week < repeat; week++, day += 7) {
			for (const [intent, { n, percent }] of Object.entries(intents)) {
				const events = Math.round((n * percent) / 100);
				for (let i = 0; i < 7; i++) {
					const part = (whole: number) => Math.floor((whole * (i + 1)) / 7) - Math.floor((whole * i) / 7);
					// Events follow the outcomes so that no day holds more events than outcomes.
					const size = part(n);
					const until = Math.floor((n * (i + 1)) / 7);
					const share = (upTo: number) => (n === 0 ? 0 : Math.round((events * upTo) / n));
					if (size > 0)
						cohorts.push({
							day: dayOf(START + day + i),
							intent,
							n: size,
							x: share(until) - share(until - size)
						});
				}
			}
		}
	}
	return { cohorts, days: day };
}
