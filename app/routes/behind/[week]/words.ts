/** What the sides of a number and the figure of a row are called. Pure. */
import type { Measurement } from '#queries/measurement';
import type { Side, Sort } from '#queries/behind/sides';
import { CATALOGUE } from '#queries/metrics/catalogue';
import type { BadContainmentSignal, MetricName } from '#warehouse/vocabulary';
import { formatCount, formatValue } from '$lib/format';

type Counted = readonly [numerator: string, remainder: string];
const BY_DIRECTION: Record<'higher' | 'lower' | 'neither', Counted> = {
	higher: ['Good', 'Not good'],
	lower: ['Bad', 'Fine'],
	neither: ['In the numerator', 'Only in the denominator']
};
const OWN: Partial<Record<MetricName, Counted>> = {
	csat_mean: ['Rated', ''],
	handoff_completeness: ['Handed over', ''],
	time_to_resolution: ['Resolved', ''],
	cost_per_contact: ['With a cost', ''],
	escalation_latency: ['Reached a person', 'Never reached one'],
	escalation_latency_business_hours: ['Reached a person', 'Never reached one'],
	refund_error_money: ['Lost money', 'Lost none'],
	cost_per_durable_resolution: ['Solved for good', 'Not solved for good'],
	review_defect_rate: ['With a defect', 'In order'],
	not_solved_by_review: ['Not solved', 'Solved'],
	review_score: ['Scored', '']
};

const isReviewed = (metric: MetricName) => CATALOGUE[metric].group === 'review';

/** '' for a side that this metric does not have. */
export function sideLabel(metric: MetricName, side: Side): string {
	if (side === 'pending') return isReviewed(metric) ? 'Not reviewed yet' : 'Can still change';
	if (side === 'excluded') return 'Not counted';
	const words = OWN[metric] ?? BY_DIRECTION[CATALOGUE[metric].better ?? 'neither'];
	return words[side === 'numerator' ? 0 : 1];
}

export function sideMeaning({ metric }: Measurement, side: Side): string {
	const { numerator, denominator, maturity } = CATALOGUE[metric];
	return {
		numerator: `${numerator}.`,
		remainder: `Counted (${lower(denominator)}), and not among: ${lower(numerator)}.`,
		pending: `The outcome is not final yet. Matures: ${lower(maturity)}.`,
		excluded: `Contacts of the week that this number says nothing about. It counts: ${lower(denominator)}.`
	}[side];
}

const lower = (text: string) => (/^[A-Z][a-z]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text);

/** Heading of the row's own figure; null where rows have none. */
export function figureLabel(metric: MetricName): string | null {
	if (metric.startsWith('csat_')) return 'Rating';
	if (metric.startsWith('recontact_')) return 'Back after';
	if (metric.startsWith('cost_')) return 'Cost';
	if (metric === 'refund_error_money') return 'Lost, minor units';
	if (metric.startsWith('refund_')) return 'Amount, minor units';
	if (metric === 'handoff_completeness') return 'Of the six parts';
	if (isReviewed(metric)) return 'Score';
	if (metric === 'time_to_resolution') return 'Took';
	if (metric.startsWith('escalation_') || metric === 'human_out') return 'Waited';
	return null;
}

export function formatFigure(metric: MetricName, value: number | null): string {
	if (value === null) return '';
	const label = figureLabel(metric);
	if (label === 'Rating') return `${Number(value.toFixed(1))} of 5`;
	if (label === 'Back after' || label === 'Took') return formatValue(value, 'hours');
	if (label === 'Waited') return formatValue(value, 'minutes');
	if (label === 'Of the six parts') return `${Math.round(value * 6)} of 6`;
	if (label === 'Cost') return formatValue(value, 'money');
	if (label === 'Score') return formatValue(value, 'points');
	return formatCount(value);
}

export const SIGNAL_LABELS: Record<BadContainmentSignal, string> = {
	recontact_72h: 'came back within 72 h',
	person_never_reached: 'asked for a person in vain',
	low_rating: 'rated 1 or 2',
	complaint_7d: 'complained',
	refund_error: 'wrong refund',
	negative_close_after_rephrasing: 'closed unhappy after rephrasing',
	verdict_not_solved: 'judged not solved'
};

export const SORT_LABELS: Record<Sort, string> = {
	newest: 'Newest first',
	oldest: 'Oldest first',
	highest: 'Highest figure first',
	lowest: 'Lowest figure first',
	intent: 'By intent',
	customer: 'By customer'
};
