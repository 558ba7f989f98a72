/** One published card against the week as known now; and the form that publishes it, or a further edition. */
import { fail, redirect } from '@sveltejs/kit';
import {
	publications,
	publish,
	restatement,
	watermark,
	weekWindow,
	type Publication
} from '#queries/queries.server';
import { intentPolicyOf } from '#stoploss/policy';
import { weeksWith } from '$lib/server/pick-week.server';
import { calendar, limits, policy, warehouse } from '$lib/server/plimsoll.server';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, url }) => {
	await weeksWith(params.week);
	const db = await warehouse();
	const zone = calendar();
	const [all, asOf] = await Promise.all([publications(db), watermark(db)]);
	const editions = all.filter(({ week }) => week === params.week);
	const asked = Number(url.searchParams.get('edition'));
	const shown = editions.find(({ edition }) => edition === asked) ?? editions[0] ?? null;
	const found = shown && (await restatement(db, params.week, shown.edition));
	const { until } = weekWindow(zone, params.week);
	return {
		week: params.week,
		timeZone: zone.timeZone,
		asOf,
		over: asOf !== null && Date.parse(until) <= Date.parse(asOf),
		editions,
		shown,
		restated: found && { changed: found.changed, unchanged: found.unchanged, later: found.later },
		/** Just now, by the form of this page. */
		fresh: url.searchParams.has('published')
	};
};

export const actions: Actions = {
	async publish({ request, params }) {
		const form = await request.formData();
		const text = (name: string) => {
			const value = form.get(name);
			return typeof value === 'string' ? value.trim() : '';
		};
		const [by, reason] = [text('by'), text('reason')];
		if (form.get('sure') !== 'yes')
			return fail(400, { by, reason, refused: 'Tick the box: what is published can’t be taken back.' });
		let card: Publication;
		try {
			card = await publish(await warehouse(), {
				week: params.week,
				by,
				reason,
				now: new Date().toISOString(),
				calendar: calendar(),
				intentPolicy: intentPolicyOf(policy()),
				options: { limits: limits() }
			});
		} catch (error) {
			if (error instanceof RangeError) return fail(400, { by, reason, refused: error.message });
			throw error;
		}
		redirect(303, `/published/${params.week}?edition=${card.edition}&published`);
	}
};
