/** Why a published figure changed, as people say it. Pure. */
import type { CountedReason, RestatementReason } from '#queries/queries.server';
import { formatCount } from '$lib/format';

const WORDS: Record<RestatementReason, readonly [one: string, more: string]> = {
	matured: ['outcome came in', 'outcomes came in'],
	late_rating: ['late rating', 'late ratings'],
	late_audit: ['late audit', 'late audits'],
	late_complaint: ['late complaint', 'late complaints'],
	late_cost: ['late cost', 'late costs'],
	late_review: ['later review', 'later reviews'],
	new_conversation: ['conversation came late', 'conversations came late'],
	corrected_conversation: ['conversation was corrected', 'conversations were corrected'],
	later_contact: ['customer wrote again', 'customers wrote again'],
	policy: ['the policy changed', 'the policy changed'],
	definition: ['the definition changed', 'the definition changed']
};

export function reasonTold({ kind, n }: CountedReason): string {
	const [one, more] = WORDS[kind];
	if (n === null) return one;
	return `${formatCount(n)} ${n === 1 ? one : more}`;
}

export const reasonsTold = (reasons: readonly CountedReason[]): string => reasons.map(reasonTold).join(', ');
