-- grain: one row a side; stands after ranked.sql
-- clock: as windowed.sql
-- includes: how many rows stand on it, and the sum of their own figures
-- excludes: nothing
SELECT side, count(*) AS n, coalesce(sum(value), 0) AS total FROM ranked GROUP BY side
