-- grain: one row an ingest, newest first
-- clock: when it finished
-- includes: ingests that accepted nothing
-- excludes: nothing
SELECT ingest_id, source, file, bytes, started_at, finished_at, read, accepted, unchanged, quarantined
FROM log.ingest ORDER BY ingest_id DESC LIMIT $limit OFFSET $offset
