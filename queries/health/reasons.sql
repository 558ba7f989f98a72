-- grain: one row a source, field and reason, the most frequent first
-- clock: none
-- includes: every record that was put aside; the newest import that has the reason, and one record of it
-- excludes: nothing
SELECT i.source, q.field, q.reason, count(*)::INTEGER AS records, count(DISTINCT q.ingest_id)::INTEGER AS imports, max(q.ingest_id) AS ingest_id,
	max(i.finished_at) AS last_at, arg_max(q.record_id, q.ingest_id) AS record_id
FROM log.quarantine q JOIN log.ingest i ON i.ingest_id = q.ingest_id
GROUP BY i.source, q.field, q.reason
ORDER BY records DESC, i.source, q.field, q.reason
LIMIT $limit
