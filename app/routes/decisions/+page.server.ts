/** The decision log, what stands on assist or probation, and the forms that move it on; works without script. */
import { fail, redirect } from '@sveltejs/kit';
import { sayUseful } from '#stoploss/decisions.server';
import { decisionLog } from '$lib/server/decision-log.server';
import { moveRollback, rollbacks } from '$lib/server/recovery.server';
import { calendar, policy, warehouse } from '$lib/server/plimsoll.server';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async () => {
	const db = await warehouse();
	const [log, standing] = await Promise.all([decisionLog(db, policy()), rollbacks(db, policy())]);
	return { ...log, rollbacks: standing, timeZone: calendar().timeZone };
};

const word = (form: FormData, name: string) => {
	const value = form.get(name);
	return typeof value === 'string' ? value.trim() : '';
};
const now = () => new Date().toISOString();

export const actions: Actions = {
	async move({ request }) {
		const form = await request.formData();
		const [intent, by, reason] = [word(form, 'intent'), word(form, 'by').slice(0, 100), word(form, 'reason')];
		if (by === '') return fail(400, { refused: 'Say who decides.' });
		try {
			const moved = await moveRollback(
				await warehouse(),
				policy(),
				intent,
				{
					to: word(form, 'to') === 'assist' ? 'assist' : 'probation',
					by,
					reason: reason.slice(0, 2000),
					seen: Number(word(form, 'seen'))
				},
				now()
			);
			if (!moved) return fail(400, { refused: `${intent} is not rolled back.` });
		} catch (error) {
			if (error instanceof RangeError) return fail(400, { refused: error.message });
			throw error;
		}
		redirect(303, '/decisions');
	},
	async useful({ request }) {
		const form = await request.formData();
		const by = word(form, 'by').slice(0, 100);
		if (by === '') return fail(400, { refused: 'Say who you are.' });
		try {
			await sayUseful(await warehouse(), {
				alertKey: word(form, 'alertKey'),
				episode: Number(word(form, 'episode')) || 0,
				useful: word(form, 'useful') === 'yes',
				why: word(form, 'why').slice(0, 2000) || null,
				saidBy: by,
				saidAt: now()
			});
		} catch (error) {
			if (error instanceof RangeError) return fail(400, { refused: error.message });
			throw error;
		}
		redirect(303, '/decisions');
	}
};
