-- grain: one row a file of the segment
-- clock: none
-- includes: every record that was read
-- excludes: files without records
SELECT file_no, count(*) AS "read", count(problem) AS quarantined FROM read_parquet($segment_file) GROUP BY file_no
