-- grain: one row, none before the first refresh
-- clock: none
-- includes: what the facts were built from
-- excludes: nothing
SELECT ingest_id, policy_hash FROM fact.refreshed
