/** Thresholds before scaling: a rule book written from the log, or from volumes that somebody expects. */
import { watermark } from '#queries/queries.server';
import { expectedProfile } from '#stoploss/expected';
import { parsePolicy } from '#stoploss/policy';
import { ruleMetric } from '#stoploss/rule-metrics';
import { profileOf } from '#stoploss/scenario';
import { seriesOf } from '#stoploss/series';
import { candidateRules, policyYaml, proposeThresholds, withThresholds } from '#stoploss/thresholds';
import { expectedFrom } from '$lib/lab-ask';
import { policy, warehouse } from '$lib/server/plimsoll.server';
import { ruleData } from '$lib/server/rule-data.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url }) => {
	const given = url.searchParams;
	const db = await warehouse();
	const asOf = await watermark(db);
	const book = policy();
	const fromLog = asOf !== null && given.get('volumes') !== 'expected';
	const asked = Number(given.get('budget'));
	const budget = asked > 0 && asked <= 50 ? asked : (book.stop_loss.false_alarm_budget ?? 1);
	const owner = given.get('owner')?.trim() || book.stop_loss.rules[0]?.owner || 'support_lead';
	const expected = expectedFrom(given);
	const trial = { ...book, stop_loss: { ...book.stop_loss, rules: candidateRules(owner) } };
	const data = fromLog ? await ruleData(db, trial, asOf) : null;
	const proposals = proposeThresholds({
		budget,
		owner,
		profileOf: (rule) =>
			data
				? profileOf(seriesOf(data.cohorts[rule.name] ?? []), ruleMetric(rule.metric).bad)
				: expectedProfile(book, rule, expected)
	});
	const yaml = policyYaml(withThresholds(book, proposals, budget), proposals);
	return {
		hasLog: asOf !== null,
		fromLog,
		budget,
		owner,
		expected,
		yaml,
		/** What `plimsoll policy check` would say of it. */
		problems: parsePolicy(yaml).problems.map(
			({ line, message, remedy }) => `Line ${line}: ${message}. ${remedy}`
		),
		proposals: proposals.map(({ rule, ...rest }) => ({ ...rest, name: rule.name, kind: rule.kind }))
	};
};
