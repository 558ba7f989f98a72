/** A Measurement as one flat row, for CSV and Arrow alike. Pure. What a kind of evidence does not have is null. */
import type { Evidence, Measurement } from '#queries/measurement';
import { DIMENSIONS, type Dimension } from '#warehouse/vocabulary';

/** What was counted: the denominator, the exposure, or the values observed. */
export function evidenceSize(evidence: Evidence): number {
	if (evidence.kind === 'proportion') return evidence.denominator;
	return evidence.kind === 'rate' ? evidence.exposure : evidence.n;
}

type Counted = Record<'numerator' | 'denominator' | 'per' | 'censored' | 'p50' | 'p90', number | null> & {
	currency: string | null;
};

const NONE: Counted = {
	numerator: null,
	denominator: null,
	per: null,
	censored: null,
	p50: null,
	p90: null,
	currency: null
};

function counted(evidence: Evidence): Counted {
	switch (evidence.kind) {
		case 'proportion':
			return { ...NONE, numerator: evidence.numerator, denominator: evidence.denominator };
		case 'mean':
			return {
				...NONE,
				numerator: evidence.sum,
				denominator: evidence.n,
				currency: evidence.currency ?? null
			};
		case 'ratio':
			return {
				...NONE,
				numerator: evidence.numerator,
				denominator: evidence.denominator,
				currency: evidence.currency ?? null
			};
		case 'survival':
			return {
				...NONE,
				numerator: evidence.events,
				denominator: evidence.n,
				censored: evidence.censored
			};
		case 'rate':
			return { ...NONE, numerator: evidence.events, denominator: evidence.exposure, per: evidence.per };
		case 'distribution':
			return { ...NONE, censored: evidence.censored, p50: evidence.p50, p90: evidence.p90 };
	}
}

/** `covered` and `unweighted` are of figures that are weighted to a population that was sampled. */
export function measurementRow({ evidence, interval, slice, window, ...one }: Measurement) {
	const dimensions = Object.fromEntries(
		DIMENSIONS.map((dimension) => [dimension, slice[dimension] ?? null])
	) as Record<Dimension, string | null>;
	return {
		metric: one.metric,
		week: window.week ?? null,
		since: window.since,
		until: window.until,
		...dimensions,
		value: one.value,
		unit: one.unit,
		low: interval?.low ?? null,
		high: interval?.high ?? null,
		level: interval?.level ?? null,
		method: interval?.method ?? null,
		kind: evidence.kind,
		...counted(evidence),
		n: evidenceSize(evidence),
		covered: evidence.parts?.['covered'] ?? null,
		unweighted: evidence.parts?.['naive'] ?? null,
		pending: one.pending,
		status: one.status,
		reason: one.reason,
		definition: one.definition
	};
}

export type MeasurementRow = ReturnType<typeof measurementRow>;
