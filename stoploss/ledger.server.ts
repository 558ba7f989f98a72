/**
 * The ledger: verdicts and policy versions as they were decided. Touches the database.
 * Adds rows and never rewrites one. A verdict judged again on the same data is a no-op; on other data it is a new
 * row that names the one it restates, and the newest row of an instant is the one that counts.
 */
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import type { Verdict } from './evaluate';
import { hashOf, policySchema, type Policy } from './policy';
import policyChangesSql from './sql/policy-changes.sql?raw';
import recordSql from './sql/record-verdicts.sql?raw';

export interface LedgerVerdict extends Verdict {
	policyVersion: string;
}

/** A row that `recordVerdicts` added. */
export interface RecordedVerdict {
	rule: string;
	asOf: string;
	id: number;
	/** The row that says what was believed before; null for a verdict judged for the first time. */
	restates: number | null;
}

type Row = Omit<LedgerVerdict, 'evidence' | 'recommendation' | 'detectable'> & {
	evidence: string;
	recommendation: string | null;
	detectable: string;
};

const COLUMNS =
	'rule, rule_version, as_of, policy_version, engine, finding, day_finding, sentence, reason, evidence, recommendation, detectable';

/** Records the policy once and gives back its version. */
export async function recordPolicy(
	warehouse: Warehouse,
	policy: Policy,
	recordedAt: string
): Promise<string> {
	const hash = hashOf(policy);
	await warehouse.write((session) =>
		session.run(
			'INSERT INTO ledger.policy_version VALUES ($hash, $policy, CAST($recordedAt AS TIMESTAMPTZ)) ON CONFLICT DO NOTHING',
			{ hash, policy: JSON.stringify(policy), recordedAt }
		)
	);
	return hash;
}

export function recordVerdicts(
	warehouse: Warehouse,
	verdicts: readonly Verdict[],
	policyVersion: string
): Promise<RecordedVerdict[]> {
	return warehouse.write((session) => writeVerdicts(session, verdicts, policyVersion));
}

/** The same within a transaction that holds more than the verdicts. */
export async function writeVerdicts(
	session: Session,
	verdicts: readonly Verdict[],
	policyVersion: string
): Promise<RecordedVerdict[]> {
	const rows = verdicts.map((v, place) => {
		const evidence = JSON.stringify(v.evidence);
		const recommendation = v.recommendation ? JSON.stringify(v.recommendation) : null;
		return {
			place,
			rule: v.rule,
			rule_version: v.ruleVersion,
			as_of: v.asOf,
			engine: v.engine,
			finding: v.finding,
			day_finding: v.dayFinding,
			sentence: v.sentence,
			reason: v.reason,
			evidence,
			recommendation,
			detectable: JSON.stringify(v.detectable),
			evidence_hash: hashOf([v.finding, v.dayFinding, v.reason, evidence, recommendation])
		};
	});
	if (rows.length === 0) return [];
	return session.all<RecordedVerdict>(recordSql, { verdicts: JSON.stringify(rows), policyVersion });
}

/** What the watchdog asks: when an evaluation last finished, and under which policy. */
export interface Evaluation {
	finishedAt: string;
	watermark: string;
	policyVersion: string;
}

export function recordEvaluation(warehouse: Warehouse, evaluation: Evaluation): Promise<void> {
	return warehouse.write((session) =>
		session.run(
			'INSERT INTO ledger.evaluation VALUES (CAST($finishedAt AS TIMESTAMPTZ), CAST($watermark AS TIMESTAMPTZ), $policyVersion)',
			{ ...evaluation }
		)
	);
}

export async function lastEvaluation(warehouse: Warehouse): Promise<Evaluation | null> {
	const [row] = await warehouse.all<Evaluation>(
		'SELECT finished_at, watermark, policy_version FROM ledger.evaluation ORDER BY finished_at DESC LIMIT 1'
	);
	return row ?? null;
}

/** The newest policy that was good enough to judge by, as it was recorded; null where none was, or none is readable. */
export async function lastGoodPolicy(warehouse: Warehouse): Promise<Policy | null> {
	const [row] = await warehouse.all<{ policy: string }>(
		`SELECT p.policy FROM ledger.policy_version p LEFT JOIN ledger.evaluation e ON e.policy_version = p.hash
		ORDER BY e.finished_at DESC NULLS LAST, p.recorded_at DESC LIMIT 1`
	);
	const kept = row && policySchema.safeParse(JSON.parse(row.policy));
	return kept?.success ? kept.data : null;
}

export interface PolicyChange {
	/** As they were recorded, which may be of an older form. */
	before: unknown;
	after: unknown;
	/** When the first evaluation under the new one finished, and how far the data reached then. */
	at: string;
	watermark: string;
}

/** Every time that another policy began to judge, oldest first; one that comes back is a change too. */
export async function policyChanges(warehouse: Warehouse): Promise<PolicyChange[]> {
	const rows = await warehouse.all<Record<keyof PolicyChange, string>>(policyChangesSql);
	return rows.map(({ before, after, ...when }) => ({
		before: JSON.parse(before) as unknown,
		after: JSON.parse(after) as unknown,
		...when
	}));
}

/** Every instant's newest verdict, oldest instant first. */
export async function listVerdicts(warehouse: Warehouse): Promise<LedgerVerdict[]> {
	const rows = await warehouse.all<Row>(
		`SELECT ${COLUMNS} FROM ledger.judgement QUALIFY row_number() OVER (PARTITION BY rule, rule_version, as_of ORDER BY id DESC) = 1 ORDER BY as_of, rule`
	);
	return rows.map(decode);
}

/** All that was ever believed about one rule and instant, in the order it was recorded. */
export async function verdictHistory(
	warehouse: Warehouse,
	rule: string,
	asOf: string
): Promise<LedgerVerdict[]> {
	const rows = await warehouse.all<Row>(
		`SELECT ${COLUMNS} FROM ledger.judgement WHERE rule = $rule AND as_of = $asOf ORDER BY id`,
		{ rule, asOf }
	);
	return rows.map(decode);
}

/** When each rule was first judged. */
export async function judgedSince(warehouse: Warehouse): Promise<Map<string, string>> {
	const rows = await warehouse.all<{ rule: string; since: string }>(
		'SELECT rule, min(as_of) AS since FROM ledger.judgement GROUP BY rule'
	);
	return new Map(rows.map(({ rule, since }) => [rule, since]));
}

/** The newest verdict of each rule, of all there are or of those up to an instant of the data. */
export async function latestVerdicts(
	warehouse: Warehouse,
	until: string | null = null
): Promise<LedgerVerdict[]> {
	const rows = await warehouse.all<Row>(
		`SELECT ${COLUMNS} FROM ledger.judgement WHERE $until IS NULL OR as_of::TIMESTAMPTZ <= $until::TIMESTAMPTZ QUALIFY row_number() OVER (PARTITION BY rule ORDER BY as_of DESC, id DESC) = 1 ORDER BY rule`,
		{ until }
	);
	return rows.map(decode);
}

function decode(row: Row): LedgerVerdict {
	return {
		...row,
		evidence: JSON.parse(row.evidence),
		recommendation: row.recommendation ? JSON.parse(row.recommendation) : null,
		detectable: JSON.parse(row.detectable)
	};
}
