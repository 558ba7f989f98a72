-- grain: one row a week
-- clock: clock_at in the week; a rating counts when it had come by the end of the week, or by the end of the next
-- includes: every contact; ratings of those that only the bot answered, crude, as a dashboard shows them
-- excludes: test traffic, spam, merged, business and survey messages
WITH dated AS (
	SELECT unnest($labels) AS week, unnest($since)::TIMESTAMPTZ AS since, unnest($until)::TIMESTAMPTZ AS until
), rated AS (
	SELECT week, path, rating_share >= 0.75 AS top,
		rating_share IS NOT NULL AND rating_at < until AS at_once,
		rating_share IS NOT NULL AND rating_at < until + INTERVAL 7 DAYS AS later
	FROM fact.episode JOIN dated ON clock_at >= since AND clock_at < until
	WHERE excluded IS NULL
)
SELECT week,
	count(*) AS contacts,
	countif(path = 'ai_only') AS ai_only,
	countif(path = 'ai_only' AND at_once) AS rated,
	countif(path = 'ai_only' AND at_once AND top) AS top,
	countif(path = 'ai_only' AND later) AS rated_later,
	countif(path = 'ai_only' AND later AND top) AS top_later
FROM rated
GROUP BY week
ORDER BY week
