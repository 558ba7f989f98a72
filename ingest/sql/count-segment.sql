-- grain: one row, the segment
-- clock: none
-- includes: every record that was read
-- excludes: nothing
SELECT count(*) AS "read", count(problem) AS quarantined FROM read_parquet($segment_file)
