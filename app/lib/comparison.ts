/**
 * A comparison as an address: two sides, each with its weeks and its own filters. Pure. The second side inherits
 * nothing from the first, so that an address says all of both.
 */
import type { Slice } from '#queries/measurement';
import { DIMENSIONS, type Dimension, type MetricName } from '#warehouse/vocabulary';
import { filterFrom } from './filters';

/** The time before automation was scaled, in the place of weeks. */
export const BASELINE = 'baseline';
/** A week such as 2026-W10, or weeks such as 2026-W06..2026-W09. */
export const SPAN = /^\d{4}-W\d{2}(\.\.\d{4}-W\d{2})?$/;
const OTHER = 'against_';

export interface SideAsked {
	/** As SPAN or BASELINE; null where the address names none. */
	span: string | null;
	slice: Slice;
}
export interface ComparisonAsked {
	first: SideAsked;
	second: SideAsked;
}

/** The name of a field of the address, on either side. */
export const fieldOf = (dimension: Dimension, second: boolean): string =>
	second ? OTHER + dimension : dimension;

export function comparisonFrom(parameters: URLSearchParams): ComparisonAsked {
	const others = new URLSearchParams(
		[...parameters]
			.filter(([name]) => name.startsWith(OTHER))
			.map(([name, value]) => [name.slice(OTHER.length), value])
	);
	return {
		first: { span: parameters.get('week') || null, slice: filterFrom(parameters, DIMENSIONS) },
		second: { span: parameters.get('against') || null, slice: filterFrom(others, DIMENSIONS) }
	};
}

/** The parameters of a comparison, in one order, without what is empty. */
export function comparisonParameters({ first, second }: ComparisonAsked): URLSearchParams {
	const parameters = new URLSearchParams();
	const set = (name: string, value: string | null | undefined) => {
		if (value) parameters.set(name, value);
	};
	set('week', first.span);
	for (const dimension of DIMENSIONS) set(fieldOf(dimension, false), first.slice[dimension]);
	set('against', second.span);
	for (const dimension of DIMENSIONS) set(fieldOf(dimension, true), second.slice[dimension]);
	return parameters;
}

export const compareHref = (asked: ComparisonAsked): string => `/compare?${comparisonParameters(asked)}`;

/** The conversations behind a figure of one side; null where the side is no single week. */
export const behindSide = ({ span, slice }: SideAsked, metric: MetricName): string | undefined =>
	span && SPAN.test(span) && !span.includes('..')
		? `/behind/${span}?${new URLSearchParams({ metric, ...slice })}`
		: undefined;
