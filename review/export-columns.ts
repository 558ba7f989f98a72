/** The columns of each export of the desk, in their order. Pure. An empty export has its header too. */
import type { ReviewExport } from '../warehouse/vocabulary';

const ABOUT = ['plan', 'week', 'item', 'source', 'id'] as const;

export const EXPORT_COLUMNS: Record<ReviewExport, readonly string[]> = {
	items: [
		...ABOUT,
		...['stratum', 'risky', 'signals', 'part', 'place', 'probability', 'cellPopulation', 'cellDrawn'],
		...['twoReviewers', 'saidSolved', 'standing', 'drawnHash', 'drawnAt']
	],
	marks: [
		...ABOUT,
		...['stratum', 'risky', 'part', 'probability', 'reviewer', 'version', 'happenedAt', 'finished', 'latest'],
		...[
			'score',
			'defect',
			'solved',
			'rootCauses',
			'note',
			'changedBy',
			'rubric',
			'rubricVersion',
			'seenHash'
		],
		'answers'
	],
	comments: [...ABOUT, 'reviewer', 'happenedAt', 'message', 'text'],
	flags: ['plan', 'week', 'flag', 'item', 'source', 'id', 'seq', 'kind', 'saidBy', 'happenedAt', 'text'],
	disputes: [
		...['plan', 'week', 'dispute', 'item', 'source', 'id', 'reviewer', 'version', 'raisedBy', 'raisedAt'],
		...['reason', 'wanted', 'accepted', 'decidedBy', 'decidedAt', 'decisionReason', 'newVersion']
	],
	skips: [...ABOUT, 'reviewer', 'happenedAt', 'reason', 'note', 'byItem']
};

/** Kept as JSON; in a row an object, in a table a column for each of its names. */
export const OBJECT_COLUMNS: readonly string[] = ['answers', 'wanted'];
