-- grain: at most one row, the next item for a reviewer
-- clock: $now, for the leases
-- includes: what the reviewer holds or has begun first, then the queue; a double review has room for two
-- excludes: what the reviewer has finished, $after (what they are at), and what others hold or have finished
WITH engaged AS (
	SELECT item, reviewer FROM review.latest WHERE finished
	UNION
	SELECT item, reviewer FROM review.lease WHERE until > $now::TIMESTAMPTZ
), others AS (
	SELECT item, count(*) AS n FROM engaged WHERE reviewer <> $reviewer GROUP BY item
)
SELECT s.item
FROM review.standing AS s
LEFT JOIN others AS o ON o.item = s.item
LEFT JOIN review.latest AS mine ON mine.item = s.item AND mine.reviewer = $reviewer
LEFT JOIN review.lease AS held ON held.item = s.item AND held.reviewer = $reviewer AND held.until > $now::TIMESTAMPTZ
WHERE s.plan = $plan AND s.week = $week
	AND NOT coalesce(mine.finished, false) AND s.item IS DISTINCT FROM $after
	AND coalesce(o.n, 0) < CASE WHEN s.two_reviewers THEN 2 ELSE 1 END
ORDER BY (mine.item IS NOT NULL OR held.item IS NOT NULL) DESC, s.queue, s.item
LIMIT 1
