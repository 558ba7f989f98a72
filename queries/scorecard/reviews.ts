/**
 * What reviewers found, weighted to the whole population that the samples were drawn from. Pure. The figures of a
 * slice are those of a domain: of a group, all its reviews say how much one of them stands for, and those of the slice
 * say what it is like.
 */
import { stratifiedMean, stratifiedShare, type Stratified } from '../statistics/stratified';
import { interval, type Found } from './found';
import type { Known, ReviewCell } from './rows';

type Sum = Exclude<keyof ReviewCell, 'plan' | 'week' | 'stratum' | 'risky'>;

export function defectRate({ reviews }: Known): Found {
	return share(reviews, 'defectX', 'defectN', 'waiting', 'Reviewers could give no score.');
}

export function notSolved({ reviews }: Known): Found {
	return share(
		reviews,
		'notSolvedX',
		'notSolvedN',
		'waitingSaidSolved',
		'Of those that the AI called solved, none was reviewed by somebody who could say.'
	);
}

export function score({ reviews: { cells, nothing } }: Known): Found {
	const sum = total(cells);
	const found = stratifiedMean(
		cells.map((cell) => ({
			...sizeOf(cell),
			counted: cell.scoreN,
			sum: cell.scoreSum,
			sumOfSquares: cell.scoreSumOfSquares
		})),
		[0, 100]
	);
	return {
		evidence: {
			kind: 'mean',
			n: sum('scoreN'),
			sum: sum('scoreSum'),
			sumOfSquares: sum('scoreSumOfSquares'),
			parts: partsOf(cells, found, null)
		},
		value: found.value,
		interval: interval(found.low, found.high, 'stratified_normal'),
		pending: sum('waiting'),
		n: sum('scoreN'),
		nothing: cells.length > 0 ? 'Reviewers could give no score.' : nothing,
		waiting: waitingOf(sum('waiting'), sum('drawn'))
	};
}

function share(
	{ cells, nothing }: Known['reviews'],
	hits: Sum,
	counted: Sum,
	waiting: Sum,
	unanswered: string
): Found {
	const sum = total(cells);
	const found = stratifiedShare(
		cells.map((cell) => ({ ...sizeOf(cell), counted: cell[counted], hits: cell[hits] }))
	);
	return {
		evidence: {
			kind: 'proportion',
			numerator: sum(hits),
			denominator: sum(counted),
			parts: partsOf(cells, found, found.effectiveN)
		},
		value: found.value,
		interval: interval(found.low, found.high, 'stratified_wilson'),
		pending: sum(waiting),
		n: sum(counted),
		nothing: cells.length > 0 ? unanswered : nothing,
		waiting: waitingOf(sum(waiting), sum('drawn'))
	};
}

const total = (cells: readonly ReviewCell[]) => (key: Sum) => cells.reduce((sum, cell) => sum + cell[key], 0);
const sizeOf = ({ population, n }: ReviewCell) => ({ population, n });

function waitingOf(waiting: number, drawn: number): string {
	if (waiting === 0) return '';
	return waiting === drawn
		? `None of ${drawn} that were drawn ${drawn === 1 ? 'is' : 'are'} reviewed yet.`
		: `${waiting} of ${drawn} that were drawn ${waiting === 1 ? 'is' : 'are'} not reviewed yet.`;
}

/** `covered` counts groups of which nothing was drawn as if all of them lay in the slice. */
function partsOf(cells: readonly ReviewCell[], found: Stratified, effectiveN: number | null) {
	if (cells.length === 0) return {};
	const sum = total(cells);
	const undrawn = new Map(cells.map(({ plan, week, undrawn: left }) => [JSON.stringify([plan, week]), left]));
	const size = sum('population') + [...undrawn.values()].reduce((all, one) => all + one, 0);
	const seen = cells.reduce((all, { population, n }) => all + (n > 0 ? population : 0), 0);
	return {
		drawn: sum('drawn'),
		population: size,
		covered: seen / size,
		naive: found.unweighted,
		...(effectiveN !== null && { effective_n: effectiveN })
	};
}
