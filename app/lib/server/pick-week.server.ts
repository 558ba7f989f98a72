/** The week a page opens with when none is named: the newest whose ratings and recontacts are all in. */
import { error, redirect } from '@sveltejs/kit';
import { watermark, weekWindow, weeksPresent } from '#queries/queries.server';
import { calendar, warehouse } from './plimsoll.server';

const WEEK_MS = 7 * 24 * 3_600_000;

/** null while there are no conversations. */
export async function ripeWeek(): Promise<string | null> {
	const db = await warehouse();
	const [weeks, asOf] = await Promise.all([weeksPresent(db, calendar()), watermark(db)]);
	const known = asOf ? Date.parse(asOf) : 0;
	const ripe = weeks.filter((week) => Date.parse(weekWindow(calendar(), week).until) + WEEK_MS <= known);
	return ripe.at(-1) ?? weeks.at(-1) ?? null;
}

export async function redirectToRipeWeek(room: string, query: string): Promise<void> {
	const week = await ripeWeek();
	if (week) redirect(307, `${room}/${week}${query}`);
}

/** Every week of the data; a week outside of it is not found. */
export async function weeksWith(week: string): Promise<string[]> {
	const weeks = await weeksPresent(await warehouse(), calendar());
	if (weeks.includes(week)) return weeks;
	error(
		404,
		weeks.length
			? `There are no conversations in ${week}. The data runs from ${weeks[0]} to ${weeks.at(-1)}.`
			: 'There are no conversations yet.'
	);
}
