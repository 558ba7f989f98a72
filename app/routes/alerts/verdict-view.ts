/** A recorded verdict as the page shows it: figures with their units, in the order a reader asks for them. Pure. */
import { formatCount, formatValue } from '$lib/format';
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
const range = ({ low, high }: { low: number; high: number }) => `${share(low)} to ${share(high)}`;

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
						name: 'worsening (share points), 95 % interval',
						value: `${share(evidence.worsening)} (${range(evidence.interval)})`
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
				from,
				to,
				reason: `Contributes ${share(contribution)} to the worsening (${range(interval)}), n = ${formatCount(n)}`
			})
		)
	};
}
