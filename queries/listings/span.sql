-- grain: one row
-- clock: closed_at
-- includes: first and last dated contact
-- excludes: test traffic, business and survey messages
SELECT min(clock_at) AS first, max(clock_at) AS last FROM fact.episode WHERE excluded IS NULL
