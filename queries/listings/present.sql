-- grain: one row a dimension and value, the most frequent first
-- clock: clock_at in the half-open window from $since to $until
-- includes: values that contacts of the window have; '(none)' where the log says nothing
-- excludes: test traffic, business and survey messages
WITH counted AS (
	SELECT path, tier, coalesce(intent, '(none)') AS intent, coalesce(channel, '(none)') AS channel, coalesce(market, '(none)') AS market,
		coalesce(language, '(none)') AS language, source, coalesce(customer_value, '(none)') AS customer_value, count(*) AS n
	FROM fact.episode
	WHERE excluded IS NULL AND clock_at >= $since::TIMESTAMPTZ AND clock_at < $until::TIMESTAMPTZ
	GROUP BY ALL
)
SELECT dimension, value, sum(n)::BIGINT AS contacts
FROM (UNPIVOT counted ON path, tier, intent, channel, market, language, source, customer_value INTO NAME dimension VALUE value)
GROUP BY dimension, value
ORDER BY dimension, contacts DESC, value
