-- grain: one row a refused record of ingest $ingest_id, in the order of the file
-- clock: none
-- includes: the record as it came, as far as it is kept
-- excludes: lines that could not be told apart
SELECT line, record_id, field, reason, raw
FROM log.quarantine WHERE ingest_id = $ingest_id ORDER BY line NULLS LAST, record_id
