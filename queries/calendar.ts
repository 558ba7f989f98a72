/**
 * Days and weeks of the account's calendar. Pure. A week is labelled by ISO 8601 rules for Monday starts
 * (2026-W10: the week with the year's first Thursday is W01); Sunday weeks carry the label of the ISO week that holds
 * their Monday. Bounds are instants at local midnight, so that a week with a DST change has 167 or 169 hours.
 * Refuses a label that its year doesn't have, and a zone that nobody knows.
 */
import { TZDate } from '@date-fns/tz';
import { addDays, getISOWeek, getISOWeekYear } from 'date-fns';
import type { Calendar, Window } from './measurement';

export type WeekLabel = string;

/** Half-open window of a week such as 2026-W10. */
export function weekWindow(calendar: Calendar, week: WeekLabel): Window & { week: string } {
	const monday = mondayOf(week);
	const start = calendar.weekStart === 'monday' ? monday : addDays(monday, -1);
	return { since: midnight(calendar, start), until: midnight(calendar, addDays(start, 7)), week };
}

/** Half-open window of whole days such as 2026-03-02, the last one included. */
export function daysWindow(calendar: Calendar, first: string, last: string): Window {
	const at = (day: string) => new Date(`${day}T12:00:00`);
	return { since: midnight(calendar, at(first)), until: midnight(calendar, addDays(at(last), 1)) };
}

/** Label of the week that holds an instant. */
export function weekOf(calendar: Calendar, instant: string | Date): WeekLabel {
	mustKnowZone(calendar.timeZone);
	const local = new TZDate(new Date(instant).getTime(), calendar.timeZone);
	const day = new Date(local.getFullYear(), local.getMonth(), local.getDate(), 12);
	// A Sunday that starts a week belongs to the Monday after it.
	return label(calendar.weekStart === 'sunday' && day.getDay() === 0 ? addDays(day, 1) : day);
}

/** Every week from the one of `first` to the one of `last`, in order and without gaps. */
export function weeksBetween(calendar: Calendar, first: string | Date, last: string | Date): WeekLabel[] {
	const end = weekOf(calendar, last);
	const weeks: WeekLabel[] = [];
	let monday = mondayOf(weekOf(calendar, first));
	for (let week = label(monday); week <= end; week = label(monday)) {
		weeks.push(week);
		monday = addDays(monday, 7);
	}
	return weeks;
}

function label(day: Date): WeekLabel {
	return `${getISOWeekYear(day)}-W${String(getISOWeek(day)).padStart(2, '0')}`;
}

function mondayOf(week: WeekLabel): Date {
	const match = /^(\d{4})-W(\d{2})$/.exec(week);
	if (!match) throw new RangeError(`Not a week: ${week}. Write it as 2026-W10.`);
	// 4 January is always in W01.
	const fourth = new Date(Number(match[1]), 0, 4, 12);
	const monday = addDays(fourth, -((fourth.getDay() + 6) % 7) + 7 * (Number(match[2]) - 1));
	if (label(monday) !== week) throw new RangeError(`${match[1]} has no week ${match[2]}.`);
	return monday;
}

function midnight(calendar: Calendar, day: Date): string {
	mustKnowZone(calendar.timeZone);
	const local = new TZDate(day.getFullYear(), day.getMonth(), day.getDate(), calendar.timeZone);
	return new Date(local.getTime()).toISOString();
}

const known = new Set<string>();

/** date-fns takes an unknown zone for an invalid date, and that for a number. */
function mustKnowZone(timeZone: string): void {
	if (known.has(timeZone)) return;
	try {
		new Intl.DateTimeFormat('en', { timeZone });
	} catch {
		throw new RangeError(`Unknown time zone ${timeZone}. Use an IANA name, such as Europe/Stockholm.`);
	}
	known.add(timeZone);
}
