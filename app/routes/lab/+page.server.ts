/** The lab. The URL is the question; a long answer is worked out in the background and asked for again. */
import { watermark, weeksPresent } from '#queries/queries.server';
import { ruleTitles } from '#stoploss/policy';
import { sentenceOf } from '#stoploss/rule';
import { labAsk } from '$lib/lab-ask';
import { labJob } from '$lib/server/lab-jobs.server';
import { calendar, policy, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';

const PATIENCE_MS = 400;

export const load: PageServerLoad = async ({ url }) => {
	const db = await warehouse();
	const book = policy();
	const [asOf, weeks] = await Promise.all([watermark(db), weeksPresent(db, calendar())]);
	const ask = labAsk(url.searchParams, asOf !== null);
	const titles = ruleTitles(book);
	const base = {
		ask,
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
	if (book.stop_loss.rules.length === 0 || (ask.over === 'history' && asOf === null))
		return { ...base, progress: null, answer: null, refused: null };
	const job = labJob(db, book, ask, asOf);
	await Promise.race([job.finished, new Promise((resume) => setTimeout(resume, PATIENCE_MS))]);
	const { answer, refused, done, total } = job;
	return { ...base, answer, refused, progress: answer || refused ? null : { done, total } };
};
