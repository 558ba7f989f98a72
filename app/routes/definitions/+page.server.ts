/** What every metric means, as the program counts it. */
import { documented, GROUPS, TITLES } from '#queries/queries.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = () => ({
	groups: GROUPS.map((group) => ({
		title: TITLES[group],
		metrics: documented().filter((metric) => metric.group === group)
	}))
});
