-- grain: one row a signal that was read from the customer's words in a conversation
-- clock: said_at, the first message that says so; null where it has no time
-- includes: signals that count for the conversation
-- excludes: replaced versions
SELECT s.signal, s.said_at AS "at"
FROM fact.episode AS e JOIN fact.signal AS s ON s.conversation_key = e.conversation_key
WHERE e.source = $source AND e.id = $id AND list_contains(e.derived_signals, s.signal)
ORDER BY s.said_at, s.signal
