-- grain: one row a reason
-- clock: as of contacts: when it closed, in the half-open window from $since to $until; null is everything
-- includes: conversations that are stored and counted but never measured
-- excludes: contacts
SELECT excluded AS reason, count(*) AS n
FROM fact.episode
WHERE excluded IS NOT NULL
	AND ($since::TIMESTAMPTZ IS NULL OR (clock_at >= $since::TIMESTAMPTZ AND clock_at < $until::TIMESTAMPTZ))
GROUP BY excluded ORDER BY excluded
