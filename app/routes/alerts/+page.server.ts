/** The latest verdict of each rule, and each rule's findings over time. */
import { latestVerdicts, listVerdicts } from '#stoploss/ledger.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';
import { verdictView } from './verdict-view';

export const load: PageServerLoad = async () => {
	const db = await warehouse();
	const [latest, history] = await Promise.all([latestVerdicts(db), listVerdicts(db)]);
	const past = history.map(verdictView);
	return {
		timeZone: calendar().timeZone,
		verdicts: latest.map(verdictView).map((verdict) => ({
			...verdict,
			history: past.filter(({ rule }) => rule === verdict.rule).sort((a, b) => (a.asOf < b.asOf ? 1 : -1))
		}))
	};
};
