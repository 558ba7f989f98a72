/** Everything that people did with one item, in order of time. Pure. */
import { NOT_APPLICABLE, criteriaOf } from '#review/mark';
import { changedSince } from '#review/history';
import type { Rubric } from '#review/rubric';
import type { Dispute, Flag, SavedReview } from '#review/review.server';

export interface Told {
	at: string;
	who: string;
	what: string;
	/** What changed, a line each. */
	lines: string[];
	/** Words that somebody wrote. */
	words: string | null;
}

interface Sources {
	rubric: Rubric;
	drawn: { at: string; plan: string; week: string };
	reviews: readonly SavedReview[];
	comments: readonly { reviewer: string; happenedAt: string; message: number | null; text: string }[];
	flags: readonly Flag[];
	disputes: readonly Dispute[];
	skip: {
		reviewer: string;
		happenedAt: string;
		reason: string;
		note: string | null;
		byItem: string | null;
	} | null;
}

/** Titles of what a rubric calls by name; an answer that is not there is a dash. */
export function titles(rubric: Rubric) {
	const criteria = new Map(criteriaOf(rubric).map((one) => [one.name, one]));
	const causes = new Map(rubric.root_causes.map(({ name, title }) => [name, title]));
	return {
		criterion: (name: string) => criteria.get(name)?.title ?? name,
		level: (criterion: string, name: string | null) => {
			if (name === null) return '–';
			if (name === NOT_APPLICABLE) return 'Does not apply';
			return criteria.get(criterion)?.scale.find((level) => level.name === name)?.title ?? name;
		},
		cause: (name: string) => causes.get(name) ?? name
	};
}

export function story({ rubric, drawn, reviews, comments, flags, disputes, skip }: Sources): Told[] {
	const name = titles(rubric);
	const told: Told[] = [
		{
			at: drawn.at,
			who: 'Plimsoll',
			what: `drew it for ${drawn.plan}, ${drawn.week}`,
			lines: [],
			words: null
		}
	];
	const before = new Map<string, SavedReview>();
	for (const one of reviews) {
		const change = changedSince(before.get(one.reviewer), one);
		before.set(one.reviewer, one);
		const score = one.score === null ? 'no score' : `score ${one.score.toFixed(0)}`;
		told.push({
			at: one.happenedAt,
			who: one.changedBy ?? one.reviewer,
			what: one.changedBy
				? `changed the marks of ${one.reviewer} by settling a dispute, version ${one.version}, ${score}`
				: `${one.finished ? 'finished' : 'saved a draft'}, version ${one.version}, ${score}`,
			lines: [
				...change.answers.map(({ criterion, from, to }) =>
					from === null
						? `${name.criterion(criterion)} ${name.level(criterion, to)}`
						: `${name.criterion(criterion)} ${name.level(criterion, from)} → ${name.level(criterion, to)}`
				),
				...change.causesAdded.map((cause) => `Cause: ${name.cause(cause)}`),
				...change.causesRemoved.map((cause) => `No longer a cause: ${name.cause(cause)}`)
			],
			words: change.note ? (one.note ?? '(note taken out)') : null
		});
	}
	for (const { reviewer, happenedAt, message, text } of comments) {
		const where = message === null ? 'the conversation' : `message ${message + 1}`;
		told.push({ at: happenedAt, who: reviewer, what: `commented on ${where}`, lines: [], words: text });
	}
	const did = { answered: 'answered the flag', closed: 'closed the flag', reopened: 'opened the flag again' };
	for (const flag of flags) {
		told.push({
			at: flag.happenedAt,
			who: flag.reviewer,
			what: 'flagged it to ops',
			lines: [],
			words: flag.reason
		});
		for (const { kind, saidBy, happenedAt, text } of flag.events)
			told.push({ at: happenedAt, who: saidBy, what: did[kind], lines: [], words: text });
	}
	for (const one of disputes) {
		const wanted = (criterion: string) =>
			`${name.criterion(criterion)} ${name.level(criterion, one.answers[criterion] ?? null)} → ${name.level(criterion, one.wanted[criterion] ?? null)}`;
		const all = Object.keys(one.wanted);
		told.push({
			at: one.raisedAt,
			who: one.raisedBy,
			what: `disputed the marks of ${one.reviewer}, version ${one.version}`,
			lines: all.map(wanted),
			words: one.reason
		});
		if (!one.settled) continue;
		const accepted = one.accepted ?? [];
		told.push({
			at: one.decidedAt!,
			who: one.decidedBy!,
			what: outcome(all.length, accepted.length),
			lines: all.map((criterion) =>
				accepted.includes(criterion)
					? `Accepted: ${wanted(criterion)}`
					: `Not accepted: ${name.criterion(criterion)}`
			),
			words: one.decisionReason
		});
	}
	if (skip)
		told.push({
			at: skip.happenedAt,
			who: skip.reviewer,
			what: `skipped it: ${skip.reason}; ${skip.byItem ? 'another was drawn in its place' : 'nothing was left in its group'}`,
			lines: [],
			words: skip.note
		});
	return told
		.map((one, place) => ({ one, place }))
		.sort((a, b) => Date.parse(a.one.at) - Date.parse(b.one.at) || a.place - b.place)
		.map(({ one }) => one);
}

export function outcome(wanted: number, accepted: number): string {
	if (accepted === 0) return 'declined the dispute';
	if (accepted === wanted) return 'accepted the dispute';
	return `accepted ${accepted} of the ${wanted} disputed answers`;
}
