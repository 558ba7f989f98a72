/** The account's wall clock a second time: weeks, and the minutes in which it is open, walked one by one. Pure. */
import type { BusinessHours, Calendar } from '../queries/measurement';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Label of the week in which an instant falls, by the wall clock of the account's zone. */
export function weekLabel(at: number, { timeZone, weekStart }: Calendar): string {
	const parts = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
	const day = Date.parse(`${parts}T00:00:00Z`);
	const weekday = new Date(day).getUTCDay();
	// The Thursday of the week that holds the day; a Sunday belongs to the week before it, unless weeks start there.
	const thursday = day + (weekday === 0 ? (weekStart === 'sunday' ? 4 : -3) : 4 - weekday) * DAY;
	const year = new Date(thursday).getUTCFullYear();
	const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
	return `${year}-W${String(week).padStart(2, '0')}`;
}

/** Milliseconds between two instants in which the account is open; both within [first, last]. */
export function openTime(
	{ spans, holidays }: BusinessHours,
	{ timeZone }: Calendar,
	first: number,
	last: number
): (from: number, until: number) => number {
	const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
	const start = Math.floor(first / DAY) * DAY;
	const minutes = Math.ceil((last - start) / MINUTE) + 1;
	const open = new Uint8Array(minutes);
	const before = new Float64Array(minutes + 1);
	let offset = 0;
	for (let minute = 0; minute < minutes; minute++) {
		const at = start + minute * MINUTE;
		// Clocks change on a quarter of an hour; between two of them the wall clock runs along.
		if (minute % 15 === 0) offset = Date.parse(`${clock.format(at).replace(' ', 'T')}Z`) - at;
		const [date, time] = new Date(at + offset).toISOString().split('T') as [string, string];
		const weekday = new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
		const isOpen =
			!holidays.includes(date) &&
			spans.some(
				(span) => span.weekday === weekday && span.opens <= time.slice(0, 5) && time.slice(0, 5) < span.closes
			);
		open[minute] = isOpen ? 1 : 0;
		before[minute + 1] = before[minute]! + open[minute]! * MINUTE;
	}
	const until = (at: number) => {
		const minute = Math.floor((at - start) / MINUTE);
		return before[minute]! + open[minute]! * ((at - start) % MINUTE);
	};
	return (from, to) => until(to) - until(from);
}
