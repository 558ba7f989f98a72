/**
 * What happened beside the numbers of a metric: alerts and what was decided of them, changes of the policy and of the
 * definition, gaps in what was taken in, baselines. Touches the database. Each stands where the data reached when it
 * happened: a log that was taken in late is judged late, and its decisions belong to its own time.
 */
import {
	CATALOGUE,
	daysWindow,
	feedHealth,
	watermark,
	weekWindow,
	type SourceHealth
} from '#queries/queries.server';
import type { Calendar } from '#queries/measurement';
import { listTransitions } from '#stoploss/alert-ledger.server';
import { subjectOf } from '#stoploss/alert-subject';
import { baselinesOf } from '#stoploss/baseline-ledger.server';
import { listDecisions, routingChanges } from '#stoploss/decisions.server';
import { policyChanges } from '#stoploss/ledger.server';
import type { Policy } from '#stoploss/policy';
import { policyDiff } from '#stoploss/policy-diff';
import { HEALTH_FIELDS } from '#queries/health/judge';
import type { Warehouse } from '#warehouse/warehouse.server';
import type { DecisionKind, MetricName } from '#warehouse/vocabulary';
import { runsOf, type Annotation } from '../annotation';
import { formatWeek, humanise, METRIC_LABELS } from '../format';
import { baselinePeriod } from './baselines.server';

/** Changes of a policy that are told in full. */
const TOLD = 4;
const DECIDED: Record<DecisionKind, string> = {
	approved: 'Rollback approved',
	adjusted: 'Rollback approved, adjusted',
	declined: 'Rollback declined'
};

const said = (...parts: (string | null | undefined | false)[]) => parts.filter(Boolean).join(' ');
const list = (words: readonly string[]) => new Intl.ListFormat('en-GB').format(words.map(humanise));

export interface AnnotationRequest {
	/** Of the definition; its changes are told, and those of no other metric. */
	metric: MetricName;
	policy: Policy;
	calendar: Calendar;
	/** Weeks of the log, in order. */
	weeks: readonly string[];
	now: string;
}

/** All there are, oldest first. */
export async function annotations(warehouse: Warehouse, request: AnnotationRequest): Promise<Annotation[]> {
	const { metric, policy, calendar, weeks, now } = request;
	const [stops, policies, gaps, baselines] = await Promise.all([
		stopLoss(warehouse, policy, await watermark(warehouse)),
		ofPolicy(warehouse),
		feedHealth(warehouse, { now, calendar, weeks: weeks.length + 1 }).then((sources) =>
			gapsOf(sources, calendar)
		),
		ofBaselines(warehouse, request)
	]);
	const all = [...stops, ...policies, ...definitionsOf(metric, calendar), ...gaps, ...baselines];
	return all.sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
}

async function stopLoss(warehouse: Warehouse, policy: Policy, asOf: string | null): Promise<Annotation[]> {
	const [transitions, decisions, changes] = await Promise.all([
		listTransitions(warehouse),
		listDecisions(warehouse),
		routingChanges(warehouse)
	]);
	const base = { kind: 'stop_loss', until: null } as const;
	const alerts = transitions
		.filter(({ toState, fromState }) => toState === 'firing' && fromState !== 'firing')
		.map(({ alertKey, episode, rule, at }): Annotation => {
			const { title, about } = subjectOf(policy, alertKey, rule);
			const over = transitions.find(
				(one) =>
					one.alertKey === alertKey &&
					one.episode === episode &&
					one.toState === 'resolved' &&
					Date.parse(one.at) >= Date.parse(at)
			);
			return {
				kind: about === 'metric' || about === 'orphan' ? 'stop_loss' : 'gap',
				since: at,
				until: over?.at ?? asOf,
				title: `Alert: ${title}`,
				detail: over ? `Closed: ${humanise(over.reason)}.` : 'Still open.',
				by: null,
				decidedAt: null,
				href: `/alerts/${alertKey}`
			};
		});
	const decided = decisions.map(
		({ alertKey, kind, intents, asOf, decidedAt, decidedBy, reason }): Annotation => ({
			...base,
			since: asOf,
			title: DECIDED[kind],
			detail: said(
				intents.length > 0 && kind !== 'declined' && `${list(intents)} to assist.`,
				reason && `Reason: ${reason}`
			),
			by: decidedBy,
			decidedAt,
			href: `/alerts/${alertKey}`
		})
	);
	// The rollback itself is told by its decision.
	const moved = changes
		.filter(({ state }) => state !== 'rolled_back')
		.map(({ intent, state, asOf, decidedAt, decidedBy, reason, alertKey }): Annotation => ({
			...base,
			since: asOf,
			title:
				state === 'probation'
					? `${humanise(intent)} back to contain, on probation`
					: `${humanise(intent)} back on contain for good`,
			detail: reason ? `Reason: ${reason}` : '',
			by: decidedBy,
			decidedAt,
			href: `/alerts/${alertKey}`
		}));
	return [...alerts, ...decided, ...moved];
}

