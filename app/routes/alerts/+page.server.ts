/** Alerts by tier and week, what each rule says now, and how its finding changed over time. */
import { calendar, policy, warehouse } from '$lib/server/plimsoll.server';
import { listAlerts, type AlertSummary } from '$lib/server/alerts.server';
import { standing, verdictsOver } from '$lib/server/judge.server';
import { weekOf } from '#queries/calendar';
import { isOpen } from '#stoploss/alert';
import { titleOf } from '#stoploss/rule';
import type { Finding } from '#warehouse/vocabulary';
import type { PageServerLoad } from './$types';
import { runsOf, verdictView } from './verdict-view';

/** What must be decided comes first; what can't be seen comes before what is fine. */
const URGENCY: Record<Finding, number> = { breach: 0, blind: 1, watch: 2, undecided: 3, clear: 4 };

interface Group {
	tier: string | null;
	week: string;
	alerts: AlertSummary[];
}

/** Alerts of one tier that fired in one week are one matter; the newest week first. */
function groupsOf(alerts: readonly AlertSummary[]): Group[] {
	const groups: Group[] = [];
	const newest = alerts.toSorted((a, b) => Date.parse(b.firedAt ?? '') - Date.parse(a.firedAt ?? ''));
	for (const alert of newest) {
		const week = weekOf(calendar(), alert.firedAt!);
		const group = groups.find((one) => one.tier === alert.tier && one.week === week);
		if (group) group.alerts.push(alert);
		else groups.push({ tier: alert.tier, week, alerts: [alert] });
	}
	return groups;
}

export const load: PageServerLoad = async () => {
	const db = await warehouse();
	const [alerts, latest, history] = await Promise.all([
		listAlerts(db, policy(), new Date().toISOString()),
		standing(db, policy()),
		verdictsOver(db, policy())
	]);
	const titles = new Map(policy().stop_loss.rules.map((rule) => [rule.name, titleOf(rule)]));
	const fired = alerts.filter(({ firedAt }) => firedAt !== null);
	return {
		timeZone: calendar().timeZone,
		open: groupsOf(fired.filter(({ state }) => isOpen(state))),
		pending: alerts.filter(({ state }) => state === 'pending'),
		over: groupsOf(fired.filter(({ state }) => !isOpen(state) && state !== 'pending')),
		verdicts: latest
			.map(verdictView)
			.sort((a, b) => URGENCY[a.finding] - URGENCY[b.finding])
			.map((verdict) => ({
				...verdict,
				title: titles.get(verdict.rule) ?? verdict.rule,
				runs: runsOf(history.filter(({ rule }) => rule === verdict.rule))
			}))
	};
};
