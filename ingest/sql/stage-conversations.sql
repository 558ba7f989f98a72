-- grain: one row a conversation id of the segment: its newest version, judged against what is stored
-- clock: version_at
-- includes: conversation rows without a problem
-- excludes: older versions within the file, and versions that are not news
CREATE OR REPLACE TEMP TABLE staged_conversation AS
WITH incoming AS (
	SELECT id, version_at, content_hash, file_no, file_row_number AS segment_row
	FROM read_parquet($segment_file, file_row_number = true)
	WHERE record = 'conversation' AND problem IS NULL
	QUALIFY row_number() OVER (PARTITION BY id ORDER BY version_at DESC NULLS LAST, file_no DESC, content_hash DESC, file_row_number) = 1
)
SELECT i.id, i.segment_row, i.file_no, c.conversation_key AS known_key
FROM incoming i
LEFT JOIN log.conversation c ON c.source = $source AND c.id = i.id AND c.superseded_by IS NULL
WHERE c.id IS NULL
	OR i.version_at > c.version_at
	OR (c.version_at IS NULL AND i.version_at IS NOT NULL)
	OR (i.version_at IS NOT DISTINCT FROM c.version_at AND i.content_hash <> c.content_hash)
