-- grain: one row, the current version of a conversation and its facts
-- clock: none
-- includes: where its transcript stands
-- excludes: replaced versions
SELECT c.segment, c.segment_row, c.status, c.intent_confidence, c.escalation_reason, c.handoff_parts, c.handed_off_at,
	c.engaged_at, c.escalation_needed_at, c.rating_score, c.rating_scale, e.*
FROM log.conversation AS c JOIN fact.episode AS e ON e.source = c.source AND e.id = c.id
WHERE c.superseded_by IS NULL AND c.source = $source AND c.id = $id
