-- grain: one row a fresh conversation of segment $segment still without an intent
-- clock: none
-- includes: the first rule in the policy's order one of whose words stands in a customer message, case ignored
-- excludes: conversations with an intent of their own or by tool
INSERT INTO fact.derived_intent
WITH said AS (
	SELECT scope.conversation_key,
		lower(array_to_string(list_transform(list_filter(transcript.messages, lambda m: m.role = 'customer'), lambda m: coalesce(m.text, '')), ' ')) AS words
	FROM read_parquet($path, file_row_number = true) AS transcript
	JOIN scope ON scope.segment = $segment AND scope.segment_row = transcript.file_row_number
	WHERE scope.fresh AND scope.intent IS NULL AND scope.conversation_key NOT IN (SELECT conversation_key FROM fact.derived_intent)
)
SELECT said.conversation_key, arg_min(rule.intent, rule.position)
FROM said JOIN fact.intent_rule AS rule ON rule.word IS NOT NULL AND contains(said.words, lower(rule.word))
GROUP BY said.conversation_key
