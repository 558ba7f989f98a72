/** What the decomposition says, in sentences. Pure. Claims no cause: rates and mix are where, not why. */
import type { Change, Decomposition } from '#queries/queries.server';
import type { Path } from '#warehouse/vocabulary';
import { METRIC_LABELS, PATH_LABELS, formatValue, formatWeek, humanise } from '$lib/format';
import { formatPoints, formatPointsInterval, formatSize } from './points';

/** How many segments the sentence names; the table has all. */
const TOLD = 3;

export function spanLabel(span: string): string {
	const [first, last] = span.split('..');
	return last ? `${formatWeek(first!)} to ${formatWeek(last)}` : formatWeek(span);
}

export function sentencesOf(
	change: Change,
	split: Decomposition | null,
	against: string,
	week: string,
	path: Path | ''
): string[] {
	const { before, after, metric } = change;
	const name = path ? `${METRIC_LABELS[metric]} (${PATH_LABELS[path]})` : METRIC_LABELS[metric];
	if (change.change === null || !split)
		return [`Nothing can be said about ${name}: ${change.reason ?? 'there is no data.'}`];
	const went = change.change === 0 ? 'stayed the same' : change.change > 0 ? 'rose' : 'fell';
	const whole = `${name} ${went}, from ${formatValue(before.value, before.unit)} (${spanLabel(against)}) to ${formatValue(after.value, after.unit)} (${formatWeek(week)}).`;
	const { rate, mix } = split;
	const up = (share: number) => (share >= 0 ? 'added' : 'took');
	const spread = rate.interval
		? `, with 95 % confidence ${formatPointsInterval(rate.interval)}${rate.interval.low <= 0 && rate.interval.high >= 0 ? ', so chance alone could have made it' : ''}`
		: '';
	const parts =
		rate.value === 0 && mix === 0
			? 'Neither rates nor mix moved it.'
			: `Rates within each ${split.dimension} ${up(rate.value)} ${formatSize(rate.value)}${spread}; the mix of ${split.dimension}s ${up(mix)} ${formatSize(mix)}.`;
	const opposite =
		rate.value * split.change < 0 && Math.abs(rate.value) > 0.001
			? ` The whole moved one way and the rates the other: the mix hides what happened within each ${split.dimension}.`
			: '';
	const largest = split.segments.filter(({ rate: part }) => part.value !== 0).slice(0, TOLD);
	const led =
		largest.length > 0
			? `Largest rate parts: ${largest.map((one) => `${humanise(one.segment)} ${formatPoints(one.rate.value)}`).join(', ')}.`
			: '';
	const adjusted = split.adjusted
		? `With the earlier mix it would be ${formatValue(split.adjusted.after.rate, 'share')} (${formatValue(split.adjusted.after.low, 'share')} to ${formatValue(split.adjusted.after.high, 'share')}).`
		: '';
	return [
		whole,
		parts + opposite,
		[led, adjusted].filter(Boolean).join(' '),
		change.reason ? `Not final: ${change.reason}` : ''
	].filter(Boolean);
}
