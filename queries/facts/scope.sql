-- grain: one row a current conversation whose facts are rebuilt
-- clock: none
-- includes: every conversation of a touched customer, on any channel and source; `fresh` is a version that came after ingest $since
-- excludes: replaced versions
CREATE OR REPLACE TEMP TABLE scope AS
SELECT conversation_key, source, id, segment, segment_row, intent, tool_names, customer_message_count, ingest_id > $since AS fresh
FROM log.conversation
WHERE superseded_by IS NULL
	AND (customer_id IN (SELECT customer_id FROM touched WHERE customer_id IS NOT NULL)
		OR (source, id) IN (SELECT (source, id) FROM touched))
