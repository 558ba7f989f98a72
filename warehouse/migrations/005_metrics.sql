-- What the wider scorecard needs. Columns are null for what was taken in before: unknown, not zero.
ALTER TABLE log.conversation ADD COLUMN merged_into VARCHAR;
ALTER TABLE log.conversation ADD COLUMN spam BOOLEAN;
ALTER TABLE log.conversation ADD COLUMN re_asked BOOLEAN; -- a person asked for what had been given already
ALTER TABLE log.conversation ADD COLUMN turns_to_person INTEGER; -- customer messages from the need to a person's reply
ALTER TABLE log.conversation ADD COLUMN refunds.element.audit_probability DOUBLE;
ALTER TABLE log.side_record ADD COLUMN audit_probability DOUBLE;

-- Facts can be recomputed: the old ones go, and an empty fact.refreshed has them built anew.
DELETE FROM fact.refreshed;
DROP TABLE IF EXISTS fact.episode;

CREATE TABLE fact.episode (
	conversation_key BIGINT NOT NULL,
	source VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	customer_id VARCHAR,
	excluded VARCHAR CHECK (excluded IN ({{EXCLUSIONS}})), -- null for a contact
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
	person_requested BOOLEAN NOT NULL,
	escalation_started_at TIMESTAMPTZ,
	first_human_reply_at TIMESTAMPTZ, -- first one at or after the escalation started
	turns_to_person INTEGER,
	abandoned_at TIMESTAMPTZ,
	handed_off BOOLEAN NOT NULL,
	handoff_parts_present INTEGER, -- of the six; null when the log doesn't say
	re_asked BOOLEAN,
	refunds STRUCT("at" TIMESTAMPTZ, amount_minor BIGINT, currency VARCHAR, decided_by VARCHAR, approved_by VARCHAR, audit_verdict VARCHAR, audited_at TIMESTAMPTZ, correct_amount_minor BIGINT, audit_probability DOUBLE)[],
	refund_wrong_at TIMESTAMPTZ, -- when the first refund error was known
	complaint_at TIMESTAMPTZ[],
	regulator_complaint_at TIMESTAMPTZ[],
	first_complaint_at TIMESTAMPTZ,
	outcome_solved BOOLEAN,
	outcome_by VARCHAR,
	outcome_at TIMESTAMPTZ,
	person_never_reached BOOLEAN NOT NULL,
	negative_close_after_rephrasing BOOLEAN NOT NULL,
	verdict_not_solved BOOLEAN NOT NULL,
	ai_cost DOUBLE, -- in units of cost_currency
	human_minutes DOUBLE,
	cost_currency VARCHAR,
	rework_ai_cost DOUBLE, -- of the next contact of the issue, which this one failed to prevent
	rework_human_minutes DOUBLE,
	rework_path VARCHAR,
	rework_closed_at TIMESTAMPTZ, -- null when no contact followed
	issue_id VARCHAR, -- customer, family, source and id of the first contact; null without a customer id
	contact_no INTEGER,
	next_in_issue_at TIMESTAMPTZ,
	csat_matures_at TIMESTAMPTZ, -- also first contact resolution, bad containment and durable resolution: 7 days after closing
	recontact_matures_at TIMESTAMPTZ, -- 72 hours after the resolve
	complaint_matures_at TIMESTAMPTZ -- 14 days after closing
);
