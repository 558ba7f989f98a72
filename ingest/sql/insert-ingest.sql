-- grain: one row a file
-- clock: started_at, finished_at
-- includes: files of which nothing was kept
-- excludes: files that were refused as a whole
INSERT INTO log.ingest BY NAME
SELECT $ingest_id AS ingest_id, $source AS source, $file AS file, $bytes AS bytes,
	$started_at::TIMESTAMPTZ AS started_at, $finished_at::TIMESTAMPTZ AS finished_at,
	$read AS "read", $accepted AS accepted, $unchanged AS unchanged, $quarantined AS quarantined, $segment AS segment
