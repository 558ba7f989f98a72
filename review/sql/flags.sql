-- grain: one row a flag, with what ops did about it
-- clock: none
-- includes: flags of replaced items; of the plan $plan, the item $item, or the state $closed, null for all
-- excludes: nothing
WITH event AS (
	SELECT flag, coalesce(arg_max(kind, seq) FILTER (kind <> 'answered') = 'closed', false) AS closed,
		list({'kind': kind, 'said_by': said_by, 'happened_at': happened_at, 'text': text} ORDER BY seq) AS events
	FROM review.flag_event GROUP BY flag
)
SELECT f.flag, f.item, i.plan, i.week, i.source, i.id, f.reviewer, f.happened_at, f.reason, coalesce(e.closed, false) AS closed,
	coalesce(e.events, []) AS events
FROM review.flagged AS f JOIN review.item AS i ON i.item = f.item LEFT JOIN event AS e ON e.flag = f.flag
WHERE ($plan IS NULL OR i.plan = $plan) AND ($item IS NULL OR f.item = $item)
	AND ($closed IS NULL OR coalesce(e.closed, false) = $closed)
ORDER BY closed, CASE WHEN closed THEN -epoch_us(f.happened_at) ELSE epoch_us(f.happened_at) END, f.flag
