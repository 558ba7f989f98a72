/** The sentence at the top of the scorecard. Pure. Repeats measurements and calls nothing better or worse by itself. */
import type { Measurement } from '#queries/measurement';
import type { Path } from '#warehouse/vocabulary';
import { formatInterval, formatValue } from '$lib/format';

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
