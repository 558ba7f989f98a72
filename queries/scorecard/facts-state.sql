-- grain: one row, none before the first refresh
-- clock: none
-- includes: what the facts were built from, and how much people have drawn, skipped and reviewed
-- excludes: nothing
SELECT ingest_id, policy_hash, (SELECT count(*) FROM review.draw) AS draws, (SELECT count(*) FROM review.replacement) AS skips,
	(SELECT count(*) FROM review.review) AS reviews
FROM fact.refreshed
