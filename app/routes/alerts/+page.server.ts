/** The latest verdict of each rule, and how each rule's finding changed over time. */
import { calendar, policy, warehouse } from '$lib/server/plimsoll.server';
import { standing, verdictsOver } from '$lib/server/judge.server';
import type { Finding } from '#warehouse/vocabulary';
import type { PageServerLoad } from './$types';
import { runsOf, verdictView } from './verdict-view';

/** What must be decided comes first; what can't be seen comes before what is fine. */
const URGENCY: Record<Finding, number> = { breach: 0, blind: 1, watch: 2, undecided: 3, clear: 4 };

export const load: PageServerLoad = async () => {
	const db = await warehouse();
	const [latest, history] = await Promise.all([standing(db, policy()), verdictsOver(db, policy())]);
	return {
		timeZone: calendar().timeZone,
		verdicts: latest
			.map(verdictView)
			.sort((a, b) => URGENCY[a.finding] - URGENCY[b.finding])
			.map((verdict) => ({
				...verdict,
				runs: runsOf(history.filter(({ rule }) => rule === verdict.rule))
			}))
	};
};
