/** What a reviewer is told of the time after a conversation, and in which order. */
import { describe, expect, it } from 'vitest';
import type { Conversation } from '#queries/queries.server';
import { afterwards } from './afterwards';

const nothing = {
	closedAt: '2026-03-02T10:00:00Z',
	resolvedAt: null,
	ratingScore: null,
	complaintAt: [] as string[],
	regulatorComplaintAt: [] as string[],
	refunds: [],
	outcomeSolved: null,
	outcomeBy: null
} as unknown as Conversation;

describe('what happened after', () => {
	it('is nothing where the log has nothing', () => {
		expect(afterwards(nothing, [])).toEqual([]);
	});

	it('stands in order of time, with the time since, and what has no time last', () => {
		const one = {
			...nothing,
			resolvedAt: '2026-03-02T10:00:00Z',
			ratingScore: 2,
			ratingScale: 10,
			ratingAnsweredAt: null,
			complaintAt: ['2026-03-05T10:00:00Z'],
			regulatorComplaintAt: ['2026-03-05T10:00:00Z'],
			refunds: [
				{
					at: '2026-03-02T09:59:00Z',
					amountMinor: 1250,
					currency: 'EUR',
					decidedBy: 'bot',
					approvedBy: null,
					auditVerdict: 'wrong',
					auditedAt: '2026-03-09T10:00:00Z'
				}
			]
		} as unknown as Conversation;
		const back = {
			source: 'zendesk',
			id: 'a/b',
			startedAt: '2026-03-02T13:00:00Z',
			intent: 'order_status',
			channel: null,
			path: 'ai_only' as const,
			sameFamily: true
		};
		expect(
			afterwards(one, [back, { ...back, id: 'c', startedAt: '2026-03-02T14:00:00Z', sameFamily: false }]).map(
				({ what, after, bad, href }) => [what, after, bad, href]
			)
		).toEqual([
			['Refund of €12.50, decided by bot', null, false, null],
			['Closed as solved', null, false, null],
			[
				'Came back: order status, channel unknown, AI only',
				'3 hours later',
				true,
				'/conversations/zendesk/a%2Fb'
			],
			[
				'Came back about something else: order status, channel unknown, AI only',
				'4 hours later',
				false,
				'/conversations/zendesk/c'
			],
			['Complained to a regulator', '3 days later', true, null],
			['Refund audited: wrong', '7 days later', true, null],
			['Rated 2 of 10', null, true, null]
		]);
	});
});
