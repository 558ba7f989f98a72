/** `plimsoll baseline freeze|list`: baselines frozen by hand, with author and reason. Writes to the ledger. */
import type { BaselineRecord, BaselineState } from '#stoploss/baseline-ledger.server';
import { ruleTitles } from '#stoploss/policy';
import { loadPolicy } from '../lib/server/policy-file.server';
import { freezeNow, statesNow } from '../lib/server/baselines.server';
import { withFacts } from './database';
import { EXIT } from './failure';
import { askServer } from './running-server';

interface Options {
	db: string;
	policy?: string;
	json?: boolean;
	from: string;
	to: string;
	author: string;
	reason: string;
}

export async function runFreeze(rule: string, options: Options): Promise<number> {
	const policy = loadPolicy(options.policy);
	const { from, to, author, reason } = options;
	const made = await withFacts<BaselineRecord>(options.db, policy, {
		directly: (warehouse) => freezeNow(warehouse, policy, { rule, since: from, until: to, author, reason }),
		async through(server) {
			const query = { rule, since: from, until: to, author, reason };
			return (await (
				await askServer(server, '/api/baselines', query, undefined, 'POST')
			).json()) as BaselineRecord;
		}
	});
	if (options.json) console.log(JSON.stringify(made, null, 2));
	else
		console.log(
			`Frozen: ${ruleTitles(policy)[made.rule] ?? made.rule}, version ${made.version}, ${made.since} to ${made.until}, ${made.baseline.n} outcomes at ${(made.baseline.pool * 100).toFixed(1)} %, hash ${made.hash}.`
		);
	return EXIT.clear;
}

export async function runBaselines(
	options: Omit<Options, 'from' | 'to' | 'author' | 'reason'>
): Promise<number> {
	const policy = loadPolicy(options.policy);
	const states = await withFacts<BaselineState[]>(options.db, policy, {
		directly: (warehouse) => statesNow(warehouse, policy),
		async through(server) {
			return (await (await askServer(server, '/api/baselines', {})).json()) as BaselineState[];
		}
	});
	if (options.json) console.log(JSON.stringify(states, null, 2));
	else for (const state of states) console.log(line(state, ruleTitles(policy)));
	return EXIT.clear;
}

function line(state: BaselineState, titles: Record<string, string>): string {
	const { rule, version, until, outcomes, needed, ready, accepted, ratchet } = state;
	const points = (share: number) => `${(share * 100).toFixed(1)} points`;
	return [
		`${titles[rule] ?? rule} (${rule})`,
		until === null
			? '  no baseline yet'
			: `  ${version === null ? 'its first weeks' : `version ${version}`}, to ${until}: ${outcomes} outcomes`,
		ready ? '  ready to scale' : `  NOT ready to scale: ${outcomes} of ${needed} outcomes`,
		...(accepted
			? [
					`  accepted against the first baseline: ${points(accepted.value)} (${points(accepted.low)} to ${points(accepted.high)})`
				]
			: []),
		...(ratchet
			? [
					`  ${points(ratchet.better)} better from ${ratchet.since} to ${ratchet.until}: consider plimsoll baseline freeze ${rule} --from ${ratchet.since} --to ${ratchet.until}`
				]
			: [])
	].join('\n');
}
