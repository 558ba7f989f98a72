/**
 * Long questions that are being worked on, and the last answers, kept in memory: a page asks again until its answer is
 * there. The same question about the same data and policy is worked out once. A refusal (RangeError) is an answer too.
 */
import { hashOf, type Policy } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';

interface Job<Answer> {
	done: number;
	total: number;
	answer: Answer | null;
	/** Why it can't be answered. */
	refused: string | null;
	finished: Promise<void>;
}

type Work<Answer> = (onProgress: (done: number, total: number) => void) => Promise<Answer>;

const KEPT = 20;
const PATIENCE_MS = 400;
const jobs = new Map<string, Job<unknown>>();

/** Gives the answer when it is there within a moment, and how far it is otherwise. */
export async function ask<Answer>(
	question: unknown,
	about: { warehouse: Warehouse; policy: Policy; watermark: string | null },
	work: Work<Answer>
) {
	const key = hashOf([question, hashOf(about.policy), about.warehouse.file, about.watermark]);
	const job = (jobs.get(key) as Job<Answer> | undefined) ?? start(key, work);
	let patience: NodeJS.Timeout | undefined;
	await Promise.race([job.finished, new Promise((resume) => (patience = setTimeout(resume, PATIENCE_MS)))]);
	clearTimeout(patience);
	const { answer, refused, done, total } = job;
	return { answer, refused, progress: answer || refused ? null : { done, total } };
}

function start<Answer>(key: string, work: Work<Answer>): Job<Answer> {
	const job: Job<Answer> = { done: 0, total: 1, answer: null, refused: null, finished: Promise.resolve() };
	job.finished = work((done, total) => Object.assign(job, { done, total })).then(
		(found) => void (job.answer = found),
		(error: unknown) => {
			if (error instanceof RangeError) return void (job.refused = error.message);
			console.error(error);
			// The next one to ask may be luckier.
			jobs.delete(key);
			job.refused = 'It failed; the log of the server says why.';
		}
	);
	jobs.set(key, job);
	const [oldest] = jobs.keys();
	if (jobs.size > KEPT && oldest !== undefined) jobs.delete(oldest);
	return job;
}
