/** The sentences of the scorecard, written from its figures. Pure. Says what moved, and nothing of why. */
import type { Measurement } from '#queries/measurement';
import { changeOf, type MeasurementChange } from '#queries/scorecard/change';
import type { Decomposition } from '#queries/decomposition/decompose';
import { PATH_LABELS, formatChange, formatInterval, formatValue, formatWeek, humanise } from '$lib/format';
import type { Tile } from './tiles';

const span = ({ interval }: MeasurementChange, unit: Measurement['unit']) =>
	interval
		? ` (${formatChange(interval.low, unit, false)} to ${formatChange(interval.high, unit, false)})`
		: '';

const size = (change: MeasurementChange, unit: Measurement['unit']) =>
	formatChange(Math.abs(change.difference), unit).replace('+', '');

const went = ({ difference }: MeasurementChange) => (difference < 0 ? 'fell' : 'rose');

export const nameOf = ({ title, path }: Pick<Tile, 'title' | 'path'>): string =>
	path === 'ai_only'
		? `AI-only ${lower(title)}`
		: path
			? `${title}, ${PATH_LABELS[path].toLowerCase()}`
			: title;

/** "CSAT" and "AI-only" stay as they are; "Bad containment" goes into the middle of a sentence. */
const lower = (title: string) =>
	/^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;

/** The first tile told in full, then what is clearly worse over the longest time shown. */
export function headlineOf(tiles: readonly Tile[]): { told: string; worse: string | null } {
	const [first] = tiles;
	if (!first) return { told: 'Nothing was measured this week.', worse: null };
	const { measurement } = first;
	const { value, unit, interval, status, reason } = measurement;
	const name = nameOf(first);
	if (value === null)
		return {
			told: `Nothing can be said about ${name} this week. ${reason ?? ''}`.trim(),
			worse: worseOf(tiles)
		};
	const now = `${name} is ${formatValue(value, unit)} (${formatInterval(interval, unit)})`;
	const long = first.changes.at(-1);
	const short = first.changes.length > 1 ? first.changes[0] : undefined;
	const clear = [long, short].filter((one) => one?.change && one.change.direction !== 'unclear');
	const unclear = [short, long].filter((one) => one?.change?.direction === 'unclear');
	const said = [
		...clear.map(
			(one) =>
				`it ${went(one!.change!)} ${size(one!.change!, unit)}${span(one!.change!, unit)} on ${ago(one!.weeks)}`
		),
		...(unclear.length > 0
			? [`no clear change on ${unclear.map((one) => ago(one!.weeks)).join(', nor on ')}`]
			: [])
	];
	const hedge = status === 'measured' ? '' : ` Not final: ${reason ?? status}`;
	return {
		told: `${now}: ${said.join('; ') || 'nothing to compare it with'}.${hedge}`,
		worse: worseOf(tiles)
	};
}

/** How much of the change is the rates', and how much the mix of intents; silent where neither says anything clear. */
export function splitTold(split: Decomposition | null, weeks: number): string | null {
	const { rate, mix, segments } = split ?? {};
	if (!rate?.interval || mix === undefined || !segments) return null;
	const points = (share: number) => formatChange(Math.abs(share), 'share').replace('+', '');
	const clear = rate.interval.low > 0 || rate.interval.high < 0;
	if (!clear) return null;
	const led = segments
		.filter(({ rate: { value, interval } }) => interval && value * rate.value > 0)
		.filter(({ rate: { interval } }) => interval!.low > 0 || interval!.high < 0)
		.slice(0, 3)
		.map(({ segment, rate: { value } }) => `${humanise(segment)} (${formatChange(value, 'share', false)})`);
	const mainly = led.length > 0 ? `, mainly ${new Intl.ListFormat('en-GB').format(led)}` : '';
	const mixed =
		Math.abs(mix) < 0.0005
			? 'the mix of intents played no part'
			: `the mix of intents ${mix * rate.value < 0 ? 'hides' : 'adds'} ${points(mix)}${mix * rate.value < 0 ? ' of it' : ''}`;
	return `Within the same intents it ${rate.value < 0 ? 'fell' : 'rose'} ${points(rate.value)} (${formatChange(rate.interval.low, 'share', false)} to ${formatChange(rate.interval.high, 'share', false)}) on ${ago(weeks)}${mainly}; ${mixed}.`;
}

const ago = (weeks: number) => (weeks === 1 ? 'the week before' : `${weeks} weeks before`);

function worseOf(tiles: readonly Tile[]): string | null {
	const worse = tiles.slice(1).filter(({ changes }) => changes.at(-1)?.change?.direction === 'worse');
	const weeks = worse[0]?.changes.at(-1)?.weeks;
	if (!weeks) return null;
	return `Clearly worse than ${ago(weeks)}: ${new Intl.ListFormat('en-GB').format(worse.map((tile) => lower(nameOf(tile))))}.`;
}

/** What the chart shows of AI-only, in one line: the change from end to end with its doubt, and the extremes. */
export function chartTitle(measurements: readonly Measurement[], weeks: readonly string[]): string {
	const told = weeks.flatMap((week) => {
		const one = measurements.find(({ slice, window }) => slice.path === 'ai_only' && window.week === week);
		return one && one.value !== null ? [{ week, one, value: one.value }] : [];
	});
	const [first] = told;
	const last = told.at(-1);
	if (!first || !last) return 'No AI-only CSAT in these weeks';
	const say = (point: typeof first) => formatValue(point.value, point.one.unit);
	const at = (point: typeof first) => formatWeek(point.week).replace(/,.*/, '').toLowerCase();
	if (first === last) return `AI-only CSAT was ${say(last)} in ${at(last)}`;
	const by = (better: (a: number, b: number) => boolean) =>
		told.reduce((found, point) => (better(point.value, found.value) ? point : found));
	const [low, high] = [by((a, b) => a < b), by((a, b) => a > b)];
	const change = changeOf(last.one, first.one);
	const range = `between ${say(low)} (${at(low)}) and ${say(high)} (${at(high)})`;
	if (!change || change.direction === 'unclear')
		return `AI-only CSAT: no clear change from ${at(first)} to ${at(last)}; it moved ${range}`;
	return `AI-only CSAT ${went(change)} ${size(change, first.one.unit)} from ${at(first)} to ${at(last)}, ${range}`;
}
