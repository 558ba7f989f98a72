-- grain: one row a replaced version
-- clock: the ingest
-- includes: current versions of conversations for which a newer one is staged
-- excludes: everything else; no version is deleted
UPDATE log.conversation SET superseded_by = $ingest_id
WHERE source = $source AND superseded_by IS NULL AND id IN (SELECT id FROM staged_conversation)
