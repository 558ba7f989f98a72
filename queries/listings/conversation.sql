-- grain: one row, the current version of a conversation and its facts
-- clock: none
-- includes: where its transcript stands; the rating as given, also one that came too late to count
-- excludes: replaced versions
WITH late AS (
	SELECT arg_max(score, coalesce(version_at, answered_at, asked_at)) AS score, arg_max(scale, coalesce(version_at, answered_at, asked_at)) AS scale,
		arg_max(answered_at, coalesce(version_at, answered_at, asked_at)) AS answered_at
	FROM log.side_record
	WHERE record = 'rating' AND superseded_by IS NULL AND score IS NOT NULL AND conversation_source = $source AND conversation_id = $id
)
SELECT c.segment, c.segment_row, c.status, c.intent_confidence, c.escalation_reason, c.handoff_parts, c.handed_off_at,
	c.engaged_at, c.escalation_needed_at, c.text_deleted_at,
	coalesce(late.score, c.rating_score) AS rating_score,
	CASE WHEN late.score IS NOT NULL THEN late.scale ELSE c.rating_scale END AS rating_scale,
	CASE WHEN late.score IS NOT NULL THEN late.answered_at ELSE c.rating_answered_at END AS rating_answered_at,
	e.*
FROM log.conversation AS c JOIN fact.episode AS e ON e.source = c.source AND e.id = c.id CROSS JOIN late
WHERE c.superseded_by IS NULL AND c.source = $source AND c.id = $id
