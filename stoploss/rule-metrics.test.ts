/** A rule judges a day exactly when its cohort is complete: both sides of the border say the same hours. */
import { expect, test } from 'vitest';
import { MATURITY_HOURS } from '../queries/cohorts/daily.server';
import { RULE_METRICS, ruleMetric } from './rule-metrics';

test.each(RULE_METRICS.filter((name) => name in MATURITY_HOURS))(
	'%s matures alike for rules and cohorts',
	(name) => {
		expect(ruleMetric(name).maturityHours).toBe(MATURITY_HOURS[name as keyof typeof MATURITY_HOURS]);
	}
);
test('a wait is no rule metric', () => {
	expect(RULE_METRICS).not.toContain('escalation_latency');
	expect(() => ruleMetric('escalation_latency')).toThrow('escalation_latency');
});
