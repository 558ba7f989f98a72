-- grain: one row a verdict that is new, or that other data have changed; gives back those rows
-- clock: the instant that was judged
-- includes: the verdicts given in $verdicts
-- excludes: a verdict whose newest row of the same rule, version, instant and engine says the same
WITH given AS (
	SELECT unnest(from_json($verdicts::JSON, '[{
		"place": "BIGINT", "rule": "VARCHAR", "rule_version": "VARCHAR", "as_of": "VARCHAR", "engine": "VARCHAR",
		"finding": "VARCHAR", "day_finding": "VARCHAR", "sentence": "VARCHAR", "reason": "VARCHAR",
		"evidence": "VARCHAR", "recommendation": "VARCHAR", "detectable": "VARCHAR", "evidence_hash": "VARCHAR"
	}]'), recursive := true)
), newest AS (
	SELECT id, rule, rule_version, as_of, engine, evidence_hash
	FROM ledger.judgement
	QUALIFY row_number() OVER (PARTITION BY rule, rule_version, as_of, engine ORDER BY id DESC) = 1
), changed AS (
	SELECT given.*, newest.id AS restates
	FROM given LEFT JOIN newest USING (rule, rule_version, as_of, engine)
	WHERE newest.evidence_hash IS DISTINCT FROM given.evidence_hash
	ORDER BY place
)
INSERT INTO ledger.judgement
SELECT nextval('ledger.verdict_id'), rule, rule_version, as_of, $policyVersion, engine, finding, day_finding, sentence,
	reason, evidence, recommendation, detectable, evidence_hash, restates
FROM changed
RETURNING rule, as_of, id, restates
