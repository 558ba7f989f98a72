/** One week as a press release would tell it, as the person on call would, and under each meaning of "resolved". */
import { bothViews, cameBack, DEFINITIONS, RESOLVED, translate, watermark } from '#queries/queries.server';
import { listsOf } from '$lib/filters';
import { filterAsked, wordAsked } from '$lib/server/asked.server';
import { weeksWith } from '$lib/server/pick-week.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

/** Contacts shown on the page; the export has all. */
const SHOWN = 20;

export const load: PageServerLoad = async ({ params, url }) => {
	const weeks = await weeksWith(params.week);
	const db = await warehouse();
	const filter = await filterAsked(db, url);
	const listed = wordAsked(url, 'definition', DEFINITIONS, 'zendesk');
	const request = { week: params.week, calendar: calendar(), filter: listsOf(filter) };
	const [views, translations, rows, asOf] = await Promise.all([
		bothViews(db, request),
		translate(db, request),
		cameBack(db, { ...request, definition: listed, limit: SHOWN }),
		watermark(db)
	]);
	return {
		week: params.week,
		weeks,
		filter,
		listed,
		views,
		rows,
		translations: translations.map((one) => ({ ...one, ...RESOLVED[one.definition] })),
		timeZone: calendar().timeZone,
		asOf
	};
};
