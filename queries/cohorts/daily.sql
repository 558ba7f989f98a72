-- grain: one row a cohort day and intent
-- clock: the day of closing in the account's zone
-- includes: contacts with a known outcome, of days that ended long enough before $asOf that nothing can change
-- excludes: test traffic, business and survey messages; days with rows still open to change
WITH cohort AS (
	SELECT strftime(timezone($timeZone, clock_at), '%Y-%m-%d') AS day,
		timezone($timeZone, date_trunc('day', timezone($timeZone, clock_at)) + INTERVAL 1 DAY) AS day_ends,
		coalesce(intent, '(none)') AS intent,
		CASE $metric
			WHEN 'csat_top_box' THEN CASE WHEN rating_at <= $asOf::TIMESTAMPTZ THEN rating_share >= 0.75 END
			WHEN 'recontact_72h' THEN recontact_72h
		END AS counted
	FROM fact.episode
	WHERE excluded IS NULL AND clock_at IS NOT NULL
		AND (len($filterPath) = 0 OR list_contains($filterPath, path))
		AND (len($filterTier) = 0 OR list_contains($filterTier, tier))
		AND (len($filterIntent) = 0 OR list_contains($filterIntent, coalesce(intent, '(none)')))
		AND (len($filterChannel) = 0 OR list_contains($filterChannel, coalesce(channel, '(none)')))
		AND (len($filterMarket) = 0 OR list_contains($filterMarket, coalesce(market, '(none)')))
		AND (len($filterLanguage) = 0 OR list_contains($filterLanguage, coalesce(language, '(none)')))
		AND (len($filterSource) = 0 OR list_contains($filterSource, source))
		AND (len($filterCustomerValue) = 0 OR list_contains($filterCustomerValue, coalesce(customer_value, '(none)')))
)
SELECT day, intent, count(*) AS n, count(*) FILTER (counted) AS x
FROM cohort
WHERE counted IS NOT NULL
	AND day_ends + CASE $metric WHEN 'csat_top_box' THEN INTERVAL 168 HOURS ELSE INTERVAL 72 HOURS END <= $asOf::TIMESTAMPTZ
GROUP BY day, intent
ORDER BY day, intent
