/** The recommendation for one alert, and the form that decides it; works without script. */
import { error, fail, redirect } from '@sveltejs/kit';
import { decideAlert, recommendationFor } from '$lib/server/rollback.server';
import { calendar, policy, warehouse } from '$lib/server/plimsoll.server';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, url }) => {
	const view = await recommendationFor(await warehouse(), policy(), params.key);
	if (!view) error(404, 'There is no such alert. It may belong to another database.');
	return { ...view, timeZone: calendar().timeZone, decided: url.searchParams.has('decided') };
};

const word = (form: FormData, name: string) => {
	const value = form.get(name);
	return typeof value === 'string' ? value.trim() : '';
};

export const actions: Actions = {
	async default({ request, params }) {
		const form = await request.formData();
		const given = {
			by: word(form, 'by').slice(0, 100),
			reason: word(form, 'reason').slice(0, 2000),
			reviewOn: word(form, 'reviewOn'),
			intents: form.getAll('intent').map(String)
		};
		const decline = word(form, 'decision') === 'decline';
		if (given.by === '') return fail(400, { ...given, refused: 'Say who decides.' });
		if (given.reviewOn && !/^\d{4}-\d{2}-\d{2}$/.test(given.reviewOn))
			return fail(400, { ...given, refused: 'Write the review date as 2026-03-09.' });
		try {
			const made = await decideAlert(
				await warehouse(),
				policy(),
				params.key,
				{ decision: decline ? 'decline' : 'approve', ...given, seen: Number(word(form, 'seen')) || 0 },
				new Date().toISOString()
			);
			if (!made) error(404, 'There is no such alert.');
		} catch (thrown) {
			if (thrown instanceof RangeError) return fail(400, { ...given, refused: thrown.message });
			throw thrown;
		}
		redirect(303, `/alerts/${encodeURIComponent(params.key)}/recommendation?decided=1`);
	}
};
