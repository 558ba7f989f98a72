/**
 * What a reviewed sample says about the whole population. Pure.
 * A review weighs as many conversations as it stands for: population / reviewed of its cell, which counts those that
 * were drawn and not reviewed yet as missing at random (a cell is worked through in random order). Cells without a
 * review are left out, and `covered` says so. Hajek's estimate by stratum with the finite-population correction; the
 * naive mean stands beside it for comparison only.
 */
import { stratifiedMean, stratifiedShare } from '../queries/statistics/stratified';
import { grouped } from './grouped';

export interface CellSize {
	week: string;
	stratum: string;
	risky: boolean;
	population: number;
	drawn: number;
}

export interface ReviewedItem {
	week: string;
	stratum: string;
	risky: boolean;
	defect: boolean | null;
	score: number | null;
	/** The reviewer's word. */
	solved: boolean | null;
	/** The bot's. */
	saidSolved: boolean;
}

export interface Share {
	n: number;
	hits: number;
	value: number | null;
	low: number | null;
	high: number | null;
	/** Reviews of a simple random sample that would tell as much. */
	effectiveN: number;
	/** Hits over reviews, as if all had been equally likely to be drawn; never the answer. */
	naive: number | null;
}

export interface Score {
	n: number;
	value: number | null;
	low: number | null;
	high: number | null;
	naive: number | null;
}

export interface Figures {
	population: number;
	drawn: number;
	reviewed: number;
	/** Share of the population in cells that have at least one review. */
	covered: number;
	/** Every conversation was reviewed: the figures are known, and have no sampling error. */
	whole: boolean;
	defectRate: Share;
	score: Score;
	/** Among those that the AI called solved. */
	saidSolvedButWasNot: Share;
}

export interface Estimate extends Figures {
	byStratum: ({ stratum: string } & Figures)[];
	tellApart: TellApart;
}

const cellOf = ({ week, stratum, risky }: { week: string; stratum: string; risky: boolean }) =>
	JSON.stringify([week, stratum, risky]);

/** A cell with its reviews. */
interface Reviewed extends CellSize {
	items: readonly ReviewedItem[];
}

export function estimate(
	cells: readonly CellSize[],
	items: readonly ReviewedItem[],
	tell: { good: number; bad: number }
): Estimate {
	const byCell = grouped(items, cellOf);
	const reviewed = cells.map((cell) => ({ ...cell, items: byCell.get(cellOf(cell)) ?? [] }));
	const strata = grouped(reviewed, ({ stratum }) => stratum);
	const all = figures(reviewed);
	return {
		...all,
		byStratum: [...strata]
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([stratum, of]) => ({ stratum, ...figures(of) })),
		tellApart: tellApart(all.defectRate, { ...all, worth: worthOf(reviewed) }, tell)
	};
}

function figures(cells: readonly Reviewed[]): Figures {
	const sum = (of: (cell: Reviewed) => number) => cells.reduce((total, cell) => total + of(cell), 0);
	const scores = cells.map(({ population, items }) => {
		const scored = items.flatMap(({ score }) => (score === null ? [] : [score]));
		return {
			population,
			n: items.length,
			counted: scored.length,
			sum: scored.reduce((total, score) => total + score, 0),
			sumOfSquares: scored.reduce((total, score) => total + score ** 2, 0)
		};
	});
	const { value, low, high, unweighted, covered, whole } = stratifiedMean(scores, [0, 100]);
	return {
		population: sum((cell) => cell.population),
		drawn: sum((cell) => cell.drawn),
		reviewed: sum(({ items }) => items.length),
		covered,
		whole,
		defectRate: share(cells, ({ defect }) => defect),
		score: {
			n: scores.reduce((total, { counted }) => total + counted, 0),
			value,
			low,
			high,
			naive: unweighted
		},
		saidSolvedButWasNot: share(cells, ({ saidSolved, solved }) =>
			saidSolved && solved !== null ? !solved : null
		)
	};
}

/** null leaves an item out of the share. */
function share(cells: readonly Reviewed[], of: (item: ReviewedItem) => boolean | null): Share {
	const counts = cells.map(({ population, items }) => {
		const answers = items.map(of).filter((answer) => answer !== null);
		return { population, n: items.length, counted: answers.length, hits: answers.filter(Boolean).length };
	});
	const found = stratifiedShare(counts);
	return {
		n: counts.reduce((total, { counted }) => total + counted, 0),
		hits: counts.reduce((total, { hits }) => total + hits, 0),
		value: found.value,
		low: found.low,
		high: found.high,
		effectiveN: found.effectiveN,
		naive: found.unweighted
	};
}

/** Kish (1965): how many reviews of equal weight one of these is worth. */
function worthOf(cells: readonly Reviewed[]): number {
	let [n, weight, square] = [0, 0, 0];
	for (const { population, items } of cells) {
		if (items.length === 0) continue;
		n += items.length;
		weight += population;
		square += population ** 2 / items.length;
	}
	return n === 0 ? 1 : weight ** 2 / square / n;
}

export interface TellApart {
	good: number;
	bad: number;
	/** Further reviews of this kind until the two rates can be told apart; 0 where they already can. */
	more: number;
	/** Of them, those that are drawn already; the rest are of weeks still to come. */
	drawn: number;
	/** What can be said already. */
	finding: 'below_bad' | 'above_good' | 'between' | 'undecided';
}

/** Fleiss, Levin and Paik (2003) 2.3: sample size of one proportion, 5 % two-sided, power 80 %. */
const Z_TWO_SIDED = 1.959963984540054;
const Z_POWER = 0.8416212335729143;

/** Of a population without end. */
export function neededToTell(good: number, bad: number): number {
	const spread = Z_TWO_SIDED * Math.sqrt(good * (1 - good)) + Z_POWER * Math.sqrt(bad * (1 - bad));
	return Math.ceil((spread / (bad - good)) ** 2);
}

export interface SampleSoFar {
	/** Conversations of the weeks that were drawn, and how many of them were. */
	population: number;
	drawn: number;
	/** Reviews of equal weight that one review is worth. */
	worth: number;
}

/**
 * Each further review of a population of known size leaves less of it unseen (Cochran 1977, 4.4): n reviews of N tell
 * as much as n / (1 - n / N) of a population without end. What is drawn comes first; beyond it more weeks are drawn,
 * whose population grows along with the reviews.
 */
export function tellApart(
	rate: Pick<Share, 'n' | 'low' | 'high'>,
	{ population, drawn, worth }: SampleSoFar,
	{ good, bad }: { good: number; bad: number }
): TellApart {
	const below = rate.high !== null && rate.high < bad;
	const above = rate.low !== null && rate.low > good;
	const finding = below && above ? 'between' : below ? 'below_bad' : above ? 'above_good' : 'undecided';
	if (finding !== 'undecided') return { good, bad, finding, more: 0, drawn: 0 };
	const endless = neededToTell(good, bad) / worth;
	const within = Math.ceil(population === 0 ? endless : endless / (1 + endless / population));
	const beyond = Math.ceil(population === 0 ? endless : endless * (1 - drawn / population));
	const more = Math.max(0, (within <= drawn ? within : beyond) - rate.n);
	return { good, bad, finding, more, drawn: Math.min(more, Math.max(0, drawn - rate.n)) };
}
