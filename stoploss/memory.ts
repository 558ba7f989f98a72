/**
 * What was known when. Pure: gives, for an instant, whatever is built from the rows that had come by then and from
 * the baseline that was in force. Builds anew only when something has come in between; keeps the last one built.
 */
import type { DailyCohort, KnownCohort } from '../queries/measurement';
import type { BaselineVersion, FrozenBaseline } from './baseline';

/** `null` asks with all that is known today. */
export function memoryOf<Built>(
	cohorts: readonly KnownCohort[],
	frozen: readonly BaselineVersion[],
	build: (known: readonly DailyCohort[], frozen: FrozenBaseline | null) => Built
): (at: string | null) => Built {
	const rows = cohorts.filter(({ n, x }) => n !== 0 || x !== 0);
	const prompt = rows.filter(({ knownAt }) => !knownAt);
	const late = rows
		.flatMap((row) => (row.knownAt ? [{ row, at: Date.parse(row.knownAt) }] : []))
		.sort((a, b) => a.at - b.at);
	const versions = frozen.map(({ from, baseline }) => ({ at: Date.parse(from), baseline }));
	let last: { key: string; built: Built } | null = null;
	return (at) => {
		const now = at === null ? Infinity : Date.parse(at);
		const arrived = countUpTo(late, now);
		const version = versions.findLastIndex((one) => one.at <= now);
		const key = `${arrived}|${version}`;
		if (last?.key !== key) {
			const known = [...prompt, ...late.slice(0, arrived).map(({ row }) => row)];
			last = { key, built: build(known, versions[version]?.baseline ?? null) };
		}
		return last.built;
	};
}

/** How many of the sorted arrivals lie at or before an instant. */
function countUpTo(arrivals: readonly { at: number }[], now: number): number {
	let low = 0;
	let high = arrivals.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (arrivals[middle]!.at <= now) low = middle + 1;
		else high = middle;
	}
	return low;
}
