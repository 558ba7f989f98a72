-- grain: one row
-- clock: the latest event of any current record
-- includes: contacts, ratings, audits and complaints
-- excludes: when a file was read
SELECT max(event_at) AS watermark FROM (
	SELECT greatest(started_at, closed_at, resolved_at, reopened_at, rating_at, list_max(complaint_at), outcome_at, first_human_reply_at, refund_wrong_at) AS event_at FROM fact.episode
)
