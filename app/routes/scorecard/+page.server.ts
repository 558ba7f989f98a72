/** The scorecard without a week: the latest one, or what to do when there is none. */
import { redirect } from '@sveltejs/kit';
import { weeksPresent } from '#queries/queries.server';
import { filterFrom, queryOf } from '$lib/filters';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url }) => {
	const weeks = await weeksPresent(await warehouse(), calendar());
	const asked = url.searchParams.get('week');
	const week = asked && weeks.includes(asked) ? asked : weeks.at(-1);
	if (week) redirect(307, `/scorecard/${week}${queryOf(filterFrom(url.searchParams))}`);
	return {};
};
