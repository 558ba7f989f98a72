-- grain: one row a contact; stands after review-each.sql
-- clock: as review-each.sql
-- includes: for $metric: what the reviewer found, with the score; pending is what was drawn and is not reviewed
-- excludes: nothing; a contact that was not drawn has neither hit nor pending
, told AS (
	SELECT sliced.*, 0 AS part,
		CASE $metric
			WHEN 'review_defect_rate' THEN reviewable.defect
			WHEN 'not_solved_by_review' THEN CASE WHEN reviewable.said_solved THEN NOT reviewable.solved END
			WHEN 'review_score' THEN reviewable.score IS NOT NULL OR NULL
		END AS hit,
		coalesce(NOT reviewable.reviewed AND ($metric <> 'not_solved_by_review' OR reviewable.said_solved), false) AS pending,
		reviewable.score AS value, NULL::VARCHAR[] AS signals
	FROM sliced LEFT JOIN reviewable ON reviewable.conversation_key = sliced.conversation_key
)
