/** What is said of a difference, in the same words on the page and in what is taken along. Pure. */
import type { ComparedMetric, SideFilter, Untold } from '#queries/comparison/compare';
import { DIMENSIONS } from '#warehouse/vocabulary';
import { BASELINE } from './comparison';
import { formatChange, formatDays, formatSlice, formatWeek, NOTHING } from './format';

const UNTOLD_WORDS: Record<Untold, string> = {
	same: 'Can’t tell: both sides are the same conversations',
	shared: 'Can’t tell: some conversations can be on both sides',
	no_value: 'Can’t tell: a side has no value',
	currency: 'Can’t tell: the amounts are not of one currency',
	definition: 'Can’t tell: the two were counted by different definitions',
	open: 'Can’t tell: too little to say how sure a side is',
	chance: 'Can’t tell: chance alone could have made it'
};

export function saidOf({ untold, direction, provisional }: ComparedMetric): string {
	if (untold) return UNTOLD_WORDS[untold];
	const clear = direction === 'moved' ? 'Clearly different' : `Clearly ${direction}`;
	return provisional ? `${clear}, not final` : clear;
}

export const differenceOf = ({ difference, first: { unit } }: ComparedMetric): string =>
	difference === null ? NOTHING : formatChange(difference, unit);

/** "−2.1 to +0.3"; empty where there is none. */
export const boundsOf = ({ interval, first: { unit } }: ComparedMetric): string =>
	interval ? `${formatChange(interval.low, unit, false)} to ${formatChange(interval.high, unit, false)}` : '';

export interface Told {
	better: number;
	worse: number;
	moved: number;
	chance: number;
	/** For any other reason than chance. */
	untold: number;
}

/** How many metrics fell out how. */
export function toldOf(metrics: readonly ComparedMetric[]): Told {
	const of = (fits: (one: ComparedMetric) => boolean) => metrics.filter(fits).length;
	return {
		better: of(({ direction }) => direction === 'better'),
		worse: of(({ direction }) => direction === 'worse'),
		moved: of(({ direction }) => direction === 'moved'),
		chance: of(({ untold }) => untold === 'chance'),
		untold: of(({ untold }) => untold !== null && untold !== 'chance')
	};
}

/** A side as people say it: its time, and what it is narrowed by. */
export function sideTold(
	{ span, filter }: { span: string; filter: SideFilter },
	baseline: { since: string; until: string } | null,
	timeZone: string
): string {
	const slice = Object.fromEntries(
		DIMENSIONS.flatMap((name) => {
			const values = filter[name];
			return values?.length ? [[name, values.join(' or ')]] : [];
		})
	);
	const narrowed = Object.keys(slice).length > 0 ? `: ${formatSlice(slice)}` : '';
	return `${spanTold(span, baseline, timeZone)}${narrowed}`;
}

export function spanTold(
	span: string,
	baseline: { since: string; until: string } | null,
	timeZone: string
): string {
	if (span === BASELINE) return `Baseline${baseline ? `, ${formatDays(baseline, timeZone)}` : ''}`;
	const [first = '', last] = span.split('..');
	return last ? `${formatWeek(first)} to ${formatWeek(last).toLowerCase()}` : formatWeek(first);
}
