-- Weekly cards as they were published: the bytes, and what they were made from. Rows are added and never rewritten.
CREATE TABLE ledger.publication (
	week VARCHAR NOT NULL,
	edition INTEGER NOT NULL, -- 1 is the first; a later one is a restated card, with its reason
	published_at TIMESTAMPTZ NOT NULL,
	published_by VARCHAR NOT NULL,
	reason VARCHAR,
	as_of VARCHAR NOT NULL,
	ingest_id BIGINT NOT NULL, -- the last ingest that the facts held
	policy_hash VARCHAR NOT NULL,
	intent_policy VARCHAR NOT NULL,
	card VARCHAR NOT NULL,
	card_sha256 VARCHAR NOT NULL,
	PRIMARY KEY (week, edition),
	CHECK (edition = 1 OR reason IS NOT NULL)
);
