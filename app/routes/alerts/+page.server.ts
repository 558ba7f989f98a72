/** The latest verdict of each rule, and each rule's findings over time. */
import { latestVerdicts, listVerdicts } from '#stoploss/ledger.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { Finding } from '#warehouse/vocabulary';
import type { PageServerLoad } from './$types';
import { verdictView } from './verdict-view';

/** What must be decided comes first; what can't be seen comes before what is fine. */
const URGENCY: Record<Finding, number> = { breach: 0, blind: 1, watch: 2, undecided: 3, clear: 4 };

export const load: PageServerLoad = async () => {
	const db = await warehouse();
	const [latest, history] = await Promise.all([latestVerdicts(db), listVerdicts(db)]);
	const past = history.map(verdictView);
	return {
		timeZone: calendar().timeZone,
		verdicts: latest
			.map(verdictView)
			.sort((a, b) => URGENCY[a.finding] - URGENCY[b.finding])
			.map((verdict) => ({
				...verdict,
				history: past.filter(({ rule }) => rule === verdict.rule).sort((a, b) => (a.asOf < b.asOf ? 1 : -1))
			}))
	};
};
