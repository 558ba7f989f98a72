-- grain: one row a flag being raised, answered, closed or opened again
-- clock: happened_at
-- includes: flags of replaced items
-- excludes: other plans than $plan, null for all
WITH told AS (
	SELECT flag, item, 0 AS seq, 'raised' AS kind, reviewer AS said_by, happened_at, reason AS text FROM review.flagged
	UNION ALL
	SELECT e.flag, f.item, e.seq, e.kind, e.said_by, e.happened_at, e.text FROM review.flag_event AS e JOIN review.flagged AS f ON f.flag = e.flag
)
SELECT i.plan, i.week, t.flag, t.item, i.source, i.id, t.seq, t.kind, t.said_by, t.happened_at, t.text
FROM told AS t JOIN review.item AS i ON i.item = t.item
WHERE $plan IS NULL OR i.plan = $plan
ORDER BY t.flag, t.seq
