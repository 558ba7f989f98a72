/** What every page says before its own matter. */
import { banners } from '$lib/server/banners.server';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ url }) => {
	// Read, so that each page asks anew.
	void url.pathname;
	return { banners: await banners(new Date().toISOString()) };
};
