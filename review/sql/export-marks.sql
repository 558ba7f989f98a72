-- grain: one row a saved version of a review
-- clock: happened_at, when it was saved
-- includes: drafts, replaced items, and versions that a dispute made; the last version of an item and reviewer is marked
-- excludes: other plans than $plan, null for all
SELECT i.plan, i.week, r.item, i.source, i.id, i.stratum, i.risky, i.part, i.probability, r.reviewer, r.version, r.happened_at, r.finished,
	r.version = max(r.version) OVER (PARTITION BY r.item, r.reviewer) AS latest, r.score, r.defect, r.solved, r.root_causes, r.note,
	r.changed_by, json_extract_string(d.rubric, '$.rubric') AS rubric, json_extract(d.rubric, '$.version')::INTEGER AS rubric_version,
	r.seen_hash, r.answers
FROM review.review AS r JOIN review.item AS i ON i.item = r.item JOIN review.draw AS d ON d.plan = i.plan AND d.week = i.week
WHERE $plan IS NULL OR i.plan = $plan
ORDER BY r.happened_at, r.item, r.reviewer, r.version
