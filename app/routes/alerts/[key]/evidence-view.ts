/** The evidence of a verdict as the page lists it: every figure with its unit, its interval and its n. Pure. */
import { formatCount, formatPoints, formatValue, humanise } from '$lib/format';
import type { LedgerVerdict } from '#stoploss/ledger.server';

export interface Figure {
	name: string;
	value: string;
	note?: string;
}

const share = (value: number | null) => formatValue(value, 'share');
/** A share in points, without the unit, with a real minus. */
const tenths = (value: number) => (value * 100).toFixed(1).replace('-', '−');
const between = ({ low, high }: { low: number; high: number }) =>
	`95 % between ${tenths(low)} and ${formatPoints(high)}`;
const times = (value: number) => `${value.toFixed(2)} times`;

/** What happened in one sentence; null where nothing could be measured. */
export function headlineOf({ evidence }: LedgerVerdict): string | null {
	if (!evidence) return null;
	const { window, observed, expected, worsening, interval } = evidence;
	const worse = worsening >= 0 ? 'worse' : 'better';
	return `${share(observed)} over the ${window.days} days to ${window.until}, where ${share(expected)} was expected for the same mix: ${formatPoints(Math.abs(worsening))} ${worse} (${between(interval)}).`;
}

export function figuresOf(verdict: LedgerVerdict): Figure[] {
	const { evidence } = verdict;
	if (!evidence) return [];
	const { window, n, observed, expected, worsening, interval, z, zCritical, z7, change, onset, harmed } =
		evidence;
	const figures: Figure[] = [
		{ name: 'Window', value: `${window.days} days`, note: `${window.since} to ${window.until}` },
		{ name: 'Outcomes counted', value: formatCount(n) },
		{ name: 'Observed', value: share(observed) },
		{ name: 'Expected for the same mix', value: share(expected) },
		{ name: 'Worsening', value: formatPoints(worsening), note: between(interval) },
		{
			name: 'How sure: z, and the line',
			value: `${z.toFixed(2)} of ${zCritical.toFixed(2)}`,
			...(z7 === null ? {} : { note: `${z7.toFixed(2)} on the scale of 7 days` })
		},
		{
			name: 'Contacts affected, about',
			value: formatCount(Math.round(harmed)),
			note: 'worsening times outcomes of the window'
		}
	];
	if (change)
		figures.push({
			name: 'Crude change',
			value: formatPoints(change.total),
			note: `${formatPoints(change.within)} from rates, ${formatPoints(change.mix)} from mix`
		});
	if (onset)
		figures.push({
			name: 'Began about',
			value: onset.since,
			note: `${onset.days} days ago, ${formatPoints(onset.worsening)} since`
		});
	return figures;
}

/** What else moved, and could explain it. */
export function guardsOf({ evidence }: LedgerVerdict): Figure[] {
	if (!evidence) return [];
	const { worstDay, volumeGrowth, maturity, responseRate, pathMix, allPaths, peopleOnly } = evidence.guards;
	const moved = (shift: { before: number; now: number } | null) =>
		shift ? `${share(shift.before)} before, ${share(shift.now)} now` : 'not given';
	return [
		{ name: 'Customers who answer', value: moved(responseRate) },
		{ name: 'Contacts that left this path', value: moved(pathMix) },
		{ name: 'Same intents, all paths', value: moved(allPaths) },
		{ name: 'Same intents, people only', value: moved(peopleOnly) },
		{
			name: 'Worst day',
			value: worstDay
				? `${worstDay.day}: ${share(worstDay.share)} of the loss`
				: 'not asked of a window this long',
			...(worstDay ? { note: `${formatPoints(worstDay.rest)} remain without it` } : {})
		},
		{
			name: 'Volume against the reference',
			value: volumeGrowth === null ? 'not known' : times(volumeGrowth)
		},
		{
			name: 'Last day that is final',
			value: maturity.until,
			note:
				maturity.emptyDays === 0 ? 'no day of the window is empty' : `${maturity.emptyDays} days are empty`
		}
	];
}

export function detectableOf({ detectable }: LedgerVerdict): string {
	if (detectable.length === 0) return 'It can not be said yet what this rule can see at this volume.';
	const sizes = detectable.map(({ days, loss }) => `${formatPoints(loss)} within ${days} days`);
	return `At this volume the rule finds, four times in five, a loss of ${sizes.join(', or ')}.`;
}

export interface DriverRow {
	intent: string;
	n: string;
	observed: string;
	expected: string;
	difference: string;
	interval: string;
	contribution: string;
	share: string;
}

export function driversOf({ evidence }: LedgerVerdict): DriverRow[] {
	return (evidence?.drivers ?? []).map(
		({ intent, n, observed, expected, contribution, share: part, difference }) => ({
			intent: humanise(intent),
			n: formatCount(n),
			observed: share(observed),
			expected: share(expected),
			// Evidence of an older version had no interval of its own.
			difference: difference ? formatPoints(difference.value) : '–',
			interval: difference
				? `${tenths(difference.interval.low)} to ${formatPoints(difference.interval.high)}`
				: '–',
			contribution: formatPoints(contribution),
			share: share(part)
		})
	);
}
