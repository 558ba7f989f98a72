/**
 * Why did a share move? Counts of two windows by segment -> the part that comes from the segments' rates and the part
 * that comes from their mix. Pure. Kitagawa (1955) through `statistics/kitagawa.ts`: the two parts add up to the
 * change, and each segment's parts add up to its contribution.
 *
 * The interval of a rate part is that of a weighted difference of shares, w²[ã(1 - ã)/n₁ + ã(1 - ã)/n₂] with
 * ã = (x + 1)/(n + 2), the mix taken as it was: it covers chance in who answered, not swings from day to day, which the
 * stop-loss adds. A segment that stands in one window only has no rate to compare: all of it is mix, without interval.
 */
import type { Dimension } from '../../warehouse/vocabulary';
import { directStandardised, type StandardisedRate } from '../statistics/direct-standardisation';
import { kitagawa } from '../statistics/kitagawa';
import { Z_95 } from '../statistics/wilson';

export interface Count {
	x: number;
	n: number;
}

export interface SegmentCounts {
	/** Value of the dimension; a null in the log is `(none)`. */
	segment: string;
	before: Count;
	after: Count;
}

export type Presence = 'both' | 'only_before' | 'only_after';

export interface Part {
	value: number;
	/** null where there is nothing to compare, so nothing that chance could have moved. */
	interval: { low: number; high: number } | null;
}

export interface SegmentPart extends SegmentCounts {
	presence: Presence;
	/** Share of the window's rows in this segment, 0..1. */
	shareBefore: number;
	shareAfter: number;
	rate: Part;
	mix: number;
	/** rate + mix: what this segment did to the whole. */
	contribution: number;
	/** 1 is the segment whose rate moved the whole most, whichever way; ties share the order of names. */
	rateRank: number;
	mixRank: number;
}

export interface Decomposition {
	dimension: Dimension;
	before: number;
	after: number;
	change: number;
	rate: Part;
	mix: number;
	/** Both windows as they would be with the earlier window's mix; segments without rows in either are left out. */
	adjusted: { before: StandardisedRate; after: StandardisedRate } | null;
	/** By the size of their rate part. */
	segments: SegmentPart[];
}

/** null when a window holds no rows. */
export function decompose(dimension: Dimension, rows: readonly SegmentCounts[]): Decomposition | null {
	const split = kitagawa(
		rows.map(({ segment, before, after }) => ({
			intent: segment,
			n1: before.n,
			x1: before.x,
			n2: after.n,
			x2: after.x
		}))
	);
	if (!split) return null;
	const counted = new Map(rows.map((row) => [row.segment, row]));
	const all = { before: 0, after: 0 };
	for (const { before, after } of rows) {
		all.before += before.n;
		all.after += after.n;
	}
	let variance = 0;
	const unranked = split.parts.map((part) => {
		const { before, after } = counted.get(part.intent)!;
		const shareBefore = before.n / all.before;
		const shareAfter = after.n / all.after;
		const presence: Presence = before.n === 0 ? 'only_after' : after.n === 0 ? 'only_before' : 'both';
		const v =
			presence === 'both' ? ((shareBefore + shareAfter) / 2) ** 2 * (smooth(before) + smooth(after)) : 0;
		variance += v;
		return {
			segment: part.intent,
			before,
			after,
			presence,
			shareBefore,
			shareAfter,
			rate: { value: part.within, interval: presence === 'both' ? around(part.within, v) : null },
			mix: part.mix,
			contribution: part.contribution
		};
	});
	const byRate = ranks(unranked, (part) => part.rate.value);
	const byMix = ranks(unranked, (part) => part.mix);
	const segments = unranked
		.map((part) => ({
			...part,
			rateRank: byRate.get(part.segment)!,
			mixRank: byMix.get(part.segment)!
		}))
		.sort((a, b) => a.rateRank - b.rateRank);
	return {
		dimension,
		before: split.rate1,
		after: split.rate2,
		change: split.total,
		rate: { value: split.within, interval: variance > 0 ? around(split.within, variance) : null },
		mix: split.mix,
		adjusted: adjustedFor(unranked),
		segments
	};
}

/** Both windows need a rate in a segment, or the two adjusted figures would be of different things. */
function adjustedFor(parts: readonly (SegmentCounts & { presence: Presence; shareBefore: number })[]) {
	const strata = (side: 'before' | 'after') =>
		parts.map((part) => ({
			x: part[side].x,
			n: part.presence === 'both' ? part[side].n : 0,
			weight: part.shareBefore
		}));
	const before = directStandardised(strata('before'));
	const after = directStandardised(strata('after'));
	return before && after ? { before, after } : null;
}

function smooth({ x, n }: Count): number {
	const p = (x + 1) / (n + 2);
	return (p * (1 - p)) / n;
}

function around(value: number, variance: number) {
	const half = Z_95 * Math.sqrt(variance);
	return { low: value - half, high: value + half };
}

function ranks<Row extends { segment: string }>(rows: readonly Row[], of: (row: Row) => number) {
	const ordered = [...rows].sort(
		(a, b) => Math.abs(of(b)) - Math.abs(of(a)) || (a.segment < b.segment ? -1 : 1)
	);
	return new Map(ordered.map(({ segment }, at) => [segment, at + 1]));
}
