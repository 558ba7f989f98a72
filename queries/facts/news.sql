-- grain: one row
-- clock: the end of an import
-- includes: imports that brought anything new; whether one of them is not in the facts yet
-- excludes: imports that changed nothing
SELECT max(finished_at) AS came_at,
	coalesce(max(ingest_id) > (SELECT max(ingest_id) FROM fact.refreshed), count(*) > 0) AS uncounted
FROM log.ingest WHERE accepted > 0
