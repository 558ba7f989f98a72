-- grain: one row a conversation delivered or replaced, or given a side record, after ingest $since
-- clock: ingest order
-- includes: the old and the new customer of a replaced version; everything when $everything
-- excludes: nothing
CREATE OR REPLACE TEMP TABLE touched AS
SELECT DISTINCT source, id, customer_id
FROM log.conversation
WHERE $everything OR ingest_id > $since OR superseded_by > $since
	OR (source, id) IN (
		SELECT (conversation_source, conversation_id) FROM log.side_record
		WHERE ingest_id > $since OR superseded_by > $since
	)
