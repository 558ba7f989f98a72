-- grain: one row a comment
-- clock: happened_at, when it was written
-- includes: the message it is on, counted from 0; null for the whole conversation
-- excludes: other plans than $plan, null for all
SELECT i.plan, i.week, c.item, i.source, i.id, c.reviewer, c.happened_at, c.message, c.text
FROM review.comment AS c JOIN review.item AS i ON i.item = c.item
WHERE $plan IS NULL OR i.plan = $plan
ORDER BY c.happened_at, c.item, c.reviewer
