/**
 * How far two reviewers of the same conversation agree. Pure. Per criterion: raw agreement and ordinal alpha with its
 * interval; over all: kappa of the verdict "defect". Fewer than 30 double reviews give figures and no judgement.
 */
import { NOT_APPLICABLE, criteriaOf, type Answers } from './mark';
import type { Rubric } from './rubric';
import { kappa } from './statistics/kappa';
import { alphaInterval, krippendorff, type Unit } from './statistics/krippendorff';

export const ENOUGH_DOUBLES = 30;

export interface Graded {
	item: string;
	reviewer: string;
	answers: Answers;
	defect: boolean | null;
}

export interface CriterionAgreement {
	criterion: string;
	title: string;
	pairs: number;
	/** Same answer, "not applicable" included. */
	same: number;
	alpha: number | null;
	low: number | null;
	high: number | null;
	status: 'measured' | 'no_variation' | 'nothing_to_compare';
}

export interface Agreement {
	doubles: number;
	enough: boolean;
	sameVerdict: number;
	verdictKappa: number | null;
	verdictLow: number | null;
	verdictHigh: number | null;
	criteria: CriterionAgreement[];
}

export function agreement(rubric: Rubric, reviews: readonly Graded[]): Agreement {
	const byItem = new Map<string, Graded[]>();
	for (const review of reviews) byItem.set(review.item, [...(byItem.get(review.item) ?? []), review]);
	const doubles = [...byItem.values()].filter((of) => of.length > 1);
	const table = [
		[0, 0],
		[0, 0]
	];
	let sameVerdict = 0;
	for (const [one, two] of doubles) {
		if (one!.defect === two!.defect) sameVerdict++;
		if (one!.defect !== null && two!.defect !== null) table[Number(one!.defect)]![Number(two!.defect)]!++;
	}
	const verdict = kappa(table);
	return {
		doubles: doubles.length,
		enough: doubles.length >= ENOUGH_DOUBLES,
		sameVerdict,
		verdictKappa: verdict.kappa,
		verdictLow: verdict.low,
		verdictHigh: verdict.high,
		criteria: criteriaOf(rubric).map(({ name, title, scale }) => {
			const units: Unit[] = doubles.map((of) =>
				of.map(({ answers }) => {
					const answer = answers[name];
					if (answer === undefined || answer === NOT_APPLICABLE) return null;
					// A level of an older version that is gone has no place on this scale.
					const place = scale.findIndex((level) => level.name === answer);
					return place < 0 ? null : place;
				})
			);
			// Two reviewers whom an older version did not ask have not given the same answer.
			const asked = doubles.filter((of) => of.every(({ answers }) => answers[name] !== undefined));
			const found = krippendorff(units, 'ordinal');
			const interval = alphaInterval(units, 'ordinal');
			return {
				criterion: name,
				title,
				pairs: asked.length,
				same: asked.filter(([one, two]) => one!.answers[name] === two!.answers[name]).length,
				alpha: found.alpha,
				low: interval?.low ?? null,
				high: interval?.high ?? null,
				status: found.status
			};
		})
	};
}
