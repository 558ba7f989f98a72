-- grain: one row a Parquet segment
-- clock: none
-- includes: segments that hold a fresh conversation in scope still without an intent
-- excludes: conversations without a customer message; everything when no rule has words
SELECT DISTINCT segment
FROM scope
WHERE fresh AND intent IS NULL AND customer_message_count > 0
	AND conversation_key NOT IN (SELECT conversation_key FROM fact.derived_intent)
	AND EXISTS (SELECT 1 FROM fact.intent_rule WHERE word IS NOT NULL)
