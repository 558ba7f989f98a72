-- A complaint that doesn't say whether it went to a regulator is unknown, not a no; nor does a source that never says.
-- Facts can be recomputed: an empty fact.refreshed has them built anew.
DELETE FROM fact.refreshed;
ALTER TABLE fact.source ADD COLUMN regulator_since TIMESTAMPTZ;
ALTER TABLE fact.episode ADD COLUMN unknown_complaint_at TIMESTAMPTZ[];
ALTER TABLE fact.episode ADD COLUMN regulator_said_at TIMESTAMPTZ;
