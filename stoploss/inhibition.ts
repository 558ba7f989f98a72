/**
 * Which alerts keep another one from speaking. Pure. States are never muted, only what is told.
 *
 * - Data that don't come mute what is measured on those data, or on a part of them.
 * - An alert of a whole tier mutes the alerts of its intents on the same metric.
 * - Erosion mutes the floor on the same series.
 * An alert mutes others only while it is open and itself was told: of a chain, somebody always hears.
 */
import type { MetricName } from '../warehouse/vocabulary';
import type { Rule } from './rule';

export type Muting = { rule: string; about: 'metric' | 'blindness' };

/** Records that the outcomes of a metric come from; all others come from the conversations themselves. */
const OWN_RECORDS: Partial<Record<MetricName, string>> = {
	csat_top_box: 'rating',
	refund_error_rate: 'refund_audit'
};
const recordsOf = (metric: MetricName) => OWN_RECORDS[metric] ?? 'conversation';

type Slice = Readonly<Record<string, readonly string[]>>;

function sliceOf({ slice }: Rule): Slice {
	const { intent, intents, ...rest } = slice;
	const list = intents ?? (intent ? [intent] : undefined);
	return Object.fromEntries(
		Object.entries({ ...rest, intent: list }).flatMap(([name, value]) =>
			value === undefined ? [] : [[name, [value].flat().toSorted()]]
		)
	);
}

/** All that `inner` looks at, `outer` looks at too. */
function covers(outer: Slice, inner: Slice): boolean {
	return Object.entries(outer).every(([name, values]) => inner[name]?.every((one) => values.includes(one)));
}

const without = ({ intent: _, tier: __, ...rest }: Slice): Slice => rest;
const same = (a: Slice, b: Slice) => covers(a, b) && covers(b, a);

/** Whether all intents of a slice stand in the tier of another; a slice that says its tier is believed. */
function inTier(tier: string, inner: Slice, tierOf: (intent: string) => string | undefined): boolean {
	if (inner['tier']) return inner['tier'].every((one) => one === tier);
	return !!inner['intent'] && inner['intent'].every((intent) => tierOf(intent) === tier);
}

/** The alerts that mute the metric alert of `rule`. */
export function mutingOf(
	rule: Rule,
	rules: readonly Rule[],
	tierOf: (intent: string) => string | undefined
): Muting[] {
	const slice = sliceOf(rule);
	return rules.flatMap((other): Muting[] => {
		const around = sliceOf(other);
		const muting: Muting[] = [];
		const data = recordsOf(other.metric);
		const [tier] = around['tier'] ?? [];
		const covered =
			covers(around, slice) ||
			(tier !== undefined &&
				covers(without(around), without(slice)) &&
				!around['intent'] &&
				inTier(tier, slice, tierOf));
		if (covered && (data === 'conversation' || data === recordsOf(rule.metric)))
			muting.push({ rule: other.name, about: 'blindness' });
		if (other.name === rule.name || other.metric !== rule.metric) return muting;
		const child =
			tier !== undefined &&
			!around['intent'] &&
			!!slice['intent'] &&
			same(without(around), without(slice)) &&
			inTier(tier, slice, tierOf);
		const floor = other.kind === 'erosion' && rule.kind === 'floor' && same(around, slice);
		if (child || floor) muting.push({ rule: other.name, about: 'metric' });
		return muting;
	});
}

/** Rules in an order in which whatever mutes comes before what it mutes. */
export function mutingFirst(rules: readonly Rule[]): Rule[] {
	const rank = (rule: Rule) =>
		(rule.slice.intent || rule.slice.intents ? 2 : 0) + (rule.kind === 'erosion' ? 0 : 1);
	return rules.toSorted((a, b) => rank(a) - rank(b));
}
