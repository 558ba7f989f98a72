-- grain: one row a piece of the conversations that are asked for
-- clock: none
-- includes: all that ever came of them, and what is known of the version that is stored
-- excludes: pieces that went with the text of their conversation
SELECT f.conversation_id, f.file, f.start, f.bytes, c.text_message_count AS stored_messages, c.first_customer_at AS stored_asked_at
FROM log.fragment f
LEFT JOIN log.conversation c ON c.source = f.source AND c.id = f.conversation_id AND c.superseded_by IS NULL
WHERE f.source = $source AND f.conversation_id IN (SELECT unnest($ids))
ORDER BY f.conversation_id, f.received_at, f.content_hash
