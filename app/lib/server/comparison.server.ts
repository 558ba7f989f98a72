/** Resolves what a comparison is asked for: weeks, or the baseline. Touches the database. */
import { compareSides, Refusal, spanOf, watermark, weeksPresent } from '#queries/queries.server';
import type { Comparison, SideFilter } from '#queries/queries.server';
import type { Window } from '#queries/measurement';
import type { Warehouse } from '#warehouse/warehouse.server';
import { BASELINE, SPAN } from '$lib/comparison';
import { baselinePeriod, type BaselinePeriod } from './baselines.server';
import { calendar, limits, policy } from './plimsoll.server';

interface SideWish {
	/** As SPAN or BASELINE. */
	span: string;
	filter: SideFilter;
}

export interface ComparisonFound extends Comparison {
	/** What `baseline` means here; null while there is none. */
	baseline: BaselinePeriod | null;
	/** Weeks of the log, in order. */
	weeks: string[];
	asOf: string | null;
}

/** Refuses what is no span, weeks that a year does not have or that run backwards, and a baseline that there is not yet. */
export async function comparisonNow(
	db: Warehouse,
	{ first, second, asOf }: { first: SideWish; second: SideWish; asOf?: string | undefined }
): Promise<ComparisonFound> {
	const zone = calendar();
	const [weeks, until] = await Promise.all([weeksPresent(db, zone), watermark(db)]);
	const baseline = await baselinePeriod(db, policy(), { calendar: zone, weeks });
	const windowOf = ({ span }: SideWish, field: string): Window => {
		if (span === BASELINE) {
			if (!baseline)
				throw new Refusal(
					'There is no baseline yet.',
					'It takes eight whole weeks of the log, or a period frozen by hand.',
					{ field, value: span, nearest: [] }
				);
			return { since: baseline.since, until: baseline.until };
		}
		const near = weeks.slice(-5).toReversed();
		if (!SPAN.test(span))
			throw new Refusal(`Not weeks: ${span}.`, `Write 2026-W10, 2026-W06..2026-W09 or ${BASELINE}.`, {
				field,
				value: span,
				nearest: near
			});
		try {
			return spanOf(zone, span);
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
			throw new Refusal(error.message, 'Name weeks that there are, the earlier one first.', {
				field,
				value: span,
				nearest: near
			});
		}
	};
	const found = await compareSides(db, {
		first: { window: windowOf(first, 'week'), filter: first.filter },
		second: { window: windowOf(second, 'against'), filter: second.filter },
		asOf,
		calendar: zone,
		limits: limits()
	});
	return { ...found, baseline, weeks, asOf: asOf ?? until };
}
