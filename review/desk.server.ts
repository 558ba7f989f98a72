/**
 * The reviewers' desk: hands out items, keeps what they decide. Touches the database.
 * Marks are rows that are added, never rewritten: the last version counts, the others are its history. An item is
 * held by one reviewer at a time (two where it is a blind double review); taking and saving happen in the one writer
 * queue, so that two can't take the same. Refuses, as a RangeError with a plain reason, whatever the draw, the rubric
 * or another reviewer's hold does not allow.
 */
import type { RiskSignal, SamplePart, SkipReason } from '../warehouse/vocabulary';
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import { mark, refusalOf, unanswered, type Answers } from './mark';
import type { Rubric } from './rubric';
import itemSql from './sql/item.sql?raw';
import nextSql from './sql/next-item.sql?raw';
import replaceSql from './sql/replace-item.sql?raw';

/** A reviewer who walks away frees the item after this long. */
const LEASE_MINUTES = 30;

export interface Who {
	reviewer: string;
	now: string;
}

/** Whether the conversation is still the one that was seen. */
export type Seen = 'same' | 'changed' | 'deleted';

export interface DeskItem {
	item: string;
	plan: string;
	week: string;
	source: string;
	id: string;
	stratum: string;
	risky: boolean;
	signals: RiskSignal[];
	part: SamplePart;
	probability: number;
	twoReviewers: boolean;
	/** Version of the conversation as it stands; null where it was deleted. */
	contentHash: string | null;
	/** Conversations in its cell, and how many of them were drawn. */
	cellPopulation: number;
	cellDrawn: number;
	/** Against the version that was drawn. */
	sinceDrawn: Seen;
	replaced: boolean;
}

/**
 * The next item for a reviewer, held for them; null when nothing is left. `after` is the item that they are at: it stays
 * theirs, and the one that follows is taken ahead, so that it can be fetched meanwhile.
 */
export async function takeNext(
	warehouse: Warehouse,
	of: { plan: string; week: string; reviewers: readonly string[]; after?: string | null },
	{ reviewer, now }: Who
): Promise<string | null> {
	mayReview(of.reviewers, reviewer);
	const after = of.after ?? null;
	return warehouse.write(async (session) => {
		if (after !== null)
			await session.run(
				`UPDATE review.lease SET until = $now::TIMESTAMPTZ + to_minutes(${LEASE_MINUTES})
				WHERE item = $after AND reviewer = $reviewer AND until > $now::TIMESTAMPTZ`,
				{ after, reviewer, now }
			);
		const [next] = await session.all<{ item: string }>(nextSql, {
			plan: of.plan,
			week: of.week,
			reviewer,
			now,
			after
		});
		if (!next) return null;
		await hold(session, next.item, { reviewer, now });
		return next.item;
	});
}

export function mayReview(reviewers: readonly string[], reviewer: string): void {
	if (reviewer.trim() === '') throw new RangeError('Say who reviews.');
	if (reviewers.length > 0 && !reviewers.includes(reviewer))
		throw new RangeError(`${reviewer} is not among the reviewers of this plan; earlier reviews stay.`);
}

const hold = (session: Session, item: string, { reviewer, now }: Who) =>
	session.run(
		`INSERT INTO review.lease SELECT $item, $reviewer, $now::TIMESTAMPTZ + to_minutes(${LEASE_MINUTES})
		ON CONFLICT (item, reviewer) DO UPDATE SET until = excluded.until`,
		{ item, reviewer, now }
	);

/** null for an item that was never drawn. */
export async function readItem(from: Pick<Session, 'all'>, item: string): Promise<DeskItem | null> {
	const [row] = await from.all<DeskItem>(itemSql, { item });
	return row ?? null;
}

/** Refuses an item that was never drawn. */
export async function planOfItem(warehouse: Warehouse, item: string): Promise<string> {
	const found = await readItem(warehouse, item);
	if (!found) throw new RangeError(`No item ${item} was ever drawn.`);
	return found.plan;
}

export async function rubricOf(from: Pick<Session, 'all'>, plan: string, week: string): Promise<Rubric> {
	const [row] = await from.all<{ rubric: string }>(
		'SELECT rubric FROM review.draw WHERE plan = $plan AND week = $week',
		{ plan, week }
	);
	if (!row) throw new RangeError(`${plan} was not drawn for ${week}.`);
	return JSON.parse(row.rubric) as Rubric;
}

/** The item, if this reviewer may work on it now. */
async function workable(session: Session, item: string, { reviewer, now }: Who): Promise<DeskItem> {
	const found = await readItem(session, item);
	if (!found) throw new RangeError(`No item ${item} was ever drawn.`);
	if (found.replaced) throw new RangeError('This item was skipped and replaced.');
	const [others] = await session.all<{ n: number }>(
		`SELECT count(DISTINCT reviewer) AS n FROM (
			SELECT reviewer FROM review.latest WHERE item = $item AND finished
			UNION ALL SELECT reviewer FROM review.lease WHERE item = $item AND until > $now::TIMESTAMPTZ
		) WHERE reviewer <> $reviewer`,
		{ item, reviewer, now }
	);
	if ((others?.n ?? 0) >= (found.twoReviewers ? 2 : 1))
		throw new RangeError('Another reviewer has this item; take the next one.');
	return found;
}

