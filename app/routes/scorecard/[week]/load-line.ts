/** How near a figure is to its stop-loss rules, from their newest verdicts. Pure. */
import { formatPoints } from '$lib/format';
import type { Verdict } from '#stoploss/evaluate';
import { titleOf, type Rule } from '#stoploss/rule';
import type { Finding, MetricName, Path } from '#warehouse/vocabulary';

export interface LoadLine {
	rule: string;
	title: string;
	finding: Finding;
	/** Of the loss that stops, in its nearest window: 1 is the line. Null where nothing could be judged. */
	used: number | null;
	/** "1.3 of 2.0 points in 91 days", or why nothing can be said. */
	told: string;
}

/**
 * A rule stops where the loss is large enough and sure enough; the smaller of the two says how near a window is, and
 * the window that is nearest counts.
 */
export function loadLinesOf(
	verdicts: readonly Pick<Verdict, 'rule' | 'finding' | 'reason' | 'evidence'>[],
	rules: readonly Rule[],
	of: { metric: MetricName; path: Path | null }
): LoadLine[] {
	return rules.flatMap((rule): LoadLine[] => {
		if (rule.metric !== of.metric || (rule.slice.path ?? null) !== of.path) return [];
		const verdict = verdicts.find((one) => one.rule === rule.name);
		if (!verdict) return [];
		const { finding, reason, evidence } = verdict;
		const base = { rule: rule.name, title: titleOf(rule), finding };
		const windows = (evidence?.weeks ?? []).filter(({ limit, zCritical }) => limit > 0 && zCritical > 0);
		if (windows.length === 0) return [{ ...base, used: null, told: reason }];
		const nearness = (one: (typeof windows)[number]) =>
			Math.max(0, Math.min(one.worsening / one.limit, one.z / one.zCritical));
		const nearest = windows.reduce((found, one) => (nearness(one) > nearness(found) ? one : found));
		const lost = Math.max(0, nearest.worsening);
		const sure = nearest.worsening >= nearest.limit && nearest.z < nearest.zCritical ? ', not yet sure' : '';
		return [
			{
				...base,
				used: nearness(nearest),
				told: `${formatPoints(lost).replace(/ points?$/, '')} of ${formatPoints(nearest.limit)} lost in ${nearest.window.days} days${sure}`
			}
		];
	});
}
