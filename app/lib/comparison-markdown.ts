/** A comparison as a Markdown table, to paste into a note. Pure. */
import type { ComparedMetric } from '#queries/comparison/compare';
import type { Measurement } from '#queries/measurement';
import { escaped } from './chart-markdown';
import { boundsOf, differenceOf, saidOf } from './comparison-words';
import { METRIC_LABELS, NOTHING, formatEvidence, formatInterval, formatValue } from './format';

export interface ComparisonTold {
	/** The two sides as people say them. */
	first: string;
	second: string;
	metrics: readonly ComparedMetric[];
}

export function comparisonMarkdown({ first, second, metrics }: ComparisonTold): string {
	const side = (one: Measurement) =>
		one.value === null
			? `${NOTHING} ${one.reason ?? ''}`.trim()
			: `${formatValue(one.value, one.unit)} (${[formatInterval(one.interval, one.unit), formatEvidence(one.evidence)].filter(Boolean).join('; ')})${one.status === 'immature' ? ', can still change' : ''}`;
	const rows = metrics.map((one) => [
		METRIC_LABELS[one.metric],
		side(one.first),
		side(one.second),
		[differenceOf(one), boundsOf(one) && `(${boundsOf(one)})`].filter(Boolean).join(' '),
		saidOf(one)
	]);
	return [
		`**${escaped(first)}, against ${escaped(second)}**`,
		'',
		...[
			['Metric', first, second, 'Difference', 'What can be said'],
			Array(5).fill('---') as string[],
			...rows
		].map((cells) => `| ${cells.map(escaped).join(' | ')} |`),
		'',
		'With 95% intervals and what was counted. Among many metrics, about one in twenty looks clear by chance alone. Source: Plimsoll.',
		''
	].join('\n');
}
