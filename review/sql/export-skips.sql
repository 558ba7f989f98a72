-- grain: one row an item that was skipped
-- clock: happened_at
-- includes: what stands in for it; null where its cell had nothing left
-- excludes: other plans than $plan, null for all
SELECT i.plan, i.week, r.item, i.source, i.id, r.reviewer, r.happened_at, r.reason, r.note, r.by_item
FROM review.replacement AS r JOIN review.item AS i ON i.item = r.item
WHERE $plan IS NULL OR i.plan = $plan
ORDER BY r.happened_at, r.item
