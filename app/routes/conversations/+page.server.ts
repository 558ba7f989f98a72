/** A page of conversations, newest first; the URL holds the filters and the page number. */
import { listConversations } from '#queries/queries.server';
import { filterFrom, listsOf } from '$lib/filters';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';
import { plain, type ConversationRow } from './conversation-view';

const PAGE_SIZE = 50;

export const load: PageServerLoad = async ({ url }) => {
	const page = Math.max(1, Number.parseInt(url.searchParams.get('page') ?? '1', 10) || 1);
	const filter = filterFrom(url.searchParams);
	const found = plain(
		await listConversations(await warehouse(), {
			filter: listsOf(filter),
			limit: PAGE_SIZE + 1,
			offset: (page - 1) * PAGE_SIZE
		})
	) as ConversationRow[];
	return {
		page,
		filter,
		more: found.length > PAGE_SIZE,
		conversations: found.slice(0, PAGE_SIZE),
		timeZone: calendar().timeZone
	};
};
