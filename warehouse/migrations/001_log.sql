-- What was delivered, version by version. Recomputable from the sources; decisions live elsewhere.
CREATE SCHEMA log;

CREATE SEQUENCE log.ingest_ids;

CREATE TABLE log.ingest (
	ingest_id BIGINT PRIMARY KEY,
	source VARCHAR NOT NULL,
	file VARCHAR NOT NULL,
	bytes BIGINT,
	started_at TIMESTAMPTZ NOT NULL,
	finished_at TIMESTAMPTZ NOT NULL,
	read BIGINT NOT NULL,
	accepted BIGINT NOT NULL,
	unchanged BIGINT NOT NULL,
	quarantined BIGINT NOT NULL,
	segment VARCHAR, -- Parquet file of transcripts, relative to the transcripts folder; null when nothing was kept
	CHECK (read = accepted + unchanged + quarantined)
);

CREATE TABLE log.conversation (
	conversation_key BIGINT NOT NULL,
	source VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	ingest_id BIGINT NOT NULL,
	superseded_by BIGINT, -- ingest that replaced this version; null for the current one
	version_at TIMESTAMPTZ,
	content_hash UBIGINT NOT NULL,
	segment VARCHAR NOT NULL,
	segment_row BIGINT NOT NULL,
	customer_id VARCHAR,
	thread_id VARCHAR,
	initiated_by VARCHAR CHECK (initiated_by IN ({{INITIATORS}})),
	channel VARCHAR,
	language VARCHAR,
	market VARCHAR,
	customer_value VARCHAR,
	started_at TIMESTAMPTZ,
	ended_at TIMESTAMPTZ,
	resolved_at TIMESTAMPTZ,
	status VARCHAR CHECK (status IN ({{STATUSES}})),
	intent VARCHAR,
	intent_confidence DOUBLE,
	test_traffic BOOLEAN,
	-- digest of the messages; their text stays in the segment
	text_message_count INTEGER NOT NULL,
	customer_message_count INTEGER NOT NULL,
	bot_message_count INTEGER NOT NULL,
	agent_message_count INTEGER NOT NULL, -- public replies of people
	ai_drafted_count INTEGER NOT NULL,
	first_customer_at TIMESTAMPTZ,
	first_bot_at TIMESTAMPTZ, -- first bot message after the first customer message
	first_agent_at TIMESTAMPTZ, -- first public reply of a person
	last_message_at TIMESTAMPTZ,
	reopened_at TIMESTAMPTZ, -- first customer message after resolved_at
	last_customer_sentiment DOUBLE,
	tool_call_count INTEGER NOT NULL, -- by the bot
	tool_error_count INTEGER NOT NULL,
	customer_tool_call_count INTEGER NOT NULL,
	tool_names VARCHAR[],
	escalation_needed_at TIMESTAMPTZ,
	escalation_reason VARCHAR CHECK (escalation_reason IN ({{ESCALATION_REASONS}})),
	handed_off BOOLEAN NOT NULL,
	handed_off_at TIMESTAMPTZ,
	engaged_at TIMESTAMPTZ,
	abandoned_at TIMESTAMPTZ,
	handoff_parts VARCHAR[],
	refunds STRUCT(id VARCHAR, "at" TIMESTAMPTZ, amount_minor BIGINT, currency VARCHAR, decided_by VARCHAR, approved_by VARCHAR, audit_verdict VARCHAR, audited_at TIMESTAMPTZ, correct_amount_minor BIGINT)[],
	rating_score DOUBLE,
	rating_scale INTEGER,
	rating_asked_at TIMESTAMPTZ,
	rating_answered_at TIMESTAMPTZ,
	complaints STRUCT(id VARCHAR, "at" TIMESTAMPTZ, regulator_facing BOOLEAN)[],
	outcome_solved BOOLEAN,
	outcome_by VARCHAR CHECK (outcome_by IN ({{OUTCOME_JUDGES}})),
	outcome_at TIMESTAMPTZ,
	ai_cost DOUBLE,
	cost_currency VARCHAR,
	human_minutes DOUBLE
);

-- Side feeds: small records that arrive later, by conversation. Every version is kept, as above.
CREATE TABLE log.side_record (
	source VARCHAR NOT NULL,
	record VARCHAR NOT NULL CHECK (record IN ({{RECORD_KINDS}})),
	conversation_source VARCHAR NOT NULL,
	conversation_id VARCHAR NOT NULL,
	part_id VARCHAR NOT NULL, -- refund or complaint id; '' when the record has none
	ingest_id BIGINT NOT NULL,
	superseded_by BIGINT,
	version_at TIMESTAMPTZ,
	content_hash UBIGINT NOT NULL,
	score DOUBLE,
	scale INTEGER,
	asked_at TIMESTAMPTZ,
	answered_at TIMESTAMPTZ,
	audit_verdict VARCHAR CHECK (audit_verdict IN ({{AUDIT_VERDICTS}})),
	audited_at TIMESTAMPTZ,
	correct_amount_minor BIGINT,
	complained_at TIMESTAMPTZ,
	regulator_facing BOOLEAN,
	ai_cost DOUBLE,
	cost_currency VARCHAR,
	human_minutes DOUBLE
);

CREATE TABLE log.quarantine (
	ingest_id BIGINT NOT NULL,
	file VARCHAR NOT NULL,
	line BIGINT,
	record_id VARCHAR,
	field VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	raw VARCHAR
);
