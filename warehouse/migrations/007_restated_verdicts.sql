-- A verdict judged again on other data is a new row that names the one it restates; the newest row counts.
CREATE SEQUENCE ledger.verdict_id;

CREATE TABLE ledger.judgement (
	id BIGINT PRIMARY KEY,
	rule VARCHAR NOT NULL,
	rule_version VARCHAR NOT NULL,
	as_of VARCHAR NOT NULL,
	policy_version VARCHAR NOT NULL,
	engine VARCHAR NOT NULL,
	finding VARCHAR NOT NULL CHECK (finding IN ({{FINDINGS}})),
	day_finding VARCHAR NOT NULL CHECK (day_finding IN ({{FINDINGS}})),
	sentence VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	evidence VARCHAR NOT NULL,
	recommendation VARCHAR,
	detectable VARCHAR NOT NULL,
	evidence_hash VARCHAR NOT NULL,
	restates BIGINT
);

INSERT INTO ledger.judgement
SELECT nextval('ledger.verdict_id'), rule, rule_version, as_of, policy_version, 'stoploss@1', finding, finding,
	sentence, reason, evidence, recommendation, '[]', '', NULL
FROM ledger.verdict;

DROP TABLE ledger.verdict;
