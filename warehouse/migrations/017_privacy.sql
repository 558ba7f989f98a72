-- How people are kept: under which kind of id, who was forgotten, and which texts are gone.
CREATE TABLE log.identity (
	salt VARCHAR NOT NULL, -- of the hashes below; made once
	customer_ids VARCHAR NOT NULL CHECK (customer_ids IN ('plain', 'hashed')),
	key_check VARCHAR -- tells another key from the one that the ids were hashed with; null for plain ids
);

-- A person who was forgotten, known only by a salted hash, so that the same file taken in again doesn't bring them back.
CREATE TABLE log.forgotten (
	receipt VARCHAR PRIMARY KEY,
	customer_hash VARCHAR NOT NULL,
	asked_by VARCHAR NOT NULL,
	forgotten_at TIMESTAMPTZ NOT NULL,
	conversations BIGINT NOT NULL,
	quarantined BIGINT NOT NULL,
	comments BIGINT NOT NULL
);

ALTER TABLE log.conversation ADD COLUMN text_deleted_at TIMESTAMPTZ; -- by retention or on request; null while it is there
