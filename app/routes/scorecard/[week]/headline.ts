/** The sentence at the top of the scorecard. Pure. Repeats measurements and calls nothing better or worse by itself. */
import type { Measurement } from '#queries/measurement';
import type { Path } from '#warehouse/vocabulary';
import { formatInterval, formatValue, formatWeek } from '$lib/format';

export function headlineOf(measurements: readonly Measurement[], week: string): string {
	const csat = (path: Path) =>
		measurements.find(
			(one) => one.metric === 'csat_top_box' && one.slice.path === path && one.window.week === week
		);
	const ai = csat('ai_only');
	const people = csat('human_only');
	if (!ai || ai.value === null) {
		return `Nothing can be said about AI-only CSAT this week${ai?.reason ? `: ${ai.reason}` : '.'}`;
	}
	const told = `AI-only CSAT is ${formatValue(ai.value, ai.unit)} (${formatInterval(ai.interval, ai.unit)})`;
	const beside =
		people && people.value !== null
			? `, beside ${formatValue(people.value, people.unit)} (${formatInterval(people.interval, people.unit)}) where people answered`
			: '';
	const hedge = ai.status === 'measured' ? '' : ` Not final: ${ai.reason ?? ai.status}`;
	return `${told}${beside}.${hedge}`;
}

/** What the chart shows, in one line: its last value and its first, with nothing said of why. */
export function chartTitle(measurements: readonly Measurement[], weeks: readonly string[]): string {
	const told = weeks.flatMap((week) => {
		const one = measurements.find(({ slice, window }) => slice.path === 'ai_only' && window.week === week);
		return one && one.value !== null ? [{ week, value: formatValue(one.value, one.unit) }] : [];
	});
	const [first] = told;
	const last = told.at(-1);
	if (!first || !last) return 'No AI-only CSAT in these weeks';
	if (first === last) return `AI-only CSAT was ${last.value} in ${formatWeek(last.week).toLowerCase()}`;
	return `AI-only CSAT went from ${first.value} in ${formatWeek(first.week).toLowerCase()} to ${last.value} in ${formatWeek(last.week).toLowerCase()}`;
}
