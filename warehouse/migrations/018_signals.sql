-- What words of customers say where the log itself says nothing. Derived from transcripts, and kept when those are
-- deleted. Facts can be recomputed: an empty fact.refreshed has them built anew.
CREATE TABLE fact.signal (
	conversation_key BIGINT NOT NULL,
	signal VARCHAR NOT NULL CHECK (signal IN ({{DERIVED_SIGNALS}})),
	said_at TIMESTAMPTZ -- of the first message that says so
);
DELETE FROM fact.refreshed;
ALTER TABLE fact.episode ADD COLUMN derived_signals VARCHAR[]; -- that hold of it, in order of their names
ALTER TABLE fact.episode ADD COLUMN person_request_derived BOOLEAN;
