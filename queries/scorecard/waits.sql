-- grain: one row a window, slice, length of wait and way it ended
-- clock: as waited.sql
-- includes: every wait of waited.sql, in minutes by the calendar
-- excludes: nothing
SELECT label, path, tier, intent, channel, market, language, source, customer_value,
	ending, epoch(finished_at - escalation_started_at) / 60 AS minutes, count(*) AS n
FROM waits
GROUP BY ALL
