/**
 * A published card against the week as known now: which Measurements changed, from what to what, and why. Pure. The
 * counts of later records come from the log; what is compared is everything that a reader sees of a Measurement.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Measurement } from '../measurement';

export const RESTATEMENT_REASONS = [
	'matured',
	'late_rating',
	'late_audit',
	'late_complaint',
	'late_cost',
	'late_review',
	'new_conversation',
	'corrected_conversation',
	'later_contact',
	'policy',
	'definition'
] as const;
export type RestatementReason = (typeof RESTATEMENT_REASONS)[number];

export interface CountedReason {
	kind: RestatementReason;
	/** Contacts; null where there is nothing to count, as for a changed definition. */
	n: number | null;
}

export interface RestatedMeasurement {
	/** null on the side where the metric or the slice is not there. */
	old: Measurement | null;
	new: Measurement | null;
	/** Empty when no later record explains it, which a page must say. */
	reasons: CountedReason[];
}

/** Records that came later, by path; path null is the whole week. */
export interface LaterRecords {
	kind: RestatementReason;
	path: string | null;
	n: number;
}

const BASIC: readonly RestatementReason[] = ['new_conversation', 'corrected_conversation'];
/** What a late record of a kind can move, by the first word of the metric. */
const ABOUT: readonly (readonly [string, readonly RestatementReason[]])[] = [
	['csat', ['late_rating']],
	['refund', ['late_audit']],
	['complaint', ['late_complaint']],
	['review', ['late_review']],
	['not_solved', ['late_review']],
	['cost', ['late_cost', 'later_contact', 'late_complaint', 'late_audit']],
	['recontact', ['later_contact']],
	['first_contact', ['later_contact']],
	['bad_containment', ['late_rating', 'late_audit', 'late_complaint', 'later_contact']],
	['durable', ['late_audit', 'late_complaint', 'later_contact']]
];

export function compareCards(
	published: readonly Measurement[],
	now: readonly Measurement[],
	later: readonly LaterRecords[],
	policyChanged: boolean
): { changed: RestatedMeasurement[]; unchanged: number } {
	const keyOf = ({ metric, slice }: Measurement) => JSON.stringify([metric, Object.entries(slice).sort()]);
	const found = new Map(now.map((one) => [keyOf(one), one]));
	const before = new Set(published.map(keyOf));
	const pairs: [Measurement | null, Measurement | null][] = [
		...published.map((old): [Measurement, Measurement | null] => [old, found.get(keyOf(old)) ?? null]),
		...now.filter((one) => !before.has(keyOf(one))).map((one): [null, Measurement] => [null, one])
	];
	const differing = pairs.filter(([a, b]) => !a || !b || !isDeepStrictEqual(shown(a), shown(b)));
	return {
		changed: differing.map(([old, one]) => ({
			old,
			new: one,
			reasons: reasonsOf(old, one, later, policyChanged)
		})),
		unchanged: pairs.length - differing.length
	};
}

/** As it stands in the published bytes. */
function shown(one: Measurement): unknown {
	return JSON.parse(JSON.stringify(one));
}

function reasonsOf(
	old: Measurement | null,
	now: Measurement | null,
	later: readonly LaterRecords[],
	policyChanged: boolean
): CountedReason[] {
	const { metric, slice } = (old ?? now)!;
	const kinds = [...BASIC, ...(ABOUT.find(([word]) => metric.startsWith(word))?.[1] ?? [])];
	const counted = later
		.filter(({ kind, path }) => kinds.includes(kind) && path === (slice.path ?? null))
		.map(({ kind, n }) => ({ kind, n }));
	const matured = (old?.pending ?? 0) - (now?.pending ?? 0);
	const reasons: CountedReason[] = [
		...(matured > 0 ? [{ kind: 'matured' as const, n: matured }] : []),
		...counted,
		...(policyChanged ? [{ kind: 'policy' as const, n: null }] : []),
		...(old?.definition !== now?.definition && old && now ? [{ kind: 'definition' as const, n: null }] : [])
	];
	return reasons.sort((a, b) => RESTATEMENT_REASONS.indexOf(a.kind) - RESTATEMENT_REASONS.indexOf(b.kind));
}
