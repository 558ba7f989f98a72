-- grain: one row a conversation: an object with `messages`, or a bare list of messages
-- clock: times of the conversation and its messages, where there are any
-- includes: what customer and assistant said, tool calls with their results
-- excludes: system and developer prompts, parts that are not text
WITH shaped AS (
	SELECT file_no, line, raw, CASE WHEN json_type(entry) = 'ARRAY' THEN json_object('messages', entry) WHEN json_type(entry) = 'OBJECT' THEN entry END AS e
	FROM ({{entries}})
), parts AS (
	SELECT file_no, line, raw, e,
		from_json(e, '{"id":"VARCHAR","conversation_id":"VARCHAR","thread_id":"VARCHAR","session_id":"VARCHAR","customer_id":"VARCHAR","user_id":"VARCHAR","user":"VARCHAR","created_at":"VARCHAR","created":"VARCHAR","timestamp":"VARCHAR","updated_at":"VARCHAR","ended_at":"VARCHAR","channel":"VARCHAR","language":"VARCHAR","intent":"VARCHAR","metadata":{"user_id":"VARCHAR","customer_id":"VARCHAR","channel":"VARCHAR","language":"VARCHAR","intent":"VARCHAR"}}') AS c,
		from_json(e->'$.messages', '[{"role":"VARCHAR","content":"JSON","refusal":"VARCHAR","created_at":"VARCHAR","created":"VARCHAR","timestamp":"VARCHAR","name":"VARCHAR","tool_call_id":"VARCHAR","error":"JSON","is_error":"VARCHAR","status":"VARCHAR","tool_calls":[{"id":"VARCHAR","name":"VARCHAR","arguments":"JSON","function":{"name":"VARCHAR","arguments":"JSON"},"custom":{"name":"VARCHAR","input":"JSON"}}],"function_call":{"name":"VARCHAR","arguments":"JSON"}}]') AS m
	FROM shaped
), said AS (
	SELECT * EXCLUDE (m), list_transform(m, lambda x: {
		'm': x,
		'at': coalesce(x.timestamp, x.created_at, x.created),
		'text': CASE json_type(x.content)
			WHEN 'VARCHAR' THEN x.content->>'$'
			WHEN 'ARRAY' THEN array_to_string(list_filter(list_transform(json_extract(x.content, '$[*]'), lambda p: coalesce(p->>'$.text.value', p->>'$.text', p->>'$.refusal')), lambda t: t IS NOT NULL), chr(10))
			ELSE x.refusal END,
		'calls': coalesce(x.tool_calls, []) || CASE WHEN x.function_call.name IS NOT NULL THEN [{'id': NULL, 'name': x.function_call.name, 'arguments': x.function_call.arguments, 'function': NULL, 'custom': NULL}] ELSE [] END
	}) AS said
	FROM parts
), called AS (
	SELECT *, list_filter(said, lambda x: x.m.role IN ('tool', 'function')) AS results,
		flatten(list_transform(said, lambda x: list_transform(x.calls, lambda k: {
			'key': coalesce(k.id, k.name), 'at': x."at", 'name': coalesce(k.function.name, k.custom.name, k.name),
			'arguments': coalesce(k.function.arguments, k.custom.input, k.arguments)}))) AS calls
	FROM said
), answered AS (
	-- Call ids repeat within a conversation: the n-th call of an id belongs to its n-th result.
	SELECT * EXCLUDE (calls), list_transform(calls, lambda k, i: {
		'call': k,
		'said': CASE json_type(k.arguments) WHEN 'VARCHAR' THEN k.arguments->>'$' ELSE k.arguments::VARCHAR END,
		'result': list_filter(results, lambda r: coalesce(r.m.tool_call_id, r.m.name) = k.key)[len(list_filter(calls[:i], lambda o: o.key = k.key))]
	}) AS calls
	FROM called
), judged AS (
	SELECT *, list_transform(calls, lambda k: coalesce(
		k.result.m.is_error = 'true' OR k.result.m.status = 'error' OR starts_with(k.result.text, 'Error')
			OR json_type(k.result.m.error) NOT IN ('NULL', 'BOOLEAN') OR k.result.m.error::VARCHAR = 'true'
			OR CASE WHEN json_valid(k.result.text) AND k.result.text[1] = '{' THEN json_type(k.result.text, '$.error') NOT IN ('NULL', 'BOOLEAN') OR json_extract(k.result.text, '$.error')::VARCHAR = 'true' END,
		false)) AS failed
	FROM answered
)
SELECT file_no, line, raw, CASE
	WHEN e IS NULL THEN NULL
	WHEN json_type(e, '$.messages') = 'ARRAY' AND len(said) > 0 AND len(list_filter(said, lambda x: x.m.role IS NOT NULL)) = 0 THEN '{{refused}}messages[].role: is missing'
	ELSE json_object(
	'id', coalesce(c.id, c.conversation_id, c.thread_id, c.session_id, 'sha256:' || sha256((e->'$.messages')::VARCHAR)),
	'customer_id', coalesce(c.customer_id, c.user_id, CASE WHEN json_type(e, '$.user') = 'OBJECT' THEN e->>'$.user.id' ELSE c.user END, c.metadata.customer_id, c.metadata.user_id),
	'channel', coalesce(c.channel, c.metadata.channel),
	'language', coalesce(c.language, c.metadata.language),
	'intent', coalesce(c.intent, c.metadata.intent),
	'updated_at', {{time:c.updated_at}},
	'started_at', coalesce({{time:coalesce(c.created_at, c.created, c.timestamp)}}, list_min(list_transform(list_filter(said, lambda x: x."at" IS NOT NULL), lambda x: {{time:x."at"}}))),
	'ended_at', {{time:c.ended_at}},
	'messages', CASE WHEN json_type(e, '$.messages') <> 'ARRAY' THEN e->'$.messages' ELSE to_json(list_transform(
		list_filter(said, lambda x: coalesce(x.m.role, '') NOT IN ('system', 'developer', 'tool', 'function') AND NOT (x.m.role = 'assistant' AND coalesce(trim(x.text, E' \t\r\n'), '') = '')),
		lambda x: {'at': {{time:x."at"}}, 'role': CASE x.m.role WHEN 'user' THEN 'customer' WHEN 'assistant' THEN 'bot' ELSE coalesce(x.m.role, 'missing') END, 'text': x.text})) END,
	'tool_calls', list_transform(list_zip(calls, failed), lambda z: {
		'at': {{time:z[1].call."at"}}, 'name': z[1].call.name,
		'arguments': CASE WHEN z[1].said IS NULL OR z[1].said = '' THEN NULL WHEN json_valid(z[1].said) AND ltrim(z[1].said)[1] = '{' THEN z[1].said::JSON ELSE json_object('unparsed', z[1].said) END,
		'actor': 'bot',
		'outcome': CASE WHEN z[1].result IS NULL THEN NULL WHEN z[2] THEN 'error' ELSE 'ok' END,
		'error': CASE WHEN z[2] THEN coalesce(z[1].result.text, z[1].result.m.error::VARCHAR) END})
	)::VARCHAR END AS json
FROM judged
