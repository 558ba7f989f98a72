/** What the logs allow: the coverage of each source. */
import { coverage, documented } from '#queries/queries.server';
import { warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

const titles = new Map(documented().map(({ name, title }) => [name, title]));

export const load: PageServerLoad = async () => ({
	sources: (await coverage(await warehouse())).map(({ metrics, ...source }) => ({
		...source,
		metrics: metrics.map((one) => ({ ...one, title: titles.get(one.metric) ?? one.metric }))
	}))
});
