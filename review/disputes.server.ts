/**
 * Disputes of marks: somebody holds that some answers are wrong and says what they should be; somebody else accepts all
 * of it, a part, or nothing. Touches the database. What is accepted becomes a version of the review under the name of
 * who decided; what the reviewer said alone stays, and agreement is of that. While a dispute is open, and after it was
 * settled, the reviewer can't change these marks. Refuses, as a RangeError with a plain reason, everything else.
 */
import { randomUUID } from 'node:crypto';
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import { readItem, rubricOf } from './desk.server';
import { criteriaOf, mark, refusalOf, type Answers } from './mark';
import disputesSql from './sql/disputes.sql?raw';

export interface Dispute {
	dispute: string;
	item: string;
	plan: string;
	week: string;
	source: string;
	id: string;
	/** Whose marks, and which version of them. */
	reviewer: string;
	version: number;
	raisedBy: string;
	raisedAt: string;
	reason: string;
	wanted: Answers;
	/** As they were when they were disputed. */
	answers: Answers;
	settled: boolean;
	/** Criteria; null while it is open. */
	accepted: string[] | null;
	decidedBy: string | null;
	decidedAt: string | null;
	decisionReason: string | null;
	newVersion: number | null;
}

/** Open ones first, the longest waiting on top. */
export async function listDisputes(
	from: Pick<Session, 'all'>,
	{ plan = null, item = null }: { plan?: string | null; item?: string | null } = {}
): Promise<Dispute[]> {
	type Stored = Omit<Dispute, 'wanted' | 'answers'> & { wanted: string; answers: string };
	const rows = await from.all<Stored>(disputesSql, { plan, item });
	return rows.map((row) => ({
		...row,
		wanted: JSON.parse(row.wanted) as Answers,
		answers: JSON.parse(row.answers) as Answers
	}));
}

interface Standing {
	version: number;
	answers: string;
	finished: boolean;
}

async function standing(session: Session, item: string, reviewer: string): Promise<Standing> {
	const [row] = await session.all<Standing>(
		'SELECT version, answers, finished FROM review.latest WHERE item = $item AND reviewer = $reviewer',
		{ item, reviewer }
	);
	if (!row?.finished) throw new RangeError(`${reviewer} has not finished a review of this item.`);
	return row;
}

export interface DisputeRequest {
	item: string;
	reviewer: string;
	/** Criterion to the level that it should have. */
	wanted: Answers;
	by: string;
	reason: string;
	now: string;
}

/** The name of the dispute. */
export function raiseDispute(warehouse: Warehouse, request: DisputeRequest): Promise<string> {
	const { item, reviewer, wanted, now } = request;
	const [by, reason] = [request.by.trim(), request.reason.trim()];
	if (by === '') throw new RangeError('Say who you are.');
	if (reason === '') throw new RangeError('Say why these marks are wrong.');
	if (by === reviewer) throw new RangeError('These are your own marks; change them on the desk.');
	return warehouse.write(async (session) => {
		const found = await readItem(session, item);
		if (!found) throw new RangeError(`No item ${item} was ever drawn.`);
		const { version, answers } = await standing(session, item, reviewer);
		const [reviews] = await session.all<{ n: number }>(
			'SELECT count(*) AS n FROM review.latest WHERE item = $item AND finished',
			{ item }
		);
		if (found.twoReviewers && (reviews?.n ?? 0) < 2)
			throw new RangeError('A second reviewer is still to score this blind; dispute it after that.');
		const rubric = await rubricOf(session, found.plan, found.week);
		const refusal = refusalOf(rubric, wanted);
		if (refusal) throw new RangeError(refusal);
		const before = JSON.parse(answers) as Answers;
		const different = Object.fromEntries(
			Object.entries(wanted).filter(([criterion, level]) => before[criterion] !== level)
		);
		if (Object.keys(different).length === 0)
			throw new RangeError('Choose at least one answer that should be another.');
		const open = (await listDisputes(session, { item })).find(
			(one) => one.reviewer === reviewer && !one.settled
		);
		if (open)
			throw new RangeError(`${open.raisedBy} disputes these marks already; that is to be settled first.`);
		const dispute = randomUUID();
		await session.run(
			`INSERT INTO review.dispute BY NAME SELECT $dispute AS dispute, $item AS item, $reviewer AS reviewer, $version::INTEGER AS version,
				$wanted AS wanted, $by AS raised_by, $now::TIMESTAMPTZ AS raised_at, $reason AS reason`,
			{ dispute, item, reviewer, version, wanted: JSON.stringify(different), by, now, reason }
		);
		return dispute;
	});
}

export interface DisputeDecision {
	/** Criteria whose wanted answer is right; all, some or none. */
	accepted: readonly string[];
	by: string;
	reason: string;
	now: string;
}

/** The version that accepting made; null where nothing was accepted. */
export function decideDispute(
	warehouse: Warehouse,
	dispute: string,
	decision: DisputeDecision
): Promise<number | null> {
	const [by, reason] = [decision.by.trim(), decision.reason.trim()];
	if (by === '') throw new RangeError('Say who you are.');
	if (reason === '') throw new RangeError('Say why.');
	return warehouse.write(async (session) => {
		const found = (await listDisputes(session)).find((one) => one.dispute === dispute);
		if (!found) throw new RangeError(`There is no dispute ${dispute}.`);
		const { item, reviewer, plan, week, wanted } = found;
		if (found.settled) throw new RangeError(`${found.decidedBy} has settled this dispute already.`);
		if (by === found.raisedBy || by === reviewer)
			throw new RangeError('Somebody who neither raised it nor gave the marks decides.');
		const accepted = [...new Set(decision.accepted)];
		const foreign = accepted.find((criterion) => wanted[criterion] === undefined);
		if (foreign !== undefined) throw new RangeError(`${foreign} is not disputed.`);
		const { version, answers } = await standing(session, item, reviewer);
		const newVersion = accepted.length > 0 ? version + 1 : null;
		if (newVersion !== null) {
			const rubric = await rubricOf(session, plan, week);
			const taken = Object.fromEntries(accepted.map((criterion) => [criterion, wanted[criterion]!]));
			const settled = { ...(JSON.parse(answers) as Answers), ...taken };
			// In the rubric's order, as the desk writes them.
			const ordered = Object.fromEntries(
				criteriaOf(rubric).flatMap(({ name }) => (settled[name] === undefined ? [] : [[name, settled[name]]]))
			) as Answers;
			const { score, defect, solved } = mark(rubric, ordered);
			await session.run(
				`INSERT INTO review.review BY NAME SELECT r.* REPLACE ($newVersion::INTEGER AS version, $now::TIMESTAMPTZ AS happened_at,
					$answers AS answers, $score::DOUBLE AS score, $defect::BOOLEAN AS defect, $solved::BOOLEAN AS solved, $by AS changed_by)
				FROM review.review AS r WHERE r.item = $item AND r.reviewer = $reviewer AND r.version = $version`,
				{
					item,
					reviewer,
					version,
					newVersion,
					now: decision.now,
					answers: JSON.stringify(ordered),
					score,
					defect,
					solved,
					by
				}
			);
		}
		await session.run(
			`INSERT INTO review.dispute_decision BY NAME SELECT $dispute AS dispute, $accepted AS accepted, $by AS decided_by,
				$now::TIMESTAMPTZ AS decided_at, $reason AS reason, $newVersion::INTEGER AS new_version`,
			{ dispute, accepted, by, now: decision.now, reason, newVersion }
		);
		return newVersion;
	});
}
