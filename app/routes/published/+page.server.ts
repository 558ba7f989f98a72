/** Every week that was published, and what has arrived since; and the weeks that could be. */
import { laterThan, publications, watermark, weekWindow, weeksPresent } from '#queries/queries.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

/** Unpublished weeks that are offered, the newest first; older ones have their page as well. */
const OFFERED = 6;

export const load: PageServerLoad = async () => {
	const db = await warehouse();
	const zone = calendar();
	const [all, weeks, asOf] = await Promise.all([publications(db), weeksPresent(db, zone), watermark(db)]);
	const latest = all.filter(({ week }, at) => all.findIndex((other) => other.week === week) === at);
	const until = asOf ? Date.parse(asOf) : 0;
	const over = weeks.filter((week) => Date.parse(weekWindow(zone, week).until) <= until);
	return {
		timeZone: zone.timeZone,
		asOf,
		cards: await Promise.all(
			latest.map(async (card) => ({ ...card, later: await laterThan(db, card, zone) }))
		),
		offered: over
			.filter((week) => !latest.some((card) => card.week === week))
			.toReversed()
			.slice(0, OFFERED)
	};
};
