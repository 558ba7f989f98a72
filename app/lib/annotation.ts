/** What happened beside the numbers, as it is drawn on a time axis and listed. Pure. */
export const ANNOTATION_KINDS = ['stop_loss', 'policy', 'definition', 'gap', 'baseline'] as const;
export type AnnotationKind = (typeof ANNOTATION_KINDS)[number];

export interface Annotation {
	kind: AnnotationKind;
	/** Where it stands on the axis of the data. */
	since: string;
	/** End of a span, half open; null for what happened at once. */
	until: string | null;
	title: string;
	/** What exactly, and why; empty where the title says all. */
	detail: string;
	/** Who decided; null where nobody did. */
	by: string | null;
	/** Clock on the wall, where it is another than that of the data. */
	decidedAt: string | null;
	href: string | null;
}

export const KIND_LABELS: Record<AnnotationKind, string> = {
	stop_loss: 'Stop-loss',
	policy: 'Policy',
	definition: 'Definition',
	gap: 'Data gap',
	baseline: 'Baseline'
};

/** Weeks in a row as spans; `weeks` are in order, and each names the next one's start as its end. */
export function runsOf<Week>(
	weeks: readonly Week[],
	fits: (week: Week) => boolean
): [first: Week, last: Week][] {
	const runs: [Week, Week][] = [];
	for (const [at, week] of weeks.entries()) {
		if (!fits(week)) continue;
		const run = runs.at(-1);
		if (run && at > 0 && run[1] === weeks[at - 1]) run[1] = week;
		else runs.push([week, week]);
	}
	return runs;
}

/** Those that touch a window, oldest first; and how many of each kind lie outside of it. */
export function within(
	all: readonly Annotation[],
	{ since, until }: { since: string; until: string }
): { inside: Annotation[]; outside: Partial<Record<AnnotationKind, number>> } {
	const [from, to] = [Date.parse(since), Date.parse(until)];
	const inside: Annotation[] = [];
	const outside: Partial<Record<AnnotationKind, number>> = {};
	for (const one of all) {
		const start = Date.parse(one.since);
		const end = one.until === null ? start : Date.parse(one.until);
		if (start < to && (one.until === null ? end >= from : end > from)) inside.push(one);
		else outside[one.kind] = (outside[one.kind] ?? 0) + 1;
	}
	return { inside: inside.sort((a, b) => Date.parse(a.since) - Date.parse(b.since)), outside };
}
