/**
 * Who an alert is, and how alerts are told together. Pure.
 * Thresholds, versions, dates and values are no part of the identity: an edited rule never spawns a twin.
 */
import { createHash } from 'node:crypto';
import type { Notification } from './alert';
import type { Rule } from './rule';
import { ruleMetric } from './rule-metrics';

export interface AlertIdentity {
	ruleId: string;
	metric: string;
	direction: 'down' | 'up' | 'blind';
	dimensions: Readonly<Record<string, string>>;
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

export function canonicalIdentity({ ruleId, metric, direction, dimensions }: AlertIdentity): string {
	const pairs = Object.keys(dimensions)
		.sort()
		.map((name) => `${name}=${dimensions[name]}`);
	return ['v1', ruleId, metric, direction, ...pairs].join('|');
}

export function alertKey(identity: AlertIdentity): string {
	return digest(canonicalIdentity(identity));
}

/** The dedup key of one message; a receiver that gets it twice can tell. */
export function deliveryKey(key: string, { episode, kind, seq }: Omit<Notification, 'at'>): string {
	return digest(`${key}|${episode}|${kind}|${seq}`);
}

/** Identity of a rule's alert: for what it measures, or for data that don't come. */
export function identityOf(rule: Rule, about: 'metric' | 'blindness'): AlertIdentity {
	const { bad } = ruleMetric(rule.metric);
	return {
		ruleId: rule.name,
		metric: rule.metric,
		direction: about === 'blindness' ? 'blind' : bad < 0 ? 'down' : 'up',
		dimensions: Object.fromEntries(
			Object.entries(rule.slice).flatMap(([name, value]) =>
				value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]]
			)
		)
	};
}

/** One message for alerts of the same path, tier and week. */
export function groupKey(rule: Pick<Rule, 'slice'>, week: string): string {
	return [rule.slice.path ?? 'all', rule.slice.tier ?? 'all', week].join('|');
}
