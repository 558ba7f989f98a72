-- grain: one row a side record (kind, conversation, part) of the segment: its newest version
-- clock: version_at
-- includes: side records without a problem
-- excludes: older versions within the file, and versions that are not news
CREATE OR REPLACE TEMP TABLE staged_side AS
WITH incoming AS (
	SELECT record, coalesce(side.conversation_source, 'canonical') AS conversation_source,
		side.conversation_id AS conversation_id,
		coalesce(CASE record WHEN 'refund_audit' THEN side.refund_id WHEN 'complaint' THEN side.id END, '') AS part_id,
		version_at, content_hash, file_no, side
	FROM read_parquet($segment_file)
	WHERE record <> 'conversation' AND problem IS NULL
	QUALIFY row_number() OVER (
		PARTITION BY record, conversation_source, conversation_id, part_id
		ORDER BY version_at DESC NULLS LAST, file_no DESC, content_hash DESC) = 1
)
SELECT i.*
FROM incoming i
LEFT JOIN log.side_record c ON c.source = $source AND c.superseded_by IS NULL AND c.record = i.record
	AND c.conversation_source = i.conversation_source AND c.conversation_id = i.conversation_id AND c.part_id = i.part_id
WHERE c.record IS NULL
	OR i.version_at > c.version_at
	OR (c.version_at IS NULL AND i.version_at IS NOT NULL)
	OR (i.version_at IS NOT DISTINCT FROM c.version_at AND i.content_hash <> c.content_hash)
