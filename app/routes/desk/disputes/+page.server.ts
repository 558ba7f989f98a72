/** Disputes of marks over all plans, the open ones first. */
import { listDisputes } from '#review/review.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async () => ({
	disputes: (await listDisputes(await warehouse())).map((one) => ({
		...one,
		wanted: Object.keys(one.wanted).length,
		accepted: one.accepted?.length ?? 0
	})),
	timeZone: calendar().timeZone
});
