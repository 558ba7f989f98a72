-- grain: one row a replaced side record
-- clock: the ingest
-- includes: current versions for which a newer one is staged
-- excludes: everything else; no version is deleted
UPDATE log.side_record SET superseded_by = $ingest_id
WHERE source = $source AND superseded_by IS NULL
	AND (record, conversation_source, conversation_id, part_id) IN (
		SELECT (record, conversation_source, conversation_id, part_id) FROM staged_side)
