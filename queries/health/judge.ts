/**
 * What is called late, and what is called a drop. Pure. Both are said only where the feed has a history of its own to
 * be held against; before that it is unknown.
 */
import { wilson } from '../statistics/wilson';

export const HEALTH_FIELDS = {
	customerId: 'Customer',
	intent: 'Intent',
	intentConfidence: 'Confidence of the intent',
	messageTimes: 'Times of messages',
	botReplies: 'Reply of a bot',
	humanReplies: 'Reply of a person',
	resolvedAt: 'Time of the resolution',
	rating: 'Rating',
	handoffTime: 'Time of the handoff',
	toolCalls: 'Tool calls',
	refunds: 'Refunds',
	aiCost: 'Cost of the AI',
	humanMinutes: 'Minutes of people'
} as const;
export type HealthField = keyof typeof HEALTH_FIELDS;

export type Freshness = 'fresh' | 'late' | 'unknown';

/** Deliveries from which a source has a rhythm. */
export const RHYTHM_FROM = 5;
/** A delivery is late after so many of its usual gaps, and never before an hour. */
const LATE_GAPS = 3;
const HOUR_S = 3600;

export function freshnessOf(given: {
	lastNewAt: string | null;
	usualGapS: number | null;
	deliveries: number;
	now: string;
}): Freshness {
	const { lastNewAt, usualGapS, deliveries, now } = given;
	if (lastNewAt === null || usualGapS === null || deliveries < RHYTHM_FROM) return 'unknown';
	const waited = (Date.parse(now) - Date.parse(lastNewAt)) / 1000;
	return waited > Math.max(HOUR_S, LATE_GAPS * usualGapS) ? 'late' : 'fresh';
}

export interface FieldWeek {
	week: string;
	/** Contacts that have it, of so many. */
	x: number;
	n: number;
	/** Far below what is usual for this feed: the whole 95 % interval (Wilson) lies under half of it. */
	dropped: boolean;
	/** Median share of the weeks before; null while there are too few of them. */
	usual: number | null;
}

/** Weeks with fewer contacts say nothing about a share. */
const ENOUGH = 30;
const WEEKS_BEFORE = 8;
const WEEKS_NEEDED = 3;
/** A field that was rare before can't be said to vanish. */
const RARE = 0.02;

const median = (values: readonly number[]) => {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

type Row = { week: string; contacts: number } & Partial<Record<HealthField, number>>;

/** Fields that arrive after the conversation: a young week has few of them yet, and that is no drop. */
const COMES_LATER: readonly HealthField[] = ['rating', 'refunds', 'resolvedAt', 'aiCost', 'humanMinutes'];

/**
 * Weeks from `settledBefore` on are too young to judge what comes later. `dropped` of a field: in its newest week that
 * has enough contacts. Weeks come in their order.
 */
export function fieldWeeks(
	rows: readonly Row[],
	settledBefore: string
): { field: HealthField; weeks: FieldWeek[]; dropped: boolean }[] {
	return (Object.keys(HEALTH_FIELDS) as HealthField[]).map((field) => {
		const usable: number[] = [];
		const weeks = rows.map((row) => {
			const x = row[field] ?? 0;
			const n = row.contacts;
			const before = usable.slice(-WEEKS_BEFORE);
			const usual = before.length >= WEEKS_NEEDED ? median(before) : null;
			const dropped =
				(row.week < settledBefore || !COMES_LATER.includes(field)) &&
				usual !== null &&
				usual >= RARE &&
				n >= ENOUGH &&
				wilson(x, n).high < usual / 2;
			// A week that fell does not lower what is usual.
			if (n >= ENOUGH && !dropped) usable.push(x / n);
			return { week: row.week, x, n, dropped, usual };
		});
		return { field, weeks, dropped: weeks.findLast(({ n }) => n >= ENOUGH)?.dropped ?? false };
	});
}
