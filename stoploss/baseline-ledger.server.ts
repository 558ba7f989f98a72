/**
 * Baselines frozen by hand: who, when, why, and the figures with their hash. Touches the database. Adds and never
 * rewrites; refuses one of too few outcomes or broken weeks, one that isn't mature, and a new level while the alert of
 * its series is open, unless the reason is `accepted_new_level`.
 */
import type { KnownCohort } from '../queries/measurement';
import type { Warehouse } from '../warehouse/warehouse.server';
import { isOpen } from './alert';
import { standingAlerts } from './alert-ledger.server';
import { alertKey, identityOf } from './alert-identity';
import { freezeBaseline, type BaselineVersion, type FrozenBaseline } from './baseline';
import { evaluationOf, evaluatorOf, type BookOptions } from './evaluate';
import { hashOf, type Policy } from './policy';
import { stopLevel, type Rule } from './rule';
import { dayNumber, dayOf, spanOf } from './series';
import { erosionStatistic, referenceOf } from './statistic';

export const NEW_LEVEL = 'accepted_new_level';

export interface BaselineRecord {
	rule: string;
	series: string;
	version: number;
	since: string;
	until: string;
	inForceFrom: string;
	frozenAt: string;
	author: string;
	reason: string;
	hash: string;
	baseline: FrozenBaseline;
}

export interface FreezeRequest {
	policy: Policy;
	rule: Rule;
	cohorts: readonly KnownCohort[];
	/** First and last day, both included. */
	since: string;
	until: string;
	author: string;
	reason: string;
	watermark: string;
	/** The clock on the wall. */
	now: string;
}

const SHORTEST_DAYS = 28;

const seriesOfRule = (rule: Rule) => alertKey(identityOf(rule, 'metric'));

export async function freeze(warehouse: Warehouse, request: FreezeRequest): Promise<BaselineRecord> {
	const { policy, rule, cohorts, since, until, watermark } = request;
	const author = request.author.trim();
	const reason = request.reason.trim();
	if (author === '' || reason === '') throw new RangeError('A baseline has an author and a reason.');
	const days = dayNumber(until) - dayNumber(since) + 1;
	if (!(days >= SHORTEST_DAYS) || days % 7 !== 0)
		throw new RangeError(
			`A baseline is whole weeks, at least ${SHORTEST_DAYS / 7}: ${since} to ${until} are ${days} days.`
		);
	const due = evaluatorOf(evaluationOf(policy, rule, cohorts)).due(watermark);
	if (dayNumber(until) > due)
		throw new RangeError(`${until} is not mature yet: the last mature day is ${dayOf(due)}.`);
	const baseline = freezeBaseline(cohorts, since, days);
	if (!baseline)
		throw new RangeError(
			`${since} to ${until} hold too few outcomes for a baseline: it takes 400. Take more weeks, or a wider slice.`
		);
	const series = seriesOfRule(rule);
	const open = (await standingAlerts(warehouse)).some(
		({ key, alert }) => key === series && isOpen(alert.state)
	);
	if (open && reason !== NEW_LEVEL)
		throw new RangeError(
			`The alert of ${rule.name} is open. Close it first, or freeze with the reason ${NEW_LEVEL}: the loss is then accepted, and stays in the books.`
		);
	await warehouse.write((session) =>
		session.run(
			`INSERT INTO ledger.baseline
			SELECT $series, coalesce(max(version), 0) + 1, $rule, $since, $until, $watermark, CAST($now AS TIMESTAMPTZ), $author, $reason, $baseline, $hash
			FROM ledger.baseline WHERE series = $series`,
			{
				series,
				rule: rule.name,
				since,
				until,
				watermark,
				now: request.now,
				author,
				reason,
				baseline: JSON.stringify(baseline),
				hash: hashOf([since, until, baseline])
			}
		)
	);
	return (await baselinesOf(warehouse, rule)).at(-1)!;
}

