-- grain: one row a source and kind of record (conversations, and each kind of small record)
-- clock: from the end of the conversation to the end of the import that brought the record first
-- includes: first versions, but for those of the first import that had any of the kind, which is history
-- excludes: records about conversations that never came; conversations without an end
WITH arrived AS (
	SELECT source, 'conversation' AS kind, id, min(ingest_id) AS ingest_id FROM log.conversation GROUP BY source, id
	UNION ALL
	SELECT conversation_source, record, conversation_id, min(ingest_id) FROM log.side_record GROUP BY conversation_source, record, conversation_id, part_id
), first_import AS (
	SELECT source, kind, min(ingest_id) AS ingest_id FROM arrived GROUP BY source, kind
), ended AS (
	SELECT source, id, coalesce(ended_at, resolved_at, last_message_at) AS ended_at FROM log.conversation WHERE superseded_by IS NULL
), lags AS (
	SELECT a.source, a.kind, epoch(i.finished_at) - epoch(e.ended_at) AS lag_s
	FROM arrived a
	JOIN ended e ON e.source = a.source AND e.id = a.id
	JOIN log.ingest i ON i.ingest_id = a.ingest_id
	JOIN first_import f ON f.source = a.source AND f.kind = a.kind
	WHERE e.ended_at IS NOT NULL AND a.ingest_id > f.ingest_id
)
SELECT source, kind, count(*)::INTEGER AS records, median(lag_s) AS median_s,
	countif(lag_s > 86400)::INTEGER AS over_24h, countif(lag_s > 259200)::INTEGER AS over_72h, countif(lag_s > 604800)::INTEGER AS over_7d
FROM lags GROUP BY source, kind ORDER BY source, kind
