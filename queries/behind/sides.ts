/** The sides of a figure, and which of them its parts on the card are. Pure. */
import type { Evidence, Measurement } from '../measurement';

/**
 * `numerator` was counted and hit, `remainder` was counted and did not, `pending` can still change, `excluded` is a
 * contact of the window that this figure does not count. For a figure without a numerator (a mean, a median) the
 * counted are the `numerator`; the waits that never ended are the `remainder`.
 */
export const SIDES = ['numerator', 'remainder', 'pending', 'excluded'] as const;
export type Side = (typeof SIDES)[number];
export type SideCounts = Record<Side, number>;

/** Orders of the list. `value` is the row's own figure: a rating, hours, minutes, an amount. */
export const SORTS = ['newest', 'oldest', 'highest', 'lowest', 'intent', 'customer'] as const;
export type Sort = (typeof SORTS)[number];

/** How many rows the card says stand on each side, where it says so; the list must agree. */
export function sidesOf({ evidence, pending }: Measurement): Partial<SideCounts> {
	return { pending, ...SAID[evidence.kind](evidence as never) };
}

type Of<Kind extends Evidence['kind']> = Extract<Evidence, { kind: Kind }>;

const SAID: { [Kind in Evidence['kind']]: (evidence: Of<Kind>) => Partial<SideCounts> } = {
	proportion: ({ numerator, denominator }) => ({ numerator, remainder: denominator - numerator }),
	rate: ({ events, exposure }) => ({ numerator: events, remainder: exposure - events }),
	mean: ({ n }) => ({ numerator: n, remainder: 0 }),
	// Of money, so that only the rows together are said.
	ratio: () => ({}),
	distribution: ({ n, censored }) => ({ numerator: n, remainder: censored }),
	survival: ({ n, events, censored }) => ({
		numerator: events,
		remainder: n - events - censored,
		pending: censored
	})
};
