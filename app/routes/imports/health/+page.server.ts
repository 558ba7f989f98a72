/** How well the feeds are. */
import { feedHealth } from '#queries/queries.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async () => {
	const now = new Date().toISOString();
	return {
		now,
		timeZone: calendar().timeZone,
		sources: await feedHealth(await warehouse(), { now, calendar: calendar() })
	};
};
