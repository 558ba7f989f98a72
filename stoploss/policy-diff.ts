/**
 * What changed between two policies, as lines that people can read. Pure. Takes them as they were recorded, so that one
 * of an older form is told as well. Entries with a name (rules, receivers) are matched by it, lists of words as sets.
 * Values of what holds addresses or patterns are never told, only that they changed.
 */
type Json = null | string | number | boolean | Json[] | { [key: string]: Json };

const UNTOLD = /^(receivers|webhooks|privacy)\b/;

export function policyDiff(before: unknown, after: unknown): string[] {
	return differences('', before as Json, after as Json);
}

function differences(at: string, before: Json | undefined, after: Json | undefined): string[] {
	if (JSON.stringify(before) === JSON.stringify(after)) return [];
	if (UNTOLD.test(at)) return [`${at} changed`];
	const [old, now] = [before, after].map(named);
	if (old && now)
		return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
			differences(at ? `${at}.${key}` : key, old[key], now[key])
		);
	if (words(before) && words(after)) {
		const gone = before.filter((one) => !after.includes(one)).map((one) => `without ${one}`);
		const come = after.filter((one) => !before.includes(one)).map((one) => `with ${one}`);
		return [`${at}: ${[...come, ...gone].join(', ') || 'another order'}`];
	}
	if (before === undefined)
		return [`${at}: new${after !== null && typeof after === 'object' ? '' : `, ${told(after)}`}`];
	if (after === undefined) return [`${at}: gone`];
	return [`${at}: ${told(before)} → ${told(after)}`];
}

const told = (value: Json | undefined) =>
	typeof value === 'string' ? value : JSON.stringify(value ?? null).slice(0, 60);

const words = (value: Json | undefined): value is string[] =>
	Array.isArray(value) && value.every((one) => typeof one === 'string');

/** An object as it is; a list of entries with names of their own, by name; null for anything else. */
function named(value: Json | undefined): { [key: string]: Json } | null {
	if (value === null || typeof value !== 'object') return null;
	if (!Array.isArray(value)) return value;
	const names = value.map((one) =>
		one !== null && typeof one === 'object' && !Array.isArray(one) && typeof one['name'] === 'string'
			? one['name']
			: null
	);
	if (names.length === 0 || names.includes(null) || new Set(names).size < names.length) return null;
	return Object.fromEntries(value.map((one, at) => [names[at]!, one]));
}
