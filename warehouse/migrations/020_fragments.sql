-- Events that came live, each a piece of a conversation. A conversation is put together from all its pieces. What is
-- read of a piece stands in a file beside the transcripts, redacted, where it can be taken out for good.
CREATE TABLE log.fragment (
	source VARCHAR NOT NULL,
	conversation_id VARCHAR NOT NULL,
	account_id VARCHAR,
	customer_id VARCHAR, -- as it is stored
	webhook VARCHAR NOT NULL,
	received_at TIMESTAMPTZ NOT NULL,
	content_hash VARCHAR NOT NULL, -- salted
	file VARCHAR NOT NULL, -- relative to the transcripts folder
	start BIGINT NOT NULL, -- byte of the file
	bytes BIGINT NOT NULL
);
