-- grain: one row a record that was refused
-- clock: the ingest
-- includes: its line where known, its first problem and its text
-- excludes: text past 1,000,000 characters
INSERT INTO log.quarantine BY NAME
SELECT $ingest_base + file_no AS ingest_id, $files[file_no] AS file, line, id AS record_id,
	split_part(problem, ': ', 1) AS field, substr(problem, strpos(problem, ': ') + 2) AS reason, raw
FROM read_parquet($quarantine_file)
