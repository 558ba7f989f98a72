-- Baselines frozen by hand. Rows are added and never rewritten: the newest version of a series is in force.
CREATE TABLE ledger.baseline (
	series VARCHAR NOT NULL, -- the key of its alert: metric, direction and slice of a rule
	version INTEGER NOT NULL,
	rule VARCHAR NOT NULL,
	since VARCHAR NOT NULL,
	until VARCHAR NOT NULL,
	in_force_from VARCHAR NOT NULL, -- the watermark at which it was frozen: no earlier look knows of it
	frozen_at TIMESTAMPTZ NOT NULL,
	author VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	baseline VARCHAR NOT NULL,
	hash VARCHAR NOT NULL,
	PRIMARY KEY (series, version)
);
