/** How a year went, in a sentence. Pure. */
import type { Measurement } from '#queries/measurement';
import type { MeasurementChange } from '#queries/scorecard/change';
import { formatChange, formatInterval, formatValue } from '$lib/format';

export interface Quarters {
	before: Measurement;
	after: Measurement;
	change: MeasurementChange | null;
}

export function quartersTold(label: string, weeks: number, quarters: Quarters | null): string {
	const span = weeks === 1 ? 'week' : `${weeks} weeks`;
	if (!quarters) return `${label}: nothing to compare.`;
	const { before, after, change } = quarters;
	const { unit } = after;
	if (after.value === null) return `${label}: no value in the last ${span}. ${after.reason ?? ''}`.trim();
	const now = `${label}: ${formatValue(after.value, unit)} (${formatInterval(after.interval, unit)}) in the last ${span}`;
	if (!change) return `${now}; nothing to compare it with in the first.`;
	const { difference, interval, direction, provisional } = change;
	const bounds = interval
		? ` (${formatChange(interval.low, unit, false)} to ${formatChange(interval.high, unit, false)})`
		: '';
	const said = {
		unclear: 'chance alone could have made it',
		moved: 'clearly another level',
		better: 'clearly better',
		worse: 'clearly worse'
	}[direction];
	return `${now}, ${formatValue(before.value, unit)} in the first: ${formatChange(difference, unit)}${bounds}, ${said}${provisional ? '; not final' : ''}.`;
}
