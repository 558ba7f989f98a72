-- grain: one row a file with an accepted record
-- clock: none
-- includes: staged conversations and side records
-- excludes: files of which nothing was news
SELECT file_no, count(*) FILTER (kind = 'conversation') AS conversations, count(*) FILTER (kind = 'side') AS side_records
FROM (
	SELECT file_no, 'conversation' AS kind FROM staged_conversation
	UNION ALL
	SELECT file_no, 'side' AS kind FROM staged_side
)
GROUP BY file_no
