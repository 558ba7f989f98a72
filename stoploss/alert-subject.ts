/** What an alert is about, found again by its key. Pure. */
import { alertKey, identityOf } from './alert-identity';
import type { Policy } from './policy';
import { sentenceOf, titleOf, type Rule } from './rule';

/** The rule name under which the watchman's own alert is kept. */
export const WATCHDOG = 'watchdog';
export const WATCHDOG_KEY = alertKey({
	ruleId: WATCHDOG,
	metric: 'evaluation',
	direction: 'blind',
	dimensions: {}
});

export interface AlertSubject {
	/** `orphan`: the policy has no such rule any more, so nothing will ever judge it again. */
	about: 'metric' | 'blindness' | 'watchdog' | 'orphan';
	title: string;
	sentence: string;
	rule: Rule | null;
	tier: string | null;
}

export function subjectOf(policy: Policy, key: string, ruleName: string): AlertSubject {
	if (key === WATCHDOG_KEY)
		return {
			about: 'watchdog',
			title: 'Nothing is being judged',
			sentence: 'Tell everybody when no evaluation has finished for 26 hours: silence is not health.',
			rule: null,
			tier: null
		};
	const rule = policy.stop_loss.rules.find(({ name }) => name === ruleName);
	if (!rule)
		return {
			about: 'orphan',
			title: ruleName.replaceAll('_', ' '),
			sentence: 'The policy in force has no such rule. It will not be judged again; close it by hand.',
			rule: null,
			tier: null
		};
	const sentence = sentenceOf(rule);
	const title = titleOf(rule);
	const tier = tierOf(rule, policy);
	if (key === alertKey(identityOf(rule, 'metric'))) return { about: 'metric', title, sentence, rule, tier };
	return {
		about: 'blindness',
		title: `No data: ${title}`,
		sentence: `Tell everybody when the data that this rule needs don't come. The rule: ${sentence}`,
		rule,
		tier
	};
}

/** The one tier that a rule looks at; null where it looks at several. */
function tierOf({ slice }: Rule, { tiers }: Policy): string | null {
	if (slice.tier) return slice.tier;
	const intents = slice.intents ?? (slice.intent ? [slice.intent] : []);
	const found = (['A', 'B', 'C'] as const).filter((tier) =>
		intents.some((intent) => tiers[tier].includes(intent))
	);
	return found.length === 1 ? found[0]! : null;
}
