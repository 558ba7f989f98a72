-- grain: one row a conversation of which an export is wanted, the newest first
-- clock: the import
-- includes: what came by webhook and was no whole conversation, with its last reason
-- excludes: conversations of which something was accepted since
SELECT i.source, q.record_id AS id, arg_max(q.field, q.ingest_id) AS field, arg_max(q.reason, q.ingest_id) AS reason, max(i.finished_at) AS "at"
FROM log.quarantine q JOIN log.ingest i ON i.ingest_id = q.ingest_id
WHERE q.record_id IS NOT NULL AND regexp_matches(i.file, '[/\\]plimsoll-webhook-[^/\\]*[/\\]')
GROUP BY i.source, q.record_id
HAVING NOT coalesce(max(q.ingest_id) < (SELECT max(c.ingest_id) FROM log.conversation c WHERE c.source = i.source AND c.id = q.record_id), false)
ORDER BY "at" DESC, i.source, id
LIMIT $limit
