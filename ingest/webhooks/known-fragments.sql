-- grain: one row a piece that is not to be stored
-- clock: none
-- includes: pieces that came before, and those of conversations of people who were forgotten
-- excludes: pieces that are new
WITH given AS (SELECT unnest($conversations) AS conversation_id, unnest($hashes) AS content_hash)
SELECT given.content_hash FROM given JOIN log.fragment f ON f.source = $source AND f.conversation_id = given.conversation_id AND f.content_hash = given.content_hash
UNION
SELECT given.content_hash FROM given JOIN log.conversation c ON c.source = $source AND c.id = given.conversation_id
WHERE c.customer_id IN (SELECT 'forgotten-' || receipt FROM log.forgotten)
