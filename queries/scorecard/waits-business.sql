-- grain: one row a window, slice, length of wait in business minutes and way it ended
-- clock: as waited.sql, but a wait counts only while the account is open, by $weekdays, $opens and $closes in $timeZone
-- includes: every wait of waited.sql
-- excludes: $holidays; nights
SELECT label, path, tier, intent, channel, market, language, source, customer_value,
	ending, greatest(0, seconds) / 60 AS minutes, count(*) AS n
FROM measured
GROUP BY ALL
