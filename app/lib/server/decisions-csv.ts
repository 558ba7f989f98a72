/** The decision log as CSV that no spreadsheet runs: one line a decision, or a firing that nobody decided. Pure. */
import type { Outcome } from '#stoploss/decision-log';
import { csvCell } from './measurement-csv';
import type { DecisionLog } from './decision-log.server';

const HEADER = [
	'alert',
	'episode',
	'rule',
	'title',
	'fired_at',
	'state',
	'decision',
	'decided_by',
	'decided_at',
	'data_until',
	'intents',
	'reason',
	'review_on',
	'worsening',
	'outcome_14_days',
	'outcome_28_days',
	'useful',
	'useful_why',
	'useful_by'
];

function said(outcome: Outcome | undefined): string {
	if (!outcome) return '';
	if (outcome.status === 'immature') return `immature until ${outcome.known.slice(0, 10)}`;
	if (outcome.status === 'thin') return 'too few';
	const { metric, improvement, low, high } = outcome;
	const points = (share: number) => (share * 100).toFixed(1);
	return `${metric} better by ${points(improvement)} points (${points(low)} to ${points(high)})`;
}

export function decisionsCsv({ entries }: DecisionLog): string {
	const lines = entries.flatMap(({ alert, decisions, useful }) => {
		const about = [alert.key, alert.episode, alert.rule, alert.title, alert.firedAt, alert.state];
		const judged = [
			useful ? (useful.useful ? 'yes' : 'no') : null,
			useful?.why ?? null,
			useful?.saidBy ?? null
		];
		if (decisions.length === 0) return [[...about, ...Array<null>(10).fill(null), ...judged]];
		return decisions.map((one) => [
			...about,
			one.kind,
			one.decidedBy,
			one.decidedAt,
			one.asOf,
			one.intents.join(' '),
			one.reason,
			one.reviewOn,
			one.worsening,
			...[14, 28].map((days) => said(one.outcomes.find((outcome) => outcome.days === days))),
			...judged
		]);
	});
	return [HEADER, ...lines.map((line) => line.map(csvCell))].map((line) => line.join(',')).join('\n') + '\n';
}
