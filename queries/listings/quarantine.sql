-- grain: one row a refused record, newest ingest first
-- clock: ingest order
-- includes: the field, the reason and the start of the record as it came
-- excludes: nothing
SELECT ingest_id, file, line, record_id, field, reason, left(raw, 2000) AS raw
FROM log.quarantine ORDER BY ingest_id DESC, file, line LIMIT $limit OFFSET $offset
