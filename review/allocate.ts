/**
 * How many to draw from each cell (a stratum, with or without a risk signal). Pure.
 * The random part is spread over all cells, the risk-targeted part over those with a signal; a cell is then drawn
 * without replacement, so that each of its conversations has the same probability, given / population.
 * Too small a quota for two from every cell drops the strata, and a note says so.
 */
import { neyman } from './statistics/neyman';
import type { Plan } from './plan';

export interface Cell {
	stratum: string;
	risky: boolean;
	population: number;
}

export interface AllocatedCell extends Cell {
	random: number;
	risk: number;
}

/** The whole population as one stratum. */
export const EVERYBODY = 'everybody';

export interface Allocation {
	cells: AllocatedCell[];
	/** False where the quota was too small to draw by stratum. */
	byStratum: boolean;
	notes: string[];
}

export function allocate(plan: Plan, cells: readonly Cell[]): Allocation {
	const total = (some: readonly Cell[]) => some.reduce((sum, { population }) => sum + population, 0);
	const notes: string[] = [];
	const { random, risk } = plan.weekly;
	const everybody = total(cells);
	if (everybody === 0) notes.push('Nobody in the population this week: there is nothing to draw.');
	else if (random + risk > everybody)
		notes.push(`The plan asks for ${random + risk} of ${everybody} conversations: all of them are drawn.`);
	const wanted = Math.min(random, everybody);
	const needed = cells.reduce((sum, { population }) => sum + Math.min(2, population), 0);
	const byStratum = wanted >= needed || cells.every(({ stratum }) => stratum === EVERYBODY);
	if (!byStratum) {
		notes.push(
			`${wanted} random draws are too few for two from each of ${cells.length} groups: drawn from all strata together.`
		);
	}
	const used: Cell[] = byStratum
		? [...cells]
		: [false, true]
				.map((risky) => ({
					stratum: EVERYBODY,
					risky,
					population: total(cells.filter((cell) => cell.risky === risky))
				}))
				.filter(({ population }) => population > 0);
	const { with_signal, without } = plan.expected_defects;
	const expected = (cell: Cell) =>
		plan.allocation === 'proportional' ? 0.5 : cell.risky ? with_signal : without;
	const first = neyman(
		used.map((cell) => ({ population: cell.population, expected: expected(cell) })),
		wanted
	);
	const second = neyman(
		used.map((cell, index) => ({
			population: cell.risky ? cell.population - first[index]! : 0,
			expected: expected(cell)
		})),
		risk
	);
	const targeted = second.reduce((sum, n) => sum + n, 0);
	if (targeted < risk && everybody > 0 && random + risk <= everybody)
		notes.push(
			`The plan asks for ${risk} more with a risk signal; there are only ${targeted}: all are drawn.`
		);
	return {
		cells: used.map((cell, index) => ({ ...cell, random: first[index]!, risk: second[index]! })),
		byStratum,
		notes
	};
}
