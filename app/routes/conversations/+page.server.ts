/** A page of conversations, newest first; the URL holds the filters, the path among them, and the page number. */
import { redirect } from '@sveltejs/kit';
import { listConversations, valuesPresent } from '#queries/queries.server';
import { EXCLUSIONS, type Dimension } from '#warehouse/vocabulary';
import { FILTERS, listsOf } from '$lib/filters';
import { filterAsked, wordAsked } from '$lib/server/asked.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

const PAGE_SIZE = 50;
const EVER = { since: '0001-01-01T00:00:00Z', until: '9999-12-31T00:00:00Z' };

export const load: PageServerLoad = async ({ url }) => {
	// The list behind a number has a page of its own.
	const week = url.searchParams.get('week');
	if (week && url.searchParams.has('metric')) {
		const query = new URLSearchParams(url.searchParams);
		query.delete('week');
		redirect(307, `/behind/${encodeURIComponent(week)}?${query}`);
	}
	const asked = Number.parseInt(url.searchParams.get('page') ?? '1', 10);
	const page = Math.min(Math.max(1, asked || 1), 1_000_000);
	const offset = (page - 1) * PAGE_SIZE;
	const db = await warehouse();
	const filter = await filterAsked(db, url, ['path', ...FILTERS]);
	const leftOut = wordAsked(url, 'left_out', EXCLUSIONS, null);
	const [{ rows, total }, present] = await Promise.all([
		listConversations(db, {
			filter: listsOf(filter),
			excluded: leftOut ? [leftOut] : [],
			limit: PAGE_SIZE,
			offset
		}),
		valuesPresent(db, EVER)
	]);
	const choices = (['path', ...FILTERS] as const satisfies readonly Dimension[])
		.map((name) => ({ name, chosen: filter[name], values: present[name] }))
		.filter(({ chosen, values }) => chosen !== undefined || values.length > 1)
		// What the list is narrowed by stays a choice, also where nothing has it.
		.map((one) => ({ ...one, values: [...new Set([...(one.chosen ? [one.chosen] : []), ...one.values])] }));
	return {
		page,
		filter,
		leftOut,
		choices,
		first: offset + 1,
		total,
		more: offset + rows.length < total,
		conversations: rows,
		timeZone: calendar().timeZone
	};
};
