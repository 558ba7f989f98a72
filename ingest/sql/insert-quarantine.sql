-- grain: one row a record that was refused
-- clock: the ingest
-- includes: its line where known, its first problem and the start of its text
-- excludes: text past 2,000 characters
INSERT INTO log.quarantine BY NAME
SELECT $ingest_id AS ingest_id, $file AS file, line, id AS record_id,
	split_part(problem, ': ', 1) AS field, substr(problem, strpos(problem, ': ') + 2) AS reason, left(raw, 2000) AS raw
FROM read_parquet($quarantine_file)
