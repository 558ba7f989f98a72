/**
 * May an automatic judge decide anything? Pure. A judge is a rater like any other: its verdicts stand against people's
 * on the same conversations, and it is let in only where the whole interval of kappa reaches the agreed bar. What is
 * refused is still shown, with the reason.
 */
import { kappa } from './statistics/kappa';

/** Fewer pairs say nothing about a judge. */
export const ENOUGH_PAIRS = 30;

export interface JudgedPair {
	/** The people's word, or another authority's. */
	truth: boolean;
	judge: boolean;
}

export interface Gate {
	n: number;
	agreement: number | null;
	kappa: number | null;
	low: number | null;
	high: number | null;
	/** The judge passed what had failed, and the other way round. */
	falsePass: number;
	falseFail: number;
	admitted: boolean;
	reason: string;
}

const two = (value: number) => value.toFixed(2);

export function judgeGate(pairs: readonly JudgedPair[], bar: number): Gate {
	const count = (truth: boolean, judge: boolean) =>
		pairs.filter((pair) => pair.truth === truth && pair.judge === judge).length;
	const falsePass = count(false, true);
	const falseFail = count(true, false);
	const found = kappa([
		[count(false, false), falsePass],
		[falseFail, count(true, true)]
	]);
	const { n, observed, kappa: value, low, high } = found;
	const figures = { n, agreement: observed, kappa: value, low, high, falsePass, falseFail };
	const refuse = (reason: string): Gate => ({ ...figures, admitted: false, reason });
	if (n < ENOUGH_PAIRS)
		return refuse(`Only ${n} of its verdicts stand beside a person's; ${ENOUGH_PAIRS} are needed.`);
	if (value === null || low === null)
		return refuse('Judge and people gave one verdict only, so that agreement beyond chance is unknown.');
	const wrong = `it passed ${falsePass} that had failed and failed ${falseFail} that had passed`;
	if (value < bar)
		return refuse(`Kappa with people is ${two(value)}, below the agreed ${two(bar)}: ${wrong}.`);
	if (low < bar)
		return refuse(
			`Kappa with people is ${two(value)}, but may be as low as ${two(low)}, below the agreed ${two(bar)}: ${wrong}.`
		);
	return {
		...figures,
		admitted: true,
		reason: `Kappa with people is at least ${two(low)}; ${two(bar)} was agreed.`
	};
}
