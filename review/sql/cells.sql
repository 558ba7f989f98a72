-- grain: one row a stratum, with or without a risk signal
-- clock: the week of review_frame
-- includes: how many there are to draw from
-- excludes: empty cells
SELECT stratum, risky, count(*) AS population FROM review_frame GROUP BY ALL ORDER BY stratum, risky
