/**
 * `plimsoll check`: every stop-loss rule judged at one time. A breach outranks everything; an undecided or blind
 * rule outranks clear, because missing data never reads as safe. No rules at all is undecided too.
 * Verdicts at the data's own time go into the ledger; `--as-of` is a question, and leaves no trace.
 */
import { watermark } from '#queries/queries.server';
import type { Verdict } from '#stoploss/evaluate';
import { ruleTitles } from '#stoploss/policy';
import type { Finding } from '#warehouse/vocabulary';
import { judgeAt, judgeNow } from '../lib/server/judge.server';
import { loadPolicy } from '../lib/server/policy-file.server';
import { withFacts } from './database';
import { EXIT, Failure } from './failure';
import { askServer } from './running-server';

interface CheckOptions {
	db: string;
	policy?: string;
	asOf?: string;
	json?: boolean;
}

export function exitOf(findings: readonly Finding[]): number {
	if (findings.includes('breach')) return EXIT.breach;
	const safe = findings.length > 0 && findings.every((finding) => finding === 'clear' || finding === 'watch');
	return safe ? EXIT.clear : EXIT.undecided;
}

export async function runCheck(options: CheckOptions): Promise<number> {
	const policy = loadPolicy(options.policy);
	const verdicts = await withFacts<Verdict[]>(options.db, policy, {
		async directly(warehouse) {
			if ((await watermark(warehouse)) === null)
				throw new Failure(
					`${options.db} holds no conversations yet. Take some in with: plimsoll ingest FILE`
				);
			return options.asOf
				? await judgeAt(warehouse, policy, [options.asOf])
				: await judgeNow(warehouse, policy);
		},
		async through(server) {
			return (await (await askServer(server, '/api/verdicts', { as_of: options.asOf })).json()) as Verdict[];
		}
	});
	const titles = ruleTitles(policy);
	if (options.json) console.log(JSON.stringify(verdicts, null, 2));
	else
		for (const { finding, rule, asOf, reason } of verdicts)
			console.log(`${finding.padEnd(9)}  ${titles[rule] ?? rule} (${rule}, ${asOf})  ${reason}`);
	return exitOf(verdicts.map(({ finding }) => finding));
}
