-- grain: one row a fresh conversation in scope without an intent
-- clock: none
-- includes: the first rule in the policy's order one of whose tools was called
-- excludes: conversations with an intent of their own
INSERT INTO fact.derived_intent
SELECT scope.conversation_key, arg_min(rule.intent, rule.position)
FROM (SELECT conversation_key, unnest(tool_names) AS tool FROM scope WHERE fresh AND intent IS NULL
	AND conversation_key NOT IN (SELECT conversation_key FROM fact.derived_intent)) AS scope
JOIN fact.intent_rule AS rule ON rule.tool = scope.tool
GROUP BY scope.conversation_key
