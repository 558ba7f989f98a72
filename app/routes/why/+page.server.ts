/** Why, without a week: the newest ripe one, for what only the bot answered. */
import { redirectToRipeWeek } from '$lib/server/pick-week.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async () => {
	await redirectToRipeWeek('/why', '?path=ai_only');
	return {};
};
