-- grain: one row a week of history, intent and path; and one a week and path over all intents, with intent null
-- clock: clock_at in half-open windows; an outcome counts when it can no longer change
-- includes: contacts of outcomes.sql; `assisted` are those that a person answered after the bot, or from its draft
-- excludes: minutes that the log does not say, from their own counts; never taken for 0
, handled AS (
	SELECT *, CASE WHEN real_path = 'ai_only' THEN 'ai_only' WHEN real_path = 'escalated' OR (real_path = 'human_only' AND assisted) THEN 'assisted' ELSE 'other' END AS way,
		CASE WHEN durable_resolution IS NULL OR NOT coalesce(rework_closed_at <= as_of, true) THEN NULL
			WHEN rework_closed_at IS NULL THEN 0
			WHEN rework_human_minutes IS NOT NULL THEN rework_human_minutes
			WHEN rework_path IN ('ai_only', 'abandoned') THEN 0 END AS rework_minutes
	FROM outcomes
)
SELECT label AS week, intent, way,
	count(*) AS contacts,
	count(customer_id) AS identified,
	count(DISTINCT customer_id) AS customers,
	count(bad_containment) AS bad_known,
	countif(bad_containment) AS bad,
	count(durable_resolution) AS durable_known,
	countif(durable_resolution) AS durable,
	count(human_minutes) AS minutes_known,
	coalesce(sum(human_minutes), 0) AS minutes,
	coalesce(sum(human_minutes * human_minutes), 0) AS minutes_squared,
	count(rework_minutes) AS rework_known,
	coalesce(sum(rework_minutes), 0) AS rework,
	coalesce(sum(rework_minutes * rework_minutes), 0) AS rework_squared
FROM handled
GROUP BY GROUPING SETS ((label, intent, way), (label, way))
ORDER BY label, intent, way
