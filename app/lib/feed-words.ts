/** What the health of a feed is called, on the page and on the command line. Pure. */
import type { SourceHealth } from '#queries/queries.server';

export const FRESHNESS: Record<SourceHealth['freshness'], { mark: string; word: string }> = {
	fresh: { mark: '●', word: 'As usual' },
	late: { mark: '▲', word: 'Late' },
	unknown: { mark: '○', word: "We don't know yet" }
};

export const KINDS: Record<string, string> = {
	conversation: 'Conversations',
	rating: 'Ratings',
	refund_audit: 'Refund audits',
	complaint: 'Complaints',
	cost: 'Costs'
};

/** A length of time in its largest fitting unit: 45 s, 12 min, 5.2 h, 3.1 days. */
export function formatSpan(seconds: number): string {
	const size = Math.abs(seconds);
	if (size < 90) return `${Math.round(seconds)} s`;
	if (size < 5400) return `${Math.round(seconds / 60)} min`;
	if (size < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
	return `${(seconds / 86_400).toFixed(1)} days`;
}

/** One sentence of how fresh a feed is, and against what. */
export function freshnessSentence(one: SourceHealth, now: string): string {
	if (one.lastNewAt === null) return 'No import has brought anything yet.';
	const waited = `The last new records came ${formatSpan((Date.parse(now) - Date.parse(one.lastNewAt)) / 1000)} ago`;
	if (one.freshness === 'unknown' || one.usualGapS === null)
		return `${waited}. Too few imports to know what is usual here.`;
	return `${waited}; usually they come every ${formatSpan(one.usualGapS)}.`;
}
