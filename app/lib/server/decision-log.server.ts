/**
 * The log of decisions: every firing with what was decided of it, what came of it, whether it was useful, and what each
 * rule was worth. Touches the database.
 */
import { dailyCohorts, MATURITY_HOURS, watermark, type CohortMetric } from '#queries/queries.server';
import { listTransitions, standingAlerts, type LedgerTransition } from '#stoploss/alert-ledger.server';
import { subjectOf } from '#stoploss/alert-subject';
import {
	listDecisions,
	listUsefulness,
	routingChanges,
	type Decision,
	type Usefulness
} from '#stoploss/decisions.server';
import {
	OUTCOME_DAYS,
	outcomeMetric,
	outcomeOf,
	worthOf,
	type Outcome,
	type RuleWorth
} from '#stoploss/decision-log';
import { latestVerdicts, judgedSince } from '#stoploss/ledger.server';
import { limitsOf, type Policy } from '#stoploss/policy';
import type { FullRecommendation } from '#stoploss/recommendation';
import type { RoutingChange } from '#stoploss/routing';
import { titleOf } from '#stoploss/rule';
import { dayNumber } from '#stoploss/series';
import type { AlertState } from '#warehouse/vocabulary';
import type { Warehouse } from '#warehouse/warehouse.server';
import { calendarOf, localDay } from './policy-file.server';
import { filterOf } from './rule-data.server';
import type { AlertBrief } from './rollback.server';

/** One firing of an alert with all that was decided of it and came of it. */
export interface LogEntry {
	alert: Omit<AlertBrief, 'state'> & { state: AlertState | null };
	decisions: (Omit<Decision, 'recommendation'> & { scope: string; worsening: number; outcomes: Outcome[] })[];
	useful: Usefulness | null;
}

export interface DecisionLog {
	entries: LogEntry[];
	rules: RuleWorth[];
	changes: RoutingChange[];
}

export async function decisionLog(warehouse: Warehouse, policy: Policy): Promise<DecisionLog> {
	const [transitions, standing, decisions, useful, changes, latest, now, first] = await Promise.all([
		listTransitions(warehouse),
		standingAlerts(warehouse),
		listDecisions(warehouse),
		listUsefulness(warehouse),
		routingChanges(warehouse),
		latestVerdicts(warehouse),
		watermark(warehouse),
		judgedSince(warehouse)
	]);
	const firings = new Map<string, LedgerTransition>();
	for (const one of transitions)
		if (one.toState === 'firing' && !firings.has(`${one.alertKey}|${one.episode}`))
			firings.set(`${one.alertKey}|${one.episode}`, one);
	const entries: LogEntry[] = [];
	for (const { alertKey: key, episode, rule: name, at } of firings.values()) {
		const { about, title, sentence } = subjectOf(policy, key, name);
		const alert = standing.find((one) => one.key === key)?.alert;
		const own = decisions.filter((one) => one.alertKey === key && one.episode === episode);
		entries.push({
			alert: {
				key,
				rule: name,
				about,
				title,
				sentence,
				episode,
				firedAt: at,
				state: alert?.episode === episode ? alert.state : null
			},
			decisions: await Promise.all(
				own.map(async ({ recommendation, ...decision }) => ({
					...decision,
					scope: recommendation.scope,
					worsening: recommendation.verdict.worsening,
					outcomes: now === null ? [] : await outcomesOf(warehouse, policy, decision, recommendation, now)
				}))
			),
			useful: useful.find((one) => one.alertKey === key && one.episode === episode) ?? null
		});
	}
	entries.sort((a, b) => Date.parse(b.alert.firedAt ?? '') - Date.parse(a.alert.firedAt ?? ''));
	const rules = policy.stop_loss.rules.map((rule) => {
		const own = entries.filter(({ alert }) => alert.about === 'metric' && alert.rule === rule.name);
		const said = own.flatMap((entry) => (entry.useful ? [entry.useful.useful] : []));
		const since = first.get(rule.name);
		return worthOf(rule, titleOf(rule), {
			fired: own.length,
			useful: said.filter(Boolean).length,
			judged: said.length,
			watchedDays: since && now !== null ? (Date.parse(now) - Date.parse(since)) / 86_400_000 : 0,
			detectable: latest.find((one) => one.rule === rule.name)?.detectable ?? []
		});
	});
	return { entries, rules, changes: [...changes].reverse() };
}

async function outcomesOf(
	warehouse: Warehouse,
	policy: Policy,
	{ rule: name, asOf, intents, kind }: Omit<Decision, 'recommendation'>,
	recommendation: FullRecommendation,
	now: string
): Promise<Outcome[]> {
	const rule = policy.stop_loss.rules.find((one) => one.name === name);
	if (!rule) return [];
	const recommended = recommendation.intents
		.filter(({ action }) => action === 'move')
		.map((one) => one.intent);
	const measured = kind === 'declined' ? recommended : intents;
	const metric = outcomeMetric(rule) as CohortMetric;
	if (measured.length === 0 || !(metric in MATURITY_HOURS)) return [];
	const after = localDay(policy, asOf);
	const { path: _, tier: __, ...slice } = filterOf(rule);
	const calendar = calendarOf(policy);
	return Promise.all(
		OUTCOME_DAYS.map(async (days): Promise<Outcome> => {
			// A day's end lies up to a day after midnight in UTC, whatever the zone.
			const known = new Date(
				(dayNumber(after) + days + 2) * 86_400_000 + MATURITY_HOURS[metric] * 3_600_000
			).toISOString();
			if (Date.parse(now) < Date.parse(known)) return { days, status: 'immature', known };
			const cohorts = await dailyCohorts(warehouse, {
				metric,
				filter: { ...slice, intent: measured },
				calendar,
				limits: limitsOf(policy),
				asOf: known
			});
			return outcomeOf(metric, days, after, cohorts, policy.minimum_evidence);
		})
	);
}
