-- grain: one row a reviewed item; of a double review, the one that was finished first
-- clock: none
-- includes: finished reviews of every drawn week of a plan
-- excludes: drafts, and items that were replaced
SELECT s.week, s.stratum, s.risky, s.said_solved, l.defect, l.score, l.solved
FROM review.standing AS s JOIN review.counted_by(NULL) AS l ON l.item = s.item
WHERE s.plan = $plan
