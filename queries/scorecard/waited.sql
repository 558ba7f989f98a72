-- grain: one row a contact and window that needed a person; stands between windowed.sql and the statements that measure the wait
-- clock: closed_at; a wait runs from the earliest of request, trigger and handoff
-- includes: waits without a reply in time, which end when the customer left, the conversation ended, or at as_of
-- excludes: contacts that needed no person
, waits AS (
	SELECT *, coalesce(first_human_reply_at <= least(as_of, abandoned_at), false) AS engaged, coalesce(abandoned_at <= as_of, false) AS left_waiting,
		CASE WHEN engaged THEN 'engaged' WHEN left_waiting THEN 'abandoned' WHEN ended THEN 'unanswered' ELSE 'waiting' END AS ending,
		greatest(escalation_started_at, CASE
			WHEN engaged THEN first_human_reply_at
			WHEN left_waiting THEN abandoned_at
			WHEN ended THEN closed_at
			ELSE as_of END) AS finished_at
	FROM sliced WHERE escalation_started_at <= as_of
)
