-- grain: one row, the transcript at $row of the segment at $path
-- clock: none
-- includes: notes that the customer never saw, marked
-- excludes: nothing
SELECT messages, tool_calls FROM read_parquet($path, file_row_number = true) WHERE file_row_number = $row
