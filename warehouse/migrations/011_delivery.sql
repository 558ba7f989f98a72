-- Alerts also live through time alone, and an attempt to deliver says when it began and what it was part of.
CREATE TABLE alert.kept AS SELECT * FROM alert.event;
DROP TABLE alert.event;
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
INSERT INTO alert.event SELECT * FROM alert.kept;
DROP TABLE alert.kept;

-- Position orders all messages as they were written: data time and a person's clock don't.
CREATE TABLE alert.kept AS
SELECT *, row_number() OVER (ORDER BY happened_at, rowid) AS position FROM alert.message;
DROP TABLE alert.message;
CREATE TABLE alert.message (
	delivery_key VARCHAR PRIMARY KEY,
	alert_key VARCHAR NOT NULL,
	episode INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	seq INTEGER NOT NULL,
	happened_at VARCHAR NOT NULL,
	rule VARCHAR NOT NULL,
	group_key VARCHAR NOT NULL,
	position BIGINT NOT NULL
);
INSERT INTO alert.message SELECT * FROM alert.kept;
DROP TABLE alert.kept;

-- Each attempt is two rows: that it begins, and how it ended. Nothing was ever delivered before this version.
DROP TABLE alert.attempt;
CREATE TABLE alert.attempt (
	receiver VARCHAR NOT NULL,
	delivery_key VARCHAR NOT NULL,
	attempt INTEGER NOT NULL,
	attempted_at TIMESTAMPTZ NOT NULL,
	outcome VARCHAR NOT NULL CHECK (outcome IN ({{DELIVERY_OUTCOMES}})),
	parcel VARCHAR NOT NULL, -- the idempotency key it travelled under
	address VARCHAR NOT NULL, -- hash of where it was sent: another address is another chance
	detail VARCHAR,
	PRIMARY KEY (receiver, delivery_key, attempt)
);

-- An evaluation that finished; the watchdog asks for the newest, and a broken policy file for its policy.
CREATE TABLE ledger.evaluation (
	finished_at TIMESTAMPTZ NOT NULL,
	watermark TIMESTAMPTZ NOT NULL,
	policy_version VARCHAR NOT NULL
);
