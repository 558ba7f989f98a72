/** What a person may ask of an alert, as forms, the API and the command line take it. Pure. */
import { z } from 'zod';
import { RESOLVE_REASONS, type AlertEvent } from './alert';

const name = z.string().trim().min(1, 'Say who.').max(100);
const instant = z.iso.datetime({ offset: true, error: 'Write a time as 2026-03-09T08:00:00Z.' });
const note = z.string().trim().max(2000).optional();

export const WISHES = {
	acknowledge: z.strictObject({
		by: name.describe('Who acknowledges.'),
		owner: z.string().trim().min(1, 'Name an owner.').max(100).describe('Who looks after it.'),
		due: instant.describe('When it speaks again unless it is over.'),
		note
	}),
	silence: z.strictObject({
		by: name,
		until: instant.describe('It ends by itself.'),
		reason: z.string().trim().min(1, 'A silence needs a reason.').max(500)
	}),
	unsilence: z.strictObject({ by: name }),
	resolve: z.strictObject({
		by: name,
		reason: z.enum(RESOLVE_REASONS, `Choose one of ${RESOLVE_REASONS.join(', ')}.`),
		note
	})
} as const;

export type WishName = keyof typeof WISHES;
export const WISH_NAMES = Object.keys(WISHES) as WishName[];
export type Wish = { [Name in WishName]: { name: Name } & z.infer<(typeof WISHES)[Name]> }[WishName];

/** `watermark`: how far the data reach; what is closed by hand is not judged again on days before. */
export function eventOf(
	wish: Wish,
	at: string,
	watermark: string | null
): Exclude<AlertEvent, { kind: 'observed' | 'evidence_restated' }> {
	const { by } = wish;
	switch (wish.name) {
		case 'acknowledge':
			return { kind: 'acknowledged', at, by, owner: wish.owner, due: wish.due, ...noted(wish) };
		case 'silence':
			return { kind: 'silenced', at, by, until: wish.until, reason: wish.reason };
		case 'unsilence':
			return { kind: 'unsilenced', at, by };
		case 'resolve': {
			const behind = watermark !== null && Date.parse(watermark) < Date.parse(at);
			return {
				kind: 'resolved',
				at,
				by,
				reason: wish.reason,
				...noted(wish),
				...(behind ? { asOf: watermark } : {})
			};
		}
	}
}

const noted = ({ note: text }: { note?: string | undefined }) => (text ? { note: text } : {});
