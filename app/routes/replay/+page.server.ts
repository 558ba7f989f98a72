/** The erosion replay: the naive dashboard beside the rules, one week at a time. The URL is the week. */
import { watermark } from '#queries/queries.server';
import { ruleTitles } from '#stoploss/policy';
import { ask } from '$lib/server/lab-jobs.server';
import { policy, warehouse } from '$lib/server/plimsoll.server';
import { replay, storyTruth } from '$lib/server/replay.server';
import type { PageServerLoad } from './$types';

const NAIVE_POINTS = 5;

export const load: PageServerLoad = async ({ url }) => {
	const db = await warehouse();
	const book = policy();
	const asOf = await watermark(db);
	const titles = ruleTitles(book);
	const base = { titles, naive: NAIVE_POINTS, truth: storyTruth(db), asked: url.searchParams.get('week') };
	if (asOf === null || book.stop_loss.rules.length === 0)
		return { ...base, answer: null, refused: null, progress: null, empty: true };
	const about = { warehouse: db, policy: book, watermark: asOf };
	const found = await ask(['replay', NAIVE_POINTS], about, (onProgress) =>
		replay(db, book, asOf, NAIVE_POINTS, onProgress)
	);
	return { ...base, ...found, empty: found.answer?.weeks.length === 0 };
};
