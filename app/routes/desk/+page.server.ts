/** The desk: what is drawn, how far it is reviewed, and what the reviews say. Drawing and starting are actions. */
import { fail, redirect } from '@sveltejs/kit';
import { watermark, weeksPresent } from '#queries/queries.server';
import { weekWindow } from '#queries/calendar';
import { drawSample, progress, readSample, results, takeNext } from '#review/review.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import { planNamed, plans, rubricFor } from '$lib/server/review-file.server';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url }) => {
	const plan = planNamed(url.searchParams.get('plan'));
	const reviewer = url.searchParams.get('reviewer') ?? '';
	const db = await warehouse();
	const zone = calendar();
	const [present, last, weeks] = await Promise.all([
		weeksPresent(db, zone),
		watermark(db),
		progress(db, plan, reviewer)
	]);
	const over = present.filter((week) => last !== null && weekWindow(zone, week).until <= last).reverse();
	const week = url.searchParams.get('week') ?? weeks[0]?.week ?? over[0] ?? null;
	const drawn = week !== null && weeks.some((one) => one.week === week);
	return {
		plan: { name: plan.name, quota: plan.weekly.random + plan.weekly.risk, reviewers: plan.reviewers },
		plans: plans().map(({ name }) => name),
		reviewer,
		week,
		weeks,
		/** Weeks that can still be drawn, newest first. */
		undrawn: over.filter((one) => !weeks.some(({ week: known }) => known === one)),
		sample: drawn ? await readSample(db, plan, week) : null,
		results: weeks.length > 0 ? await results(db, plan, rubricFor(plan)) : null
	};
};

const word = (form: FormData, name: string) => {
	const value = form.get(name);
	return typeof value === 'string' ? value.trim() : '';
};
const here = (fields: Record<string, string>) => `?${new URLSearchParams(fields)}`;

export const actions: Actions = {
	async draw({ request }) {
		const form = await request.formData();
		const [name, week, reviewer] = ['plan', 'week', 'reviewer'].map((field) => word(form, field)) as [
			string,
			string,
			string
		];
		try {
			const plan = planNamed(name);
			await drawSample(await warehouse(), {
				plan,
				rubric: rubricFor(plan),
				week,
				calendar: calendar(),
				now: new Date().toISOString()
			});
		} catch (error) {
			if (error instanceof RangeError) return fail(400, { refused: error.message });
			throw error;
		}
		redirect(303, `/desk${here({ plan: name, week, reviewer })}`);
	},
	async start({ request }) {
		const form = await request.formData();
		const [name, week, reviewer] = ['plan', 'week', 'reviewer'].map((field) => word(form, field)) as [
			string,
			string,
			string
		];
		let item: string | null;
		try {
			const { name: plan, reviewers } = planNamed(name);
			item = await takeNext(
				await warehouse(),
				{ plan, week, reviewers },
				{ reviewer, now: new Date().toISOString() }
			);
		} catch (error) {
			if (error instanceof RangeError) return fail(400, { refused: error.message });
			throw error;
		}
		if (item === null) return fail(400, { refused: `Nothing is left to review in ${week}.` });
		redirect(303, `/desk/${item}${here({ reviewer })}`);
	}
};
