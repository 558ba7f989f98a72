-- grain: one row a reviewed item; of a double review, the one that was finished first
-- clock: none
-- includes: finished reviews of every drawn week of a plan
-- excludes: drafts, and items that were replaced
SELECT s.week, s.stratum, s.risky, s.said_solved, l.defect, l.score, l.solved
FROM review.standing AS s JOIN review.latest AS l ON l.item = s.item AND l.finished
WHERE s.plan = $plan
QUALIFY row_number() OVER (PARTITION BY s.item ORDER BY l.first_finished_at, l.reviewer) = 1
