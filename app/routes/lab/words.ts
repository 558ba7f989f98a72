/** What the lab found, in sentences. Pure. */
import type { HistoryReport } from '#stoploss/history';
import type { LabReport, Range, Score } from '#stoploss/lab';
import type { LabAsk } from '$lib/lab-ask';

const two = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

export const rate = (value: number) => two.format(value);
export const rateRange = ({ low, high }: Range) => `${two.format(low)} to ${two.format(high)}`;
export const count = (value: number) => whole.format(value);
export const percent = (value: number) => `${whole.format(value * 100)} %`;
export const times = (n: number) => (n === 0 ? 'never' : n === 1 ? 'once' : `${n} times`);
export const days = (value: number | null) =>
	value === null ? 'not in half of them' : `${value} ${value === 1 ? 'day' : 'days'}`;

/** 19 December 2025 */
export function dayWords(day: string): string {
	return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', dateStyle: 'medium' }).format(new Date(day));
}

export const naiveWords = ({ naive }: LabAsk) =>
	`${naive.points} points or ${naive.percent} %, week over week`;

const QUARTER_DAYS = 365.25 / 4;

/** How often a rule speaks for nothing: "every 21 days". */
function oftenWords({ falseAlarms }: Score): string {
	if (falseAlarms.value === 0) return 'hardly ever';
	const every = QUARTER_DAYS / falseAlarms.value;
	if (every < 120) return `every ${whole.format(every)} days`;
	return every < 730
		? `every ${whole.format(every / 30.4)} months`
		: `every ${two.format(every / 365.25)} years`;
}

export function historySentence(history: HistoryReport, titles: Record<string, string>): string {
	const firings = history.rules.flatMap(({ rule, firings }) => firings.map((one) => ({ ...one, rule })));
	const [first] = firings.sort((a, b) => a.firedOn.localeCompare(b.firedOn));
	const naive = new Set(history.rules.flatMap((one) => one.naive)).size;
	const ours = first
		? `This rule book would have fired ${times(firings.length)}, first on ${dayWords(first.firedOn)}: ${titles[first.rule] ?? first.rule}.`
		: 'This rule book would never have fired.';
	return `${ours} The naive rule would have spoken in ${naive} ${naive === 1 ? 'week' : 'weeks'}.`;
}

/** Above the picture, which shows what the headline of the page can't say. */
export function timelineSentence(history: HistoryReport): string {
	const naive = [...new Set(history.rules.flatMap((one) => one.naive))];
	const first = history.rules.flatMap(({ firings }) => firings.map(({ firedOn }) => firedOn)).sort()[0];
	if (!first) return `The naive rule speaks in ${naive.length} weeks, ours in none`;
	const before = naive.filter((day) => day < first).length;
	return `Before our first alert the naive rule had spoken in ${before} ${before === 1 ? 'week' : 'weeks'}, after it in ${naive.length - before}`;
}

export function labSentences(lab: LabReport, ask: LabAsk): string[] {
	const { ours, naive } = lab.book;
	const cry = `With nothing wrong it cries wolf ${oftenWords(ours)}; the naive rule ${oftenWords(naive)}.`;
	const chance =
		naive.falseAlarms.value > 1 ? ['What the naive rule “finds” it therefore finds mostly by chance.'] : [];
	if (lab.scenario === 'nothing') return [cry];
	if (lab.scenario === 'mix')
		return [
			`A mix that is ${ask.size} points harder, with no intent worse, fires this book within 26 weeks in ${percent(ours.found ?? 0)} of the runs, and the naive rule in ${percent(naive.found ?? 0)}.`,
			cry
		];
	if (lab.scenario === 'outage')
		return [
			lab.blind && lab.blind.found > 0
				? `A week without data is called blind ${days(lab.blind.days)} after it began (its own maturity included), in ${percent(lab.blind.found)} of the runs and rules.`
				: 'At this volume a week without data is not told from chance.',
			cry
		];
	const what =
		lab.scenario === 'drop'
			? `A sudden loss of ${ask.size} points`
			: `An erosion of ${ask.size} points a week`;
	const found =
		ours.delayDays?.median === null || ours.delayDays === null
			? `is found within 26 weeks in only ${percent(ours.found ?? 0)} of the runs`
			: `is found after ${days(ours.delayDays.median)} in the median${ours.delayDays.ninety === null ? '' : `, nine times in ten within ${days(ours.delayDays.ninety)}`}`;
	return [`${what} ${found}.`, cry, ...chance];
}
