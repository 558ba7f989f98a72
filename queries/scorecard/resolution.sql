-- grain: one row a window and slice
-- clock: closed_at; hours from the first customer message to the resolve
-- includes: contacts resolved by $asOf; median, p90 and the order statistics that bound the median with 95 % confidence
-- excludes: contacts without a start or a resolve
, ranked AS (
	SELECT *, row_number() OVER slice_order AS position, count(*) OVER slice AS n FROM timed
	WINDOW slice AS (PARTITION BY label, path, tier, intent, channel, market, language, source, customer_value),
		slice_order AS (PARTITION BY label, path, tier, intent, channel, market, language, source, customer_value ORDER BY hours)
)
SELECT label, path, tier, intent, channel, market, language, source, customer_value,
	count(*) AS n, quantile_cont(hours, 0.5) AS p50, quantile_cont(hours, 0.9) AS p90,
	max(hours) FILTER (position = greatest(1, floor(n / 2.0 - 0.979981992270027 * sqrt(n))::BIGINT)) AS low,
	max(hours) FILTER (position = least(n, ceil(n / 2.0 + 0.979981992270027 * sqrt(n))::BIGINT + 1)) AS high
FROM ranked
GROUP BY ALL
