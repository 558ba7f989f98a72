/**
 * The ledger: verdicts and policy versions as they were decided. Touches the database.
 * Adds rows and never rewrites one: the same rule, version and as-of again is a no-op.
 */
import type { Warehouse } from '../warehouse/warehouse.server';
import type { Verdict } from './evaluate';
import { hashOf, type Policy } from './policy';

export interface LedgerVerdict extends Verdict {
	policyVersion: string;
}

type Row = Omit<LedgerVerdict, 'evidence' | 'recommendation'> & {
	evidence: string;
	recommendation: string | null;
};

const COLUMNS =
	'rule, rule_version, as_of, policy_version, finding, sentence, reason, evidence, recommendation';

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

export async function recordVerdicts(
	warehouse: Warehouse,
	verdicts: readonly Verdict[],
	policyVersion: string
): Promise<void> {
	await warehouse.write(async (session) => {
		for (const v of verdicts) {
			await session.run(
				`INSERT INTO ledger.verdict (${COLUMNS}) VALUES ($rule, $ruleVersion, $asOf, $policyVersion, $finding, $sentence, $reason, $evidence, nullif($recommendation, '')) ON CONFLICT DO NOTHING`,
				{
					rule: v.rule,
					ruleVersion: v.ruleVersion,
					asOf: v.asOf,
					policyVersion,
					finding: v.finding,
					sentence: v.sentence,
					reason: v.reason,
					evidence: JSON.stringify(v.evidence),
					recommendation: v.recommendation ? JSON.stringify(v.recommendation) : ''
				}
			);
		}
	});
}

export async function listVerdicts(warehouse: Warehouse): Promise<LedgerVerdict[]> {
	return (await warehouse.all<Row>(`SELECT ${COLUMNS} FROM ledger.verdict ORDER BY as_of, rule`)).map(decode);
}

/** The newest verdict of each rule. */
export async function latestVerdicts(warehouse: Warehouse): Promise<LedgerVerdict[]> {
	const rows = await warehouse.all<Row>(
		`SELECT ${COLUMNS} FROM ledger.verdict QUALIFY row_number() OVER (PARTITION BY rule ORDER BY as_of DESC, rowid DESC) = 1 ORDER BY rule`
	);
	return rows.map(decode);
}

function decode(row: Row): LedgerVerdict {
	return {
		...row,
		evidence: JSON.parse(row.evidence),
		recommendation: row.recommendation ? JSON.parse(row.recommendation) : null
	};
}
