/** What happened to a conversation after it closed, as one list in order of time. Pure. */
import { PATH_LABELS, formatMoney, humanise } from '$lib/format';
import type { Conversation, Return } from '#queries/queries.server';
import { sayGap } from './timeline';

export interface Afterwards {
	at: string | null;
	/** Since the conversation closed; null where either time is unknown. */
	after: string | null;
	what: string;
	/** Where there is more to read. */
	href: string | null;
	bad: boolean;
}

export function afterwards(one: Conversation, returns: readonly Return[]): Afterwards[] {
	const events: Omit<Afterwards, 'after'>[] = [];
	const add = (at: string | null, what: string, bad = false, href: string | null = null) =>
		events.push({ at, what, bad, href });
	if (one.resolvedAt) add(one.resolvedAt, 'Closed as solved');
	if (one.ratingScore !== null) {
		const scale = one.ratingScale ?? 5;
		const low = (one.ratingScore - 1) / (scale - 1) < 0.5;
		add(one.ratingAnsweredAt, `Rated ${one.ratingScore} of ${scale}`, low);
	}
	for (const at of one.complaintAt) {
		const regulator = one.regulatorComplaintAt.includes(at);
		add(at, regulator ? 'Complained to a regulator' : 'Complained', true);
	}
	for (const next of returns) {
		const about = `${next.intent ? humanise(next.intent) : 'no intent'}, ${next.channel ?? 'channel unknown'}, ${PATH_LABELS[next.path]}`;
		add(
			next.startedAt,
			`Came back${next.sameFamily ? '' : ' about something else'}: ${about}`,
			next.sameFamily,
			`/conversations/${encodeURIComponent(next.source)}/${encodeURIComponent(next.id)}`
		);
	}
	for (const refund of one.refunds) {
		const by = refund.decidedBy ? `decided by ${refund.decidedBy}` : 'nobody says who decided';
		const approved = refund.approvedBy ? `, approved by ${refund.approvedBy}` : '';
		add(refund.at, `Refund of ${formatMoney(refund.amountMinor, refund.currency)}, ${by}${approved}`);
		if (refund.auditVerdict)
			add(refund.auditedAt, `Refund audited: ${refund.auditVerdict}`, refund.auditVerdict === 'wrong');
	}
	if (one.outcomeSolved !== null && one.outcomeBy)
		add(
			one.outcomeAt,
			`${humanise(one.outcomeBy)} says: ${one.outcomeSolved ? 'solved' : 'not solved'}`,
			!one.outcomeSolved
		);
	const closed = one.closedAt === null ? NaN : Date.parse(one.closedAt);
	return events
		.map((event, place) => {
			const minutes = event.at === null ? NaN : (Date.parse(event.at) - closed) / 60_000;
			return { ...event, after: minutes >= 1 ? sayGap(minutes) : null, place };
		})
		.sort(
			(a, b) =>
				(a.at === null ? Infinity : Date.parse(a.at)) - (b.at === null ? Infinity : Date.parse(b.at)) ||
				a.place - b.place
		)
		.map(({ place: _, ...event }) => event);
}