export interface Draft {
	answers: Answers;
	rootCauses?: readonly string[];
	note?: string | null;
	/** Version of the conversation that was on the screen; missing means the one that stands. */
	seen?: string | null;
	/** An unfinished review is a saved draft; it counts nowhere yet. */
	finished: boolean;
}

export interface SavedReview {
	item: string;
	reviewer: string;
	version: number;
	happenedAt: string;
	answers: Answers;
	rootCauses: string[];
	note: string | null;
	finished: boolean;
	score: number | null;
	defect: boolean | null;
	solved: boolean | null;
	/** Who settled a dispute by this version; null where it is the reviewer's own. */
	changedBy: string | null;
}

export interface Saved {
	version: number;
	/** Whether the conversation is still the one that was on the screen. */
	sinceSeen: Seen;
}

/** Adds a version; the same content again adds nothing. */
export function saveReview(warehouse: Warehouse, item: string, draft: Draft, who: Who): Promise<Saved> {
	return warehouse.write(async (session) => {
		const { plan, week, sinceDrawn, contentHash, source, id } = await workable(session, item, who);
		const rubric = await rubricOf(session, plan, week);
		const refusal = refusalOf(rubric, draft.answers);
		if (refusal) throw new RangeError(refusal);
		const known = new Set(rubric.root_causes.map(({ name }) => name));
		const unknown = draft.rootCauses?.find((name) => !known.has(name));
		if (unknown) throw new RangeError(`${rubric.rubric} has no root cause ${unknown}.`);
		const [open] = unanswered(rubric, draft.answers);
		if (draft.finished && open) throw new RangeError(`Not answered yet: ${open.title}`);
		if (draft.finished && sinceDrawn === 'deleted')
			throw new RangeError('This conversation was deleted; skip it, and another is drawn in its place.');
		const { score, defect, solved } = mark(rubric, draft.answers);
		const [last] = await latest(session, item, who.reviewer);
		const [disputed] = await session.all<{ raisedBy: string; decidedBy: string | null }>(
			`SELECT d.raised_by, s.decided_by FROM review.dispute AS d LEFT JOIN review.dispute_decision AS s ON s.dispute = d.dispute
			WHERE d.item = $item AND d.reviewer = $reviewer ORDER BY d.raised_at DESC LIMIT 1`,
			{ item, reviewer: who.reviewer }
		);
		if (disputed)
			throw new RangeError(
				disputed.decidedBy
					? `${disputed.decidedBy} has settled a dispute of these marks; only another dispute changes them.`
					: `${disputed.raisedBy} disputes these marks; they can't be changed until that is settled.`
			);
		const seenHash = draft.seen ?? contentHash ?? 'deleted';
		if (seenHash !== contentHash && seenHash !== 'deleted') {
			const known = await session.all(
				'SELECT 1 AS one FROM log.conversation WHERE source = $source AND id = $id AND content_hash::VARCHAR = $seenHash LIMIT 1',
				{ source, id, seenHash }
			);
			if (known.length === 0) throw new RangeError(`There never was a version ${seenHash} of ${id}.`);
		}
		const sinceSeen: Seen = contentHash === null ? 'deleted' : contentHash === seenHash ? 'same' : 'changed';
		const content = [draft.answers, draft.rootCauses ?? [], draft.note ?? null, draft.finished];
		const before = last && [last.answers, last.rootCauses, last.note, last.finished];
		await hold(session, item, who);
		if (last && JSON.stringify(before) === JSON.stringify(content))
			return { version: last.version, sinceSeen };
		const version = (last?.version ?? 0) + 1;
		await session.run(
			`INSERT INTO review.review BY NAME SELECT $item AS item, $reviewer AS reviewer, $version::INTEGER AS version,
				$now::TIMESTAMPTZ AS happened_at, $answers AS answers, $rootCauses AS root_causes, $note AS note,
				$finished AS finished, $score::DOUBLE AS score, $defect::BOOLEAN AS defect, $solved::BOOLEAN AS solved,
				$seenHash AS seen_hash`,
			{
				item,
				...who,
				version,
				answers: JSON.stringify(draft.answers),
				rootCauses: [...(draft.rootCauses ?? [])],
				note: draft.note ?? null,
				finished: draft.finished,
				score,
				defect,
				solved,
				seenHash
			}
		);
		return { version, sinceSeen };
	});
}

type Stored = Omit<SavedReview, 'answers'> & { answers: string };
const COLUMNS =
	'item, reviewer, version, happened_at, answers, root_causes, note, finished, score, defect, solved, changed_by';
