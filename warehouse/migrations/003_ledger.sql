-- What was decided: policy versions and verdicts. Rows are added and never rewritten.
CREATE SCHEMA IF NOT EXISTS ledger;

CREATE TABLE ledger.policy_version (
	hash VARCHAR PRIMARY KEY,
	policy VARCHAR NOT NULL,
	recorded_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE ledger.verdict (
	rule VARCHAR NOT NULL,
	rule_version VARCHAR NOT NULL,
	as_of VARCHAR NOT NULL,
	policy_version VARCHAR NOT NULL,
	finding VARCHAR NOT NULL CHECK (finding IN ({{FINDINGS}})),
	sentence VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	evidence VARCHAR NOT NULL,
	recommendation VARCHAR,
	PRIMARY KEY (rule, rule_version, as_of)
);
