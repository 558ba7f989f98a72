-- What happened, one row a contact; recomputable from log.* at any time, so nothing here is a source.
CREATE SCHEMA fact;

-- Which ingest and which intent policy the facts were built from.
CREATE TABLE fact.refreshed (ingest_id BIGINT NOT NULL, policy_hash VARCHAR NOT NULL);

CREATE TABLE fact.intent (intent VARCHAR PRIMARY KEY, family VARCHAR NOT NULL, tier VARCHAR NOT NULL CHECK (tier IN ({{TIERS}})));

CREATE TABLE fact.intent_rule (position INTEGER NOT NULL, intent VARCHAR NOT NULL, tool VARCHAR, word VARCHAR);

-- Intents found by rule for conversations whose record has none.
CREATE TABLE fact.derived_intent (conversation_key BIGINT NOT NULL, intent VARCHAR NOT NULL);
