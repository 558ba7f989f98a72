/**
 * What the reviews of a plan come to, over all its drawn weeks. Touches the database; the arithmetic is in the pure
 * modules. Drafts count nowhere.
 */
import type { Warehouse } from '../warehouse/warehouse.server';
import { agreement, type Agreement, type Graded } from './agreement';
import { estimate, type CellSize, type Estimate, type ReviewedItem } from './estimate';
import { judgeGate, type Gate } from './judge-gate';
import type { SavedReview } from './desk.server';
import type { Plan } from './plan';
import type { Answers } from './mark';
import type { Rubric } from './rubric';
import judgedSql from './sql/judged.sql?raw';
import progressSql from './sql/progress.sql?raw';
import reviewedSql from './sql/reviewed.sql?raw';

export interface Results {
	estimate: Estimate;
	agreement: Agreement;
	judges: ({ judge: string } & Gate)[];
}

export async function results(warehouse: Warehouse, plan: Plan, rubric: Rubric): Promise<Results> {
	const of = { plan: plan.name };
	const [cells, items, graded, judged] = await Promise.all([
		warehouse.all<CellSize>(
			'SELECT week, stratum, risky, population, random + risk AS drawn FROM review.cell WHERE plan = $plan',
			of
		),
		warehouse.all<ReviewedItem>(reviewedSql, of),
		warehouse.all<Omit<Graded, 'answers'> & { answers: string }>(
			`SELECT s.item, l.reviewer, l.answers, l.defect FROM review.standing AS s
				JOIN review.own AS l ON l.item = s.item AND l.finished
			WHERE s.plan = $plan AND s.two_reviewers ORDER BY s.item, l.reviewer`,
			of
		),
		warehouse.all<{ judge: string; verdict: boolean; truth: boolean }>(judgedSql, of)
	]);
	const judges = [...new Set(judged.map(({ judge }) => judge))].sort();
	return {
		estimate: estimate(cells, items, plan.tell_apart),
		agreement: agreement(
			rubric,
			graded.map((row) => ({ ...row, answers: JSON.parse(row.answers) as Answers }))
		),
		judges: judges.map((judge) => ({
			judge,
			...judgeGate(
				judged.filter((row) => row.judge === judge).map(({ verdict, truth }) => ({ judge: verdict, truth })),
				plan.judge_kappa
			)
		}))
	};
}

export interface WeekProgress {
	week: string;
	population: number;
	drawnAt: string;
	notes: string[];
	/** To review, and how many of them by two. */
	items: number;
	doubles: number;
	/** With one review at least, and with all that they need. */
	reviewed: number;
	done: number;
	/** Finished by the reviewer who asks. */
	mine: number;
	skipped: number;
}

export const progress = (warehouse: Warehouse, plan: Plan, reviewer: string): Promise<WeekProgress[]> =>
	warehouse.all<WeekProgress>(progressSql, { plan: plan.name, reviewer });

export interface ExportedReview extends SavedReview {
	source: string;
	id: string;
	week: string;
	probability: number;
	seenHash: string;
}

/** Every saved version of every review of a plan, also of items that were replaced since; oldest first. */
export async function exportReviews(warehouse: Warehouse, plan: string): Promise<ExportedReview[]> {
	const rows = await warehouse.all<Omit<ExportedReview, 'answers'> & { answers: string }>(
		`SELECT r.item, i.source, i.id, i.week, i.probability, r.reviewer, r.version, r.happened_at, r.answers, r.root_causes,
			r.note, r.finished, r.score, r.defect, r.solved, r.changed_by, r.seen_hash
		FROM review.review AS r JOIN review.item AS i USING (item)
		WHERE i.plan = $plan ORDER BY r.happened_at, r.item, r.reviewer, r.version`,
		{ plan }
	);
	return rows.map((row) => ({ ...row, answers: JSON.parse(row.answers) as Answers }));
}
