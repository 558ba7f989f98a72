-- grain: one row a row of the segment at $segment_file; `former_row` is its place there
-- clock: none
-- includes: all of them; texts and arguments are nothing where `gone` names the row, and the customer is $anonymous where that is given
-- excludes: lines that were refused, which older segments hold
SELECT s.* EXCLUDE (file_row_number, messages, tool_calls, customer_id, {{former}}),
	s.file_row_number AS former_row,
	CASE WHEN gone.segment_row IS NULL OR $anonymous::VARCHAR IS NULL THEN s.customer_id ELSE $anonymous END AS customer_id,
	CASE WHEN gone.segment_row IS NULL THEN s.messages ELSE {{messages}} END AS messages,
	CASE WHEN gone.segment_row IS NULL THEN s.tool_calls ELSE {{tool_calls}} END AS tool_calls
FROM read_parquet($segment_file, file_row_number = true) AS s
LEFT JOIN gone ON gone.segment = $segment AND gone.segment_row = s.file_row_number
