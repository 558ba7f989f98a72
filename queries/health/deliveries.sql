-- grain: one row a source
-- clock: when an import finished
-- includes: every import that was taken in; files within an hour of each other are one delivery, and `usual_gap_s` is the median time between those that brought something new
-- excludes: nothing
WITH brought AS (
	SELECT source, finished_at, epoch(finished_at) - epoch(lag(finished_at) OVER (PARTITION BY source ORDER BY finished_at)) AS since_last
	FROM log.ingest WHERE accepted > 0
), gaps AS (
	SELECT source, epoch(finished_at) - epoch(lag(finished_at) OVER (PARTITION BY source ORDER BY finished_at)) AS gap
	FROM brought WHERE since_last IS NULL OR since_last > 3600
), rhythm AS (
	SELECT source, count(*)::INTEGER AS deliveries, median(gap) AS usual_gap_s FROM gaps GROUP BY source
), told AS (
	SELECT source, count(*)::INTEGER AS imports, max(finished_at) AS last_import_at, max(finished_at) FILTER (accepted > 0) AS last_new_at, sum(read)::BIGINT AS read, sum(accepted)::BIGINT AS accepted,
		sum(unchanged)::BIGINT AS unchanged, sum(quarantined)::BIGINT AS quarantined
	FROM log.ingest GROUP BY source
), stored AS (
	SELECT source, count(*)::BIGINT AS conversations, max(started_at) AS newest_conversation_at FROM log.conversation WHERE superseded_by IS NULL GROUP BY source
)
SELECT told.*, coalesce(rhythm.deliveries, 0) AS deliveries, rhythm.usual_gap_s, coalesce(stored.conversations, 0) AS conversations, stored.newest_conversation_at
FROM told LEFT JOIN rhythm USING (source) LEFT JOIN stored USING (source)
ORDER BY source
