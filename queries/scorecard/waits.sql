-- grain: one row a window, slice, length of wait and way it ended
-- clock: closed_at; a wait runs from the earliest of request, trigger and handoff
-- includes: waits without a reply in time, censored when the customer left, the conversation ended, or at $asOf
-- excludes: contacts that needed no person
, waits AS (
	SELECT *, coalesce(first_human_reply_at <= least(as_of, abandoned_at), false) AS engaged, coalesce(abandoned_at <= as_of, false) AS left_waiting
	FROM sliced WHERE escalation_started_at <= as_of
)
SELECT label, path, tier, intent, channel, market, language, source, customer_value,
	CASE WHEN engaged THEN 'engaged' WHEN left_waiting THEN 'abandoned' WHEN ended THEN 'unanswered' ELSE 'waiting' END AS ending,
	greatest(0, epoch(CASE
		WHEN engaged THEN first_human_reply_at
		WHEN left_waiting THEN abandoned_at
		WHEN ended THEN closed_at
		ELSE as_of END - escalation_started_at)) / 60 AS minutes,
	count(*) AS n
FROM waits
GROUP BY ALL
