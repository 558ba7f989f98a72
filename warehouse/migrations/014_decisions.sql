-- What people decided of alerts. None of it can be computed again, so rows are added and never rewritten.
CREATE SCHEMA decision;

-- A decision on one firing of an alert; two people at once meet at the key, and one of them is told.
CREATE TABLE decision.decision (
	alert_key VARCHAR NOT NULL,
	episode INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	kind VARCHAR NOT NULL CHECK (kind IN ({{DECISION_KINDS}})),
	decided_by VARCHAR NOT NULL,
	decided_at TIMESTAMPTZ NOT NULL,
	as_of VARCHAR NOT NULL, -- how far the data reached
	rule VARCHAR NOT NULL,
	reason VARCHAR,
	intents VARCHAR[] NOT NULL, -- that were moved to assist
	review_on VARCHAR,
	recommendation VARCHAR NOT NULL, -- as it was shown, JSON
	policy_version INTEGER, -- null where nothing was moved
	PRIMARY KEY (alert_key, episode, seq)
);

-- Versions of the routing: what each moved. The newest row of an intent is where it stands.
CREATE TABLE decision.routing (
	version INTEGER NOT NULL,
	intent VARCHAR NOT NULL,
	state VARCHAR NOT NULL CHECK (state IN ({{ROLLBACK_STATES}})),
	from_route VARCHAR NOT NULL CHECK (from_route IN ({{ROUTES}})),
	to_route VARCHAR NOT NULL CHECK (to_route IN ({{ROUTES}})),
	decided_by VARCHAR NOT NULL,
	decided_at TIMESTAMPTZ NOT NULL,
	as_of VARCHAR NOT NULL,
	alert_key VARCHAR NOT NULL,
	episode INTEGER NOT NULL,
	rule VARCHAR NOT NULL,
	worsening DOUBLE, -- of this intent at the firing; null where it is not known
	reference_since INTEGER, -- day number at which the reference of a change rule begins
	canary_percent DOUBLE NOT NULL, -- share kept on contain at random
	review_on VARCHAR,
	reason VARCHAR,
	evidence VARCHAR, -- the test that it rests on, JSON
	PRIMARY KEY (version, intent)
);

CREATE TABLE decision.usefulness (
	alert_key VARCHAR NOT NULL,
	episode INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	useful BOOLEAN NOT NULL,
	why VARCHAR,
	said_by VARCHAR NOT NULL,
	said_at TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (alert_key, episode, seq)
);
