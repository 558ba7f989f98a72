/**
 * What a reviewed sample says about the whole population. Pure.
 * A review weighs as many conversations as it stands for: population / reviewed of its cell, which counts those that
 * were drawn and not reviewed yet as missing at random (a cell is worked through in random order). Cells without a
 * review are left out, and `covered` says so. Hajek's estimate; the naive mean stands beside it for comparison only.
 */
import { hajek } from '../queries/statistics/hajek';
import { weightedMean } from './statistics/weighted-mean';

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
	defectRate: Share;
	score: Score;
	/** Among those that the AI called solved. */
	saidSolvedButWasNot: Share;
}

export interface Estimate extends Figures {
	byStratum: ({ stratum: string } & Figures)[];
	tellApart: TellApart;
}

interface Weighted extends ReviewedItem {
	probability: number;
}

const cellOf = ({ week, stratum, risky }: { week: string; stratum: string; risky: boolean }) =>
	JSON.stringify([week, stratum, risky]);

export function estimate(
	cells: readonly CellSize[],
	items: readonly ReviewedItem[],
	tell: { good: number; bad: number }
): Estimate {
	const reviewed = new Map<string, number>();
	for (const item of items) reviewed.set(cellOf(item), (reviewed.get(cellOf(item)) ?? 0) + 1);
	const size = new Map(cells.map((cell) => [cellOf(cell), cell.population]));
	const weighted = items.map((item) => ({
		...item,
		probability: Math.min(1, reviewed.get(cellOf(item))! / size.get(cellOf(item))!)
	}));
	const strata = [...new Set(cells.map(({ stratum }) => stratum))].sort();
	const all = figures(cells, weighted, reviewed);
	return {
		...all,
		byStratum: strata.map((stratum) => ({
			stratum,
			...figures(
				cells.filter((cell) => cell.stratum === stratum),
				weighted.filter((item) => item.stratum === stratum),
				reviewed
			)
		})),
		tellApart: tellApart(all.defectRate, kish(weighted), tell)
	};
}

function figures(
	cells: readonly CellSize[],
	items: readonly Weighted[],
	reviewed: ReadonlyMap<string, number>
): Figures {
	const sum = (of: (cell: CellSize) => number) => cells.reduce((total, cell) => total + of(cell), 0);
	const population = sum((cell) => cell.population);
	const seen = sum((cell) => (reviewed.has(cellOf(cell)) ? cell.population : 0));
	const scored = items.filter((item) => item.score !== null);
	const mean = weightedMean(
		scored.map(({ probability, score }) => ({ probability, value: score! })),
		[0, 100]
	);
	return {
		population,
		drawn: sum((cell) => cell.drawn),
		reviewed: items.length,
		covered: population === 0 ? 0 : seen / population,
		defectRate: share(items, ({ defect }) => defect),
		score: {
			n: scored.length,
			value: mean.mean,
			low: mean.low,
			high: mean.high,
			naive:
				scored.length === 0 ? null : scored.reduce((total, { score }) => total + score!, 0) / scored.length
		},
		saidSolvedButWasNot: share(items, ({ saidSolved, solved }) =>
			saidSolved && solved !== null ? !solved : null
		)
	};
}

/** null leaves an item out of the share. */
function share(items: readonly Weighted[], of: (item: Weighted) => boolean | null): Share {
	const sums = { n: 0, weight: 0, weightHit: 0, square: 0, squareHit: 0 };
	let hits = 0;
	for (const item of items) {
		const hit = of(item);
		if (hit === null) continue;
		const weight = 1 / item.probability;
		sums.n++;
		sums.weight += weight;
		sums.square += weight ** 2;
		if (!hit) continue;
		hits++;
		sums.weightHit += weight;
		sums.squareHit += weight ** 2;
	}
	const { p, low, high, effectiveN } = hajek(sums);
	return { n: sums.n, hits, value: p, low, high, effectiveN, naive: sums.n === 0 ? null : hits / sums.n };
}

/** Kish (1965): how many reviews of equal weight these are worth, per review. */
function kish(items: readonly Weighted[]): number {
	if (items.length === 0) return 1;
	const weight = items.reduce((sum, { probability }) => sum + 1 / probability, 0);
	const square = items.reduce((sum, { probability }) => sum + 1 / probability ** 2, 0);
	return weight ** 2 / square / items.length;
}

export interface TellApart {
	good: number;
	bad: number;
	/** Further reviews of this kind until the two rates can be told apart; 0 where they already can. */
	more: number;
	/** What can be said already. */
	finding: 'below_bad' | 'above_good' | 'between' | 'undecided';
}

/** Fleiss, Levin and Paik (2003) 2.3: sample size of one proportion, 5 % two-sided, power 80 %. */
const Z_TWO_SIDED = 1.959963984540054;
const Z_POWER = 0.8416212335729143;

export function neededToTell(good: number, bad: number): number {
	const spread = Z_TWO_SIDED * Math.sqrt(good * (1 - good)) + Z_POWER * Math.sqrt(bad * (1 - bad));
	return Math.ceil((spread / (bad - good)) ** 2);
}

export function tellApart(
	rate: Pick<Share, 'n' | 'low' | 'high'>,
	worth: number,
	{ good, bad }: { good: number; bad: number }
): TellApart {
	const below = rate.high !== null && rate.high < bad;
	const above = rate.low !== null && rate.low > good;
	const finding = below && above ? 'between' : below ? 'below_bad' : above ? 'above_good' : 'undecided';
	const needed = Math.ceil(neededToTell(good, bad) / worth);
	return { good, bad, finding, more: finding === 'undecided' ? Math.max(0, needed - rate.n) : 0 };
}
