-- What a source has said, since when: a look at an earlier time must not know of a complaint that came later.
-- Facts can be recomputed: the old ones go, and an empty fact.refreshed has them built anew.
DELETE FROM fact.refreshed;
DROP TABLE IF EXISTS fact.source;

-- Null: never.
CREATE TABLE fact.source (
	source VARCHAR PRIMARY KEY,
	customer_since TIMESTAMPTZ,
	resolve_since TIMESTAMPTZ,
	rating_since TIMESTAMPTZ,
	audit_since TIMESTAMPTZ,
	complaint_since TIMESTAMPTZ,
	escalation_since TIMESTAMPTZ,
	signal_since TIMESTAMPTZ,
	refund_since TIMESTAMPTZ,
	approval_since TIMESTAMPTZ, -- who decided or approved a refund
	cost_since TIMESTAMPTZ,
	handoff_parts_since TIMESTAMPTZ,
	re_asked_since TIMESTAMPTZ,
	request_since TIMESTAMPTZ,
	silence_since TIMESTAMPTZ -- a customer who was asked for a rating and gave none
);

ALTER TABLE fact.episode ADD COLUMN rework_cost_currency VARCHAR;
ALTER TABLE fact.episode ADD COLUMN rework_assisted BOOLEAN;
