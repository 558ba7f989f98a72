/** What reviewers flagged to ops, and the forms that answer, close and reopen; works without script. */
import { fail, redirect } from '@sveltejs/kit';
import { answerFlag, listFlags } from '#review/review.server';
import { FLAG_EVENTS, type FlagEventKind } from '#warehouse/vocabulary';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { Actions, PageServerLoad } from './$types';

const STATES = ['open', 'closed', 'all'] as const;

export const load: PageServerLoad = async ({ url }) => {
	const asked = url.searchParams.get('state');
	const state = STATES.find((one) => one === asked) ?? 'open';
	const all = await listFlags(await warehouse());
	const open = all.filter(({ closed }) => !closed).length;
	return {
		state,
		counts: { open, closed: all.length - open, all: all.length },
		flags: state === 'all' ? all : all.filter(({ closed }) => closed === (state === 'closed')),
		by: url.searchParams.get('by') ?? '',
		timeZone: calendar().timeZone
	};
};

export const actions: Actions = {
	async default({ request, url }) {
		const form = await request.formData();
		const word = (name: string) => {
			const value = form.get(name);
			return typeof value === 'string' ? value.trim() : '';
		};
		const kind = FLAG_EVENTS.find((one) => one === word('kind')) ?? ('answered' satisfies FlagEventKind);
		const by = word('by').slice(0, 100);
		try {
			await answerFlag(await warehouse(), word('flag'), {
				kind,
				by,
				text: word('text').slice(0, 2000) || null,
				now: new Date().toISOString()
			});
		} catch (error) {
			if (error instanceof RangeError) return fail(400, { refused: error.message, flag: word('flag') });
			throw error;
		}
		const state = url.searchParams.get('state') ?? 'open';
		redirect(303, `/desk/flags?${new URLSearchParams({ state, by })}`);
	}
};