/** Every version of a rule's series, oldest first. Refuses one whose figures were changed behind its back. */
export async function baselinesOf(warehouse: Warehouse, rule: Rule): Promise<BaselineRecord[]> {
	const rows = await warehouse.all<Omit<BaselineRecord, 'baseline'> & { baseline: string }>(
		'SELECT * FROM ledger.baseline WHERE series = $series ORDER BY version',
		{ series: seriesOfRule(rule) }
	);
	return rows.map((row) => {
		const baseline = JSON.parse(row.baseline) as FrozenBaseline;
		if (hashOf([row.since, row.until, baseline]) !== row.hash)
			throw new Error(`Baseline ${row.version} of ${row.rule} is not what was frozen: its hash differs.`);
		return { ...row, baseline };
	});
}

/** The versions as an evaluation takes them. */
export async function frozenBaselines(
	warehouse: Warehouse,
	policy: Policy
): Promise<Record<string, BaselineVersion[]>> {
	const versions: Record<string, BaselineVersion[]> = {};
	for (const rule of policy.stop_loss.rules)
		versions[rule.name] = (await baselinesOf(warehouse, rule)).map(({ inForceFrom: from, baseline }) => ({
			from,
			baseline
		}));
	return versions;
}

export interface BaselineState {
	rule: string;
	/** Null: the first whole weeks of the series, by default. */
	version: number | null;
	until: string | null;
	outcomes: number;
	/** Outcomes that a rule of this size needs before automation is scaled. */
	needed: number;
	ready: boolean;
	/** Loss of the level in force against the first baseline, same mix, in share points; re-freezing adds up. */
	accepted: { value: number; low: number; high: number } | null;
	/** The last 56 days are confidently better: a new baseline could be frozen. Proposed, never applied. */
	ratchet: { since: string; until: string; better: number } | null;
}

const RATCHET_Z = 4.25;
const RATCHET_DAYS = 56;
const READY_OUTCOMES = 2000;
const READY_POINTS = 5;

/** 2,000 outcomes carry a rule of 5 points; a smaller size needs as many more as its square. */
export function outcomesNeeded(rule: Rule, rate: number): number {
	const { value, relative } = stopLevel(rule);
	const points = rule.kind === 'floor' ? READY_POINTS : relative ? value * rate : value;
	return Math.ceil(READY_OUTCOMES * Math.max(1, (READY_POINTS / points) ** 2));
}

export function baselineState(
	policy: Policy,
	rule: Rule,
	cohorts: readonly KnownCohort[],
	versions: readonly BaselineRecord[],
	options: BookOptions,
	watermark: string
): BaselineState {
	const evaluator = evaluatorOf({
		...evaluationOf(policy, rule, cohorts, options),
		frozen: versions.map(({ inForceFrom: from, baseline }) => ({ from, baseline }))
	});
	const { judge } = evaluator;
	const { series, baseline } = judge.subject;
	const first = evaluatorOf(evaluationOf(policy, rule, cohorts, { ...options, frozen: {} })).judge.subject
		.baseline;
	const due = evaluator.due(watermark);
	const needed = outcomesNeeded(rule, baseline?.pool ?? 0.5);
	const current = versions.at(-1);
	const against = current && (versions.length > 1 ? versions[0]!.baseline : first);
	const loss =
		current && against
			? erosionStatistic(
					spanOf(series, dayNumber(current.since), dayNumber(current.until)),
					current.baseline.days,
					referenceOf(against, series.intents),
					judge.bad
				)
			: null;
	const since = due - RATCHET_DAYS + 1;
	const reference = judge.referenceAt(due);
	const lately =
		reference && baseline && since > dayNumber(baseline.until)
			? erosionStatistic(spanOf(series, since, due), RATCHET_DAYS, reference, judge.bad)
			: null;
	return {
		rule: rule.name,
		version: current?.version ?? null,
		until: baseline?.until ?? null,
		outcomes: baseline?.n ?? 0,
		needed,
		ready: (baseline?.n ?? 0) >= needed,
		accepted: loss && {
			value: loss.worsening,
			low: loss.worsening - 1.96 * loss.standardError,
			high: loss.worsening + 1.96 * loss.standardError
		},
		ratchet:
			lately && lately.z <= -RATCHET_Z
				? { since: dayOf(since), until: dayOf(due), better: -lately.worsening }
				: null
	};
}
