-- Answers to requests that named themselves, so that one sent again is answered and not done again.
CREATE TABLE log.request (
	key VARCHAR PRIMARY KEY,
	request_hash VARCHAR NOT NULL, -- of what was asked for and of its body
	answer VARCHAR NOT NULL,
	answered_at TIMESTAMPTZ NOT NULL
);
