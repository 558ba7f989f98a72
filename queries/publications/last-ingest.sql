-- grain: one row
-- clock: when an ingest was finished
-- includes: ingests finished at or before $instant
-- excludes: what was taken in later
SELECT max(ingest_id) AS ingest_id FROM log.ingest WHERE finished_at <= $instant::TIMESTAMPTZ
