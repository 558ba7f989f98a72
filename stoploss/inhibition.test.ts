/** Who keeps whom from speaking, and that of a chain somebody is always heard. */
import { expect, test } from 'vitest';
import { mutingFirst, mutingOf } from './inhibition';
import { ruleSchema, type Rule } from './rule';

const rule = (name: string, extra: object): Rule =>
	ruleSchema.parse({
		name,
		metric: 'csat_top_box',
		kind: 'erosion',
		fall_points: 2,
		owner: 'lead',
		...extra
	});
const B = { tier: 'B', path: 'ai_only' } as const;
const RULES = {
	tier: rule('tier', { slice: B }),
	floor: rule('floor', { slice: B, kind: 'floor', fall_points: undefined, limit_percent: 70 }),
	intent: rule('intent', { slice: { intent: 'refund', path: 'ai_only' } }),
	elsewhere: rule('elsewhere', { slice: { intent: 'refund', path: 'ai_only', market: 'DE' } }),
	tierA: rule('tierA', { slice: { tier: 'A', path: 'ai_only' } }),
	recontact: rule('recontact', {
		metric: 'recontact_72h',
		slice: B,
		fall_points: undefined,
		rise_percent: 15
	})
};
const all = Object.values(RULES);
const tierOf = (intent: string) => (intent === 'refund' ? 'B' : undefined);
const muting = (name: keyof typeof RULES, about: 'metric' | 'blindness') =>
	mutingOf(RULES[name], all, tierOf)
		.filter((one) => one.about === about)
		.map((one) => one.rule)
		.sort();

test('a tier mutes its intents on the same metric, and erosion mutes the floor of its series', () => {
	expect(muting('tier', 'metric')).toEqual([]);
	expect(muting('floor', 'metric')).toEqual(['tier']);
	expect(muting('intent', 'metric')).toEqual(['floor', 'tier']);
	expect(muting('elsewhere', 'metric')).toEqual([]);
	expect(muting('tierA', 'metric')).toEqual([]);
	expect(muting('recontact', 'metric')).toEqual([]);
});

test('missing data mute what is measured on them or on a part of them; missing ratings mute no contacts', () => {
	expect(muting('tier', 'blindness')).toEqual(['floor', 'recontact', 'tier']);
	expect(muting('recontact', 'blindness')).toEqual(['recontact']);
	expect(muting('intent', 'blindness')).toEqual(['floor', 'intent', 'recontact', 'tier']);
	expect(muting('tierA', 'blindness')).toEqual(['tierA']);
});

test('nothing mutes itself in a circle, and what mutes is lived before what it mutes', () => {
	const order = mutingFirst(all.toReversed()).map(({ name }) => name);
	for (const { name } of all)
		for (const other of muting(name as keyof typeof RULES, 'metric'))
			expect(order.indexOf(other)).toBeLessThan(order.indexOf(name));
});
