-- grain: one row a replaced side record
-- clock: the ingest
-- includes: current versions for which a newer one is staged
-- excludes: everything else; no version is deleted
UPDATE log.side_record AS stored SET superseded_by = $ingest_base + staged.file_no
FROM staged_side AS staged
WHERE stored.source = $source AND stored.superseded_by IS NULL AND stored.record = staged.record
	AND stored.conversation_source = staged.conversation_source
	AND stored.conversation_id = staged.conversation_id AND stored.part_id = staged.part_id
