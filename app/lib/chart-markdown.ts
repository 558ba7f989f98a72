/** The numbers of a chart as a Markdown table, to paste into a slide or a note. Pure. */
import type { Measurement } from '#queries/measurement';
import { NOTHING, formatEvidence, formatInterval, formatValue, unitLabel } from './format';

interface Charted {
	title: string;
	labels: readonly string[];
	series: readonly { label: string; measurements: readonly (Measurement | null)[] }[];
	unit: Measurement['unit'];
}

export function chartMarkdown({ title, labels, series, unit }: Charted): string {
	const cellOf = (one: Measurement | null | undefined) =>
		one && one.value !== null
			? `${formatValue(one.value, unit)} (${formatInterval(one.interval, unit)}; ${formatEvidence(one.evidence)})${one.status === 'immature' ? ', can still change' : ''}`
			: NOTHING;
	const rows = labels.map((label, at) => [label, ...series.map((one) => cellOf(one.measurements[at]))]);
	const lines = [
		['Week', ...series.map(({ label }) => label)],
		series.map(() => '---').concat('---'),
		...rows
	];
	return [
		`**${escaped(title)}**`,
		'',
		...lines.map((cells) => `| ${cells.map(escaped).join(' | ')} |`),
		'',
		`${unitLabel(unit)}, with 95% intervals and what was counted. Source: Plimsoll.`,
		''
	].join('\n');
}

/** Text from a log stays text: no table, link or markup begins in it. */
export const escaped = (text: string) => text.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\s+/g, ' ');