async function ofPolicy(warehouse: Warehouse): Promise<Annotation[]> {
	return (await policyChanges(warehouse)).map(({ before, after, at, watermark }) => {
		const changes = policyDiff(before, after);
		const more = changes.length > TOLD ? `; and ${changes.length - TOLD} more` : '';
		return {
			kind: 'policy',
			since: watermark,
			until: null,
			title: 'The policy changed',
			detail: `${changes.slice(0, TOLD).join('; ') || 'Written in another way'}${more}`,
			by: null,
			decidedAt: at,
			href: null
		};
	});
}

function definitionsOf(metric: MetricName, calendar: Calendar): Annotation[] {
	return CATALOGUE[metric].former.map(({ version, until, changed }) => ({
		kind: 'definition',
		since: daysWindow(calendar, until, until).since,
		until: null,
		title: `${METRIC_LABELS[metric]}: definition ${version} → ${version + 1}`,
		detail: said(changed, 'All weeks are counted by the new one; what was published stays as it was.'),
		by: null,
		decidedAt: null,
		href: `/definitions#${metric}`
	}));
}

/** Weeks in which a source is silent between others in which it is not, and weeks in which a field all but vanishes. */
export function gapsOf(sources: readonly SourceHealth[], calendar: Calendar): Annotation[] {
	const span = (first: string, last: string) => ({
		since: weekWindow(calendar, first).since,
		until: weekWindow(calendar, last).until
	});
	const weeksTold = (first: string, last: string) =>
		first === last ? formatWeek(first) : `${formatWeek(first)} to ${formatWeek(last).toLowerCase()}`;
	const base = { kind: 'gap', by: null, decidedAt: null, href: '/imports/health' } as const;
	return sources.flatMap(({ source, weeks, fields }) => [
		...runsOf(weeks, ({ contacts }) => contacts === 0).map(([first, last]): Annotation => ({
			...base,
			...span(first.week, last.week),
			title: `No conversations from ${source}`,
			detail: `${weeksTold(first.week, last.week)}.`
		})),
		...fields.flatMap(({ field, weeks: told }) =>
			runsOf(told, ({ dropped }) => dropped).map(([first, last]): Annotation => ({
				...base,
				...span(first.week, last.week),
				title: `${HEALTH_FIELDS[field]} all but missing from ${source}`,
				detail: `${weeksTold(first.week, last.week)}: ${first.x} of ${first.n} contacts have it in the first.`
			}))
		)
	]);
}

async function ofBaselines(
	warehouse: Warehouse,
	{ policy, calendar, weeks }: AnnotationRequest
): Promise<Annotation[]> {
	const records = await Promise.all(policy.stop_loss.rules.map((rule) => baselinesOf(warehouse, rule)));
	const frozen = records
		.flat()
		.map(({ rule, version, since, until, author, reason, frozenAt }): Annotation => ({
			kind: 'baseline',
			...daysWindow(calendar, since, until),
			title: `Baseline of ${humanise(rule)}${version > 1 ? `, version ${version}` : ''}`,
			detail: `Reason: ${humanise(reason)}`,
			by: author,
			decidedAt: frozenAt,
			href: '/lab/thresholds'
		}));
	if (frozen.length > 0) return frozen;
	const period = await baselinePeriod(warehouse, policy, { calendar, weeks });
	return period === null
		? []
		: [
				{
					kind: 'baseline',
					since: period.since,
					until: period.until,
					title: 'Baseline by default',
					detail: 'The first eight whole weeks of the log; nobody has frozen another.',
					by: null,
					decidedAt: null,
					href: '/lab/thresholds'
				}
			];
}
