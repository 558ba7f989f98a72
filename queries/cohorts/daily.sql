-- grain: one row a cohort day and intent
-- clock: the day of closing in the account's zone
-- includes: what counted.sql or counted-refunds.sql counts, of days that ended $maturityHours before as_of
-- excludes: days so young that an outcome can still change
, cohort AS (
	SELECT strftime(timezone($timeZone, clock_at), '%Y-%m-%d') AS day,
		timezone($timeZone, date_trunc('day', timezone($timeZone, clock_at)) + INTERVAL 1 DAY) AS day_ends,
		intent, as_of, counted
	FROM counted
)
SELECT day, intent, count(*) AS n, count(*) FILTER (counted) AS x
FROM cohort
WHERE counted IS NOT NULL AND day_ends + to_hours($maturityHours::INTEGER) <= as_of
GROUP BY day, intent
ORDER BY day, intent
