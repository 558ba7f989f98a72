-- What happened, one row a contact; recomputable from log.* at any time, so nothing here is a source.
CREATE SCHEMA fact;

-- Which ingest and which intent policy the facts were built from.
CREATE TABLE fact.refreshed (ingest_id BIGINT NOT NULL, policy_hash VARCHAR NOT NULL);

CREATE TABLE fact.intent (intent VARCHAR PRIMARY KEY, family VARCHAR NOT NULL, tier VARCHAR NOT NULL CHECK (tier IN ({{TIERS}})));

CREATE TABLE fact.intent_rule (position INTEGER NOT NULL, intent VARCHAR NOT NULL, tool VARCHAR, word VARCHAR);

-- Intents found by rule for conversations whose record has none.
CREATE TABLE fact.derived_intent (conversation_key BIGINT NOT NULL, intent VARCHAR NOT NULL);

CREATE TABLE fact.episode (
	conversation_key BIGINT NOT NULL,
	source VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	customer_id VARCHAR,
	excluded VARCHAR CHECK (excluded IN ('test_traffic', 'business', 'survey')), -- null for a contact
	path VARCHAR NOT NULL CHECK (path IN ({{PATHS}})),
	assisted BOOLEAN NOT NULL,
	tier VARCHAR NOT NULL,
	intent VARCHAR,
	intent_family VARCHAR,
	intent_derived BOOLEAN NOT NULL,
	channel VARCHAR,
	market VARCHAR,
	language VARCHAR,
	customer_value VARCHAR,
	started_at TIMESTAMPTZ,
	closed_at TIMESTAMPTZ,
	clock_at TIMESTAMPTZ, -- closed_at; null without a start, which leaves the row out of every dated window
	resolved_at TIMESTAMPTZ,
	ended BOOLEAN NOT NULL,
	rating_share DOUBLE, -- (score - 1) / (scale - 1); null when unanswered or later than 7 days after closing
	rating_at TIMESTAMPTZ,
	asked_at TIMESTAMPTZ,
	reopened_at TIMESTAMPTZ,
	next_contact_at TIMESTAMPTZ, -- next customer contact of the same family after the resolve (or the end), or the reopening
	next_any_contact_at TIMESTAMPTZ,
	recontact_24h BOOLEAN, -- the four are null without a resolve or a customer id
	recontact_48h BOOLEAN,
	recontact_72h BOOLEAN,
	recontact_24_72h BOOLEAN,
	escalation_started_at TIMESTAMPTZ,
	first_human_reply_at TIMESTAMPTZ, -- first one at or after the escalation started
	abandoned_at TIMESTAMPTZ,
	refunds STRUCT("at" TIMESTAMPTZ, amount_minor BIGINT, audit_verdict VARCHAR, audited_at TIMESTAMPTZ, correct_amount_minor BIGINT)[],
	refund_wrong_at TIMESTAMPTZ, -- when the first refund error was known
	complaint_at TIMESTAMPTZ[],
	first_complaint_at TIMESTAMPTZ,
	outcome_solved BOOLEAN,
	outcome_by VARCHAR,
	outcome_at TIMESTAMPTZ,
	person_never_reached BOOLEAN NOT NULL,
	negative_close_after_rephrasing BOOLEAN NOT NULL,
	verdict_not_solved BOOLEAN NOT NULL,
	issue_id VARCHAR, -- customer, family, source and id of the first contact; null without a customer id
	contact_no INTEGER,
	next_in_issue_at TIMESTAMPTZ,
	csat_matures_at TIMESTAMPTZ, -- also first contact resolution and bad containment: 7 days after closing
	recontact_matures_at TIMESTAMPTZ, -- 72 hours after the resolve
	complaint_matures_at TIMESTAMPTZ -- 14 days after closing
);

-- What a source has ever said; what it never says is absent, not zero.
CREATE TABLE fact.source (
	source VARCHAR PRIMARY KEY,
	has_customer BOOLEAN NOT NULL,
	has_resolve BOOLEAN NOT NULL,
	has_rating BOOLEAN NOT NULL,
	has_audit BOOLEAN NOT NULL,
	has_complaint BOOLEAN NOT NULL,
	has_escalation BOOLEAN NOT NULL,
	has_signal BOOLEAN NOT NULL
);