const decode = (row: Stored): SavedReview => ({ ...row, answers: JSON.parse(row.answers) as Answers });

async function latest(from: Pick<Session, 'all'>, item: string, reviewer: string): Promise<SavedReview[]> {
	const rows = await from.all<Stored>(
		`SELECT ${COLUMNS} FROM review.latest WHERE item = $item AND reviewer = $reviewer`,
		{ item, reviewer }
	);
	return rows.map(decode);
}

/** What this reviewer saved last; null where nothing. The other's marks of a blind double review are not here. */
export const myReview = async (
	warehouse: Warehouse,
	item: string,
	reviewer: string
): Promise<SavedReview | null> => (await latest(warehouse, item, reviewer))[0] ?? null;

/** Every saved state of an item, by everybody, oldest first. */
export async function reviewHistory(warehouse: Warehouse, item: string): Promise<SavedReview[]> {
	const rows = await warehouse.all<Stored>(
		`SELECT ${COLUMNS} FROM review.review WHERE item = $item ORDER BY happened_at, reviewer, version`,
		{ item }
	);
	return rows.map(decode);
}

/** Takes an item out of the sample and calls in the next reserve of its cell; null where the cell has none left. */
export function skipItem(
	warehouse: Warehouse,
	item: string,
	why: { reason: SkipReason; note?: string | null },
	who: Who
): Promise<string | null> {
	return warehouse.write(async (session) => {
		await workable(session, item, who);
		const [done] = await session.all<{ reviewer: string }>(
			'SELECT reviewer FROM review.latest WHERE item = $item AND finished LIMIT 1',
			{ item }
		);
		if (done) throw new RangeError(`${done.reviewer} has reviewed this item; it can't be skipped any more.`);
		const [row] = await session.all<{ byItem: string | null }>(replaceSql, {
			item,
			...who,
			reason: why.reason,
			note: why.note ?? null
		});
		return row?.byItem ?? null;
	});
}

/** A remark on one message, or on the whole conversation where `message` is null. */
export function commentOn(
	warehouse: Warehouse,
	item: string,
	{ message, text }: { message: number | null; text: string },
	{ reviewer, now }: Who
): Promise<void> {
	if (text.trim() === '') throw new RangeError('The comment is empty.');
	return warehouse.write(async (session) => {
		if (!(await readItem(session, item))) throw new RangeError(`No item ${item} was ever drawn.`);
		await session.run(
			'INSERT INTO review.comment SELECT $item, $reviewer, $now::TIMESTAMPTZ, $message::INTEGER, $text',
			{ item, reviewer, now, message, text }
		);
	});
}

/** Tells ops that something here can't wait for the weekly figures. */
export function flagItem(
	warehouse: Warehouse,
	item: string,
	reason: string,
	{ reviewer, now }: Who
): Promise<void> {
	if (reason.trim() === '') throw new RangeError('Say what ops should look at.');
	return warehouse.write(async (session) => {
		if (!(await readItem(session, item))) throw new RangeError(`No item ${item} was ever drawn.`);
		await session.run('INSERT INTO review.flag SELECT $item, $reviewer, $now::TIMESTAMPTZ, $reason', {
			item,
			reviewer,
			now,
			reason
		});
	});
}

export interface Remark {
	reviewer: string;
	happenedAt: string;
	message: number | null;
	text: string;
}

/** Everybody's comments on an item, oldest first. */
export const commentsOn = (warehouse: Warehouse, item: string) =>
	warehouse.all<Remark>(
		'SELECT reviewer, happened_at, message, text FROM review.comment WHERE item = $item ORDER BY happened_at, reviewer',
		{ item }
	);

export interface Skip {
	reviewer: string;
	happenedAt: string;
	reason: SkipReason;
	note: string | null;
	byItem: string | null;
}

/** null for an item that nobody skipped. */
export async function skipOf(warehouse: Warehouse, item: string): Promise<Skip | null> {
	const [row] = await warehouse.all<Skip>(
		'SELECT reviewer, happened_at, reason, note, by_item FROM review.replacement WHERE item = $item',
		{ item }
	);
	return row ?? null;
}

/** A reviewer's own comments and flags on an item, oldest first. */
export async function remarks(warehouse: Warehouse, item: string, reviewer: string) {
	const [comments, flags] = await Promise.all([
		warehouse.all<Remark>(
			'SELECT reviewer, happened_at, message, text FROM review.comment WHERE item = $item AND reviewer = $reviewer ORDER BY happened_at',
			{ item, reviewer }
		),
		warehouse.all<{ reviewer: string; happenedAt: string; reason: string }>(
			'SELECT reviewer, happened_at, reason FROM review.flag WHERE item = $item AND reviewer = $reviewer ORDER BY happened_at',
			{ item, reviewer }
		)
	]);
	return { comments, flags };
}
