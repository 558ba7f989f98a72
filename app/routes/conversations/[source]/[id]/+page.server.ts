/** One conversation in full. */
import { error } from '@sveltejs/kit';
import { readConversation } from '#queries/queries.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params }) => {
	const found = await readConversation(await warehouse(), params.source, params.id);
	if (!found) error(404, `There is no conversation ${params.id} from ${params.source}.`);
	return { conversation: found, timeZone: calendar().timeZone };
};
