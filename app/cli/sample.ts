/** `plimsoll sample`: the conversations drawn for review of one week. Touches the database, or asks the server. */
import { intentPolicyOf } from '#stoploss/policy';
import { refreshFacts } from '#queries/queries.server';
import { drawSample, type Sample } from '#review/review.server';
import { openWarehouse } from '#warehouse/warehouse.server';
import { calendarOf, loadPolicy } from '../lib/server/policy-file.server';
import { planNamed, rubricFor } from '../lib/server/review-file.server';
import { withDatabase } from './database';
import { EXIT, Failure } from './failure';

interface SampleOptions {
	db: string;
	policy?: string;
	week: string;
	plan?: string;
	json?: boolean;
}

export async function runSample(options: SampleOptions): Promise<number> {
	const policy = loadPolicy(options.policy);
	const { week } = options;
	const sample = await withDatabase<Sample>(options.db, {
		async directly() {
			const plan = planNamed(options.plan);
			const warehouse = await openWarehouse(options.db, { mustExist: true });
			try {
				await refreshFacts(warehouse, intentPolicyOf(policy));
				return await drawSample(warehouse, {
					plan,
					rubric: rubricFor(plan),
					week,
					calendar: calendarOf(policy),
					now: new Date().toISOString()
				});
			} finally {
				await warehouse.close();
			}
		},
		async through(server) {
			const url = new URL('/api/review/sample', server.url);
			url.searchParams.set('week', week);
			if (options.plan) url.searchParams.set('plan', options.plan);
			const response = await fetch(url, { method: 'POST' });
			const answer = (await response.json()) as Sample | { error: string };
			if ('error' in answer) throw new Failure(answer.error);
			return answer;
		}
	});
	console.log(options.json ? JSON.stringify(sample, null, 2) : show(sample));
	return EXIT.clear;
}

function show({ plan, week, population, cells, items, notes }: Sample): string {
	const doubles = items.filter(({ twoReviewers }) => twoReviewers).length;
	return [
		`${plan}, ${week}: ${items.length} of ${population} conversations, ${doubles} of them by two reviewers.`,
		...notes,
		...cells.map(({ stratum, risky, population: all, random, risk }) => {
			const chance = ((100 * (random + risk)) / all).toFixed(1);
			return `  ${stratum.padEnd(28)} ${(risky ? 'with a signal' : 'without').padEnd(14)} ${String(random + risk).padStart(4)} of ${String(all).padEnd(6)} ${chance} %`;
		})
	].join('\n');
}
