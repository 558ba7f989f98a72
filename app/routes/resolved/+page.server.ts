/** Resolved, without a week: the newest ripe one. */
import { redirectToRipeWeek } from '$lib/server/pick-week.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async () => {
	await redirectToRipeWeek('/resolved', '');
	return {};
};
