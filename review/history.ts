/** What changed from one version of a review to the next. Pure. */
import type { Answers } from './mark';

export interface VersionOfMarks {
	answers: Answers;
	rootCauses: readonly string[];
	note: string | null;
	finished: boolean;
}

export interface Changed {
	/** Criterion, with the answer before and after; null where there was or is none. */
	answers: { criterion: string; from: string | null; to: string | null }[];
	causesAdded: string[];
	causesRemoved: string[];
	note: boolean;
	/** It became finished, or a draft again. */
	finished: boolean | null;
}

const NOTHING: VersionOfMarks = { answers: {}, rootCauses: [], note: null, finished: false };

/** Against nothing where there was no version before. */
export function changedSince(before: VersionOfMarks | undefined, after: VersionOfMarks): Changed {
	const old = before ?? NOTHING;
	const criteria = [...new Set([...Object.keys(old.answers), ...Object.keys(after.answers)])];
	return {
		answers: criteria
			.map((criterion) => ({
				criterion,
				from: old.answers[criterion] ?? null,
				to: after.answers[criterion] ?? null
			}))
			.filter(({ from, to }) => from !== to),
		causesAdded: after.rootCauses.filter((cause) => !old.rootCauses.includes(cause)),
		causesRemoved: old.rootCauses.filter((cause) => !after.rootCauses.includes(cause)),
		note: old.note !== after.note,
		finished: old.finished === after.finished ? null : after.finished
	};
}

/**
 * Whether a viewer may see what others marked: a double review is blind until the viewer's own is finished, or until
 * nobody is to score it any more.
 */
export function mayRead(
	{ twoReviewers }: { twoReviewers: boolean },
	finishedBy: readonly string[],
	viewer: string
): boolean {
	return !twoReviewers || finishedBy.length >= 2 || finishedBy.includes(viewer);
}
