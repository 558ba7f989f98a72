-- grain: one row a replaced version
-- clock: the ingest
-- includes: current versions of conversations for which a newer one is staged
-- excludes: everything else; no version is deleted
UPDATE log.conversation SET superseded_by = $ingest_base + staged.file_no
FROM staged_conversation AS staged
WHERE source = $source AND superseded_by IS NULL AND log.conversation.id = staged.id
