/** A recorded verdict as the page shows it: figures with their units, in the order a reader asks for them. Pure. */
import { formatCount, formatPoints, formatValue, humanise } from '$lib/format';
import type { LedgerVerdict } from '#stoploss/ledger.server';
import type { Finding } from '#warehouse/vocabulary';

export interface VerdictView {
	rule: string;
	sentence: string;
	finding: Finding;
	asOf: string;
	reason: string;
	evidence: { name: string; value: string }[];
	recommendations: { intent: string; from: string; to: string; reason: string }[];
}

const share = (value: number) => formatValue(value, 'share');
const range = ({ low, high }: { low: number; high: number }) =>
	`${formatPoints(low).replace(' points', '')} to ${formatPoints(high)}`;
const MODES: Readonly<Record<string, string>> = {
	contain: 'the AI closes it alone',
	assist: 'the AI drafts and a person sends'
};
const mode = (name: string) => MODES[name] ?? humanise(name);

export function verdictView(verdict: LedgerVerdict): VerdictView {
	const { rule, sentence, finding, asOf, reason, evidence, recommendation } = verdict;
	return {
		rule,
		sentence,
		finding,
		asOf,
		reason,
		evidence: evidence
			? [
					{ name: 'window', value: `${evidence.window.since} to ${evidence.window.until}` },
					{ name: 'outcomes counted', value: formatCount(evidence.n) },
					{ name: 'observed', value: share(evidence.observed) },
					{ name: 'expected for the same mix', value: share(evidence.expected) },
					{
						name: 'worsening, 95 % interval',
						value: `${formatPoints(evidence.worsening)} (${range(evidence.interval)})`
					},
					{
						name: 'z, and the line it must cross',
						value: `${evidence.z.toFixed(2)} of ${evidence.zCritical.toFixed(2)}`
					}
				]
			: [],
		recommendations: (recommendation?.intents ?? []).map(
			({ intent, from, to, contribution, interval, n }) => ({
				intent,
				from: mode(from),
				to: mode(to),
				reason: `It accounts for ${formatPoints(contribution)} of the worsening (95 % interval ${range(interval)}), from ${formatCount(n)} outcomes`
			})
		)
	};
}

/** Runs of the same finding, the newest first: when it changed is what a reader asks. Takes verdicts oldest first. */
export function runsOf(
	verdicts: readonly Pick<LedgerVerdict, 'asOf' | 'finding'>[]
): { finding: Finding; since: string; evaluations: number }[] {
	const runs: { finding: Finding; since: string; evaluations: number }[] = [];
	for (const { finding, asOf } of verdicts) {
		const last = runs.at(-1);
		if (last?.finding === finding) last.evaluations += 1;
		else runs.push({ finding, since: asOf, evaluations: 1 });
	}
	return runs.reverse();
}
