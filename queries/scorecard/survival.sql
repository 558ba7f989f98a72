-- grain: one row a window and slice
-- clock: closed_at; hours run from the resolve to the next contact, the rest is censored at as_of
-- includes: Kaplan-Meier survival at 72 hours and Greenwood's sum, rows that are still open to change included
-- excludes: contacts without a resolve or a customer id
, times AS (
	SELECT label, path, tier, intent, channel, market, language, source, customer_value,
		wait, count(*) AS leaving, countif(returned) AS events
	FROM waits GROUP BY ALL
), at_risk AS (
	SELECT *, sum(leaving) OVER (
		PARTITION BY label, path, tier, intent, channel, market, language, source, customer_value
		ORDER BY wait ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS risk
	FROM times
)
SELECT label, path, tier, intent, channel, market, language, source, customer_value,
	sum(leaving) AS n, sum(events) AS events,
	coalesce(sum(leaving - events) FILTER (wait < 72 * 3600 * 1000000::BIGINT), 0) AS censored,
	bool_or(events = risk) AS all_returned,
	coalesce(exp(sum(ln(nullif(1 - events / risk, 0)))), 1) AS survival,
	coalesce(sum(events / nullif(risk * (risk - events), 0)), 0) AS greenwood,
	max(wait) >= 72 * 3600 * 1000000::BIGINT AS reaches
FROM at_risk
GROUP BY ALL
