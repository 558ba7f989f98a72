/** The lab. The URL is the question; a long answer is worked out in the background and asked for again. */
import { watermark, weeksPresent } from '#queries/queries.server';
import { ruleTitles } from '#stoploss/policy';
import { sentenceOf } from '#stoploss/rule';
import { labAsk } from '$lib/lab-ask';
import { answer } from '$lib/server/lab.server';
import { ask } from '$lib/server/lab-jobs.server';
import { calendar, policy, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url }) => {
	const db = await warehouse();
	const book = policy();
	const [asOf, weeks] = await Promise.all([watermark(db), weeksPresent(db, calendar())]);
	const question = labAsk(url.searchParams, asOf !== null);
	const titles = ruleTitles(book);
	const base = {
		ask: question,
		weeks,
		hasLog: asOf !== null,
		titles,
		rules: book.stop_loss.rules.map((rule) => ({
			name: rule.name,
			title: titles[rule.name]!,
			sentence: sentenceOf(rule)
		})),
		budget: book.stop_loss.false_alarm_budget ?? null
	};
	if (book.stop_loss.rules.length === 0 || (question.over === 'history' && asOf === null))
		return { ...base, progress: null, answer: null, refused: null };
	const about = { warehouse: db, policy: book, watermark: asOf };
	return {
		...base,
		...(await ask(question, about, (onProgress) => answer(db, book, question, onProgress)))
	};
};
