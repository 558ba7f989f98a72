-- The alert ledger. Verdicts, deliveries and what people asked are records of their own; none overwrites another.
CREATE SCHEMA IF NOT EXISTS alert;

-- Everything an alert lived through, in order; its state is the replay of these rows and stands nowhere else.
CREATE TABLE alert.event (
	alert_key VARCHAR NOT NULL,
	place INTEGER NOT NULL,
	kind VARCHAR NOT NULL CHECK (kind IN ({{ALERT_EVENTS}})),
	happened_at VARCHAR NOT NULL,
	rule VARCHAR NOT NULL,
	rule_version VARCHAR NOT NULL,
	event VARCHAR NOT NULL,
	PRIMARY KEY (alert_key, place)
);

CREATE TABLE alert.transition (
	alert_key VARCHAR NOT NULL,
	episode INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	happened_at VARCHAR NOT NULL,
	from_state VARCHAR NOT NULL CHECK (from_state IN ({{ALERT_STATES}})),
	to_state VARCHAR NOT NULL CHECK (to_state IN ({{ALERT_STATES}})),
	reason VARCHAR NOT NULL,
	rule VARCHAR NOT NULL,
	place INTEGER NOT NULL,
	PRIMARY KEY (alert_key, episode, seq)
);

-- What is to be told; written with its transition, in the same transaction.
CREATE TABLE alert.message (
	delivery_key VARCHAR PRIMARY KEY,
	alert_key VARCHAR NOT NULL,
	episode INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	seq INTEGER NOT NULL,
	happened_at VARCHAR NOT NULL,
	rule VARCHAR NOT NULL,
	group_key VARCHAR NOT NULL
);

-- Each attempt to deliver a message, however it ended.
CREATE TABLE alert.attempt (
	receiver VARCHAR NOT NULL,
	delivery_key VARCHAR NOT NULL,
	attempt INTEGER NOT NULL,
	attempted_at TIMESTAMPTZ NOT NULL,
	outcome VARCHAR NOT NULL CHECK (outcome IN ({{DELIVERY_OUTCOMES}})),
	detail VARCHAR,
	PRIMARY KEY (receiver, delivery_key, attempt)
);
