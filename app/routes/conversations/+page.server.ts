/** A page of conversations, newest first; the URL holds the filters and the page number. */
import { listConversations } from '#queries/queries.server';
import { filterFrom, listsOf } from '$lib/filters';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

const PAGE_SIZE = 50;

export const load: PageServerLoad = async ({ url }) => {
	const asked = Number.parseInt(url.searchParams.get('page') ?? '1', 10);
	const page = Math.min(Math.max(1, asked || 1), 1_000_000);
	const filter = filterFrom(url.searchParams);
	const offset = (page - 1) * PAGE_SIZE;
	const { rows, total } = await listConversations(await warehouse(), {
		filter: listsOf(filter),
		limit: PAGE_SIZE,
		offset
	});
	return {
		page,
		filter,
		total,
		more: offset + rows.length < total,
		conversations: rows,
		timeZone: calendar().timeZone
	};
};
