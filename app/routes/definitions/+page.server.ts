/**
 * What every metric means, as the program counts it. `?definition=csat_top_box@1` leads to one of them; a version that
 * is gone is not found, with what became of it and where its published numbers are.
 */
import { redirect } from '@sveltejs/kit';
import { definitionAsked, documented, GROUPS, TITLES } from '#queries/queries.server';
import { refuse } from '$lib/server/asked.server';
import { warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url }) => {
	const asked = url.searchParams.get('definition');
	if (asked) {
		const metric = await definitionAsked(await warehouse(), asked).catch((refusal: unknown) =>
			refuse(refusal, url)
		);
		redirect(307, `/definitions#${metric}`);
	}
	return {
		groups: GROUPS.map((group) => ({
			title: TITLES[group],
			metrics: documented().filter((metric) => metric.group === group)
		}))
	};
};
