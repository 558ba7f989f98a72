-- grain: one row a cohort day, intent and instant at which its counts changed
-- clock: the day of closing in the account's zone; known_at is null for what was known when the day was ripe
-- includes: what counted.sql or counted-refunds.sql counts; rows known by an instant add up to what daily.sql says of it
-- excludes: instants at which nothing changed
, step AS (
	SELECT day, intent, as_of, ripe_at,
		(counted IS NOT NULL)::INTEGER AS n, coalesce(counted, false)::INTEGER AS x,
		coalesce(lag(n) OVER looks, 0) AS n_before, coalesce(lag(x) OVER looks, 0) AS x_before
	FROM counted
	WINDOW looks AS (PARTITION BY conversation_key, part ORDER BY as_of)
)
SELECT day, intent, CASE WHEN as_of > ripe_at THEN as_of END AS known_at,
	sum(n - n_before)::INTEGER AS n, sum(x - x_before)::INTEGER AS x
FROM step
WHERE n <> n_before OR x <> x_before
GROUP BY ALL
HAVING sum(n - n_before) <> 0 OR sum(x - x_before) <> 0
ORDER BY day, intent, known_at NULLS FIRST
