/**
 * Questions to the lab that are being answered, and the last answers, kept in memory: a page asks again until its
 * answer is there. The same question about the same data and policy is worked out once.
 */
import { hashOf, type Policy } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';
import type { LabAsk } from '../lab-ask';
import { answer, type LabAnswer } from './lab.server';

export interface LabJob {
	done: number;
	total: number;
	answer: LabAnswer | null;
	/** Why it can't be answered. */
	refused: string | null;
	finished: Promise<void>;
}

const KEPT = 20;
const jobs = new Map<string, LabJob>();

export function labJob(warehouse: Warehouse, policy: Policy, ask: LabAsk, watermark: string | null): LabJob {
	const key = hashOf([ask, hashOf(policy), warehouse.file, watermark]);
	const known = jobs.get(key);
	if (known) return known;
	const job: LabJob = { done: 0, total: 1, answer: null, refused: null, finished: Promise.resolve() };
	job.finished = answer(warehouse, policy, ask, (done, total) => Object.assign(job, { done, total })).then(
		(found) => void (job.answer = found),
		(error: unknown) => {
			if (!(error instanceof RangeError)) {
				console.error(error);
				jobs.delete(key);
			}
			job.refused =
				error instanceof RangeError ? error.message : 'It failed; the log of the server says why.';
		}
	);
	jobs.set(key, job);
	const [oldest] = jobs.keys();
	if (jobs.size > KEPT && oldest !== undefined) jobs.delete(oldest);
	return job;
}
