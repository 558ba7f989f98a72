/** The scorecard without a week: the newest ripe one, or what to do when there is none. */
import { redirect } from '@sveltejs/kit';
import { weeksPresent } from '#queries/queries.server';
import { filterFrom, queryOf } from '$lib/filters';
import { redirectToRipeWeek } from '$lib/server/pick-week.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url }) => {
	const query = queryOf(filterFrom(url.searchParams));
	const asked = url.searchParams.get('week');
	if (asked && (await weeksPresent(await warehouse(), calendar())).includes(asked))
		redirect(307, `/scorecard/${asked}${query}`);
	await redirectToRipeWeek('/scorecard', query);
	return {};
};
