/** How well the feeds are. */
import { feedHealth, wantedExports } from '#queries/queries.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import { webhookStates } from '$lib/server/webhooks.server';
import type { PageServerLoad } from './$types';

/** Ids that the page names; all of them are at /api/imports/wanted. */
const NAMED = 200;

export const load: PageServerLoad = async () => {
	const now = new Date().toISOString();
	const db = await warehouse();
	const wanted = await wantedExports(db, NAMED + 1);
	return {
		now,
		timeZone: calendar().timeZone,
		webhooks: await webhookStates(),
		wanted: wanted.slice(0, NAMED),
		moreWanted: wanted.length > NAMED,
		sources: await feedHealth(db, { now, calendar: calendar() })
	};
};
