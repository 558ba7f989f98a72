-- grain: one row a session over its traces; a trace without one is a conversation of its own
-- clock: ISO 8601 of traces and observations
-- includes: what the trace was asked and what it answered last, tool observations
-- excludes: system prompts, the inner steps of an agent, costs (a parent repeats those of its children)
WITH trace AS (
	SELECT file_no, line, raw, CASE WHEN json_type(entry, '$.trace') = 'OBJECT' THEN entry->'$.trace' WHEN json_type(entry) = 'OBJECT' THEN entry END AS t,
		CASE WHEN json_type(entry, '$.observations') = 'ARRAY' THEN json_extract(entry, '$.observations[*]') ELSE json_extract(entry, '$.trace.observations[*]') END AS observations
	FROM ({{entries}})
), named AS (
	SELECT *, t->>'$.id' AS trace, coalesce(t->>'$.sessionId', t->>'$.id') AS id, {{time:t->>'$.timestamp'}} AS started,
		{{time:t->>'$.updatedAt'}} AS updated, t->>'$.input' AS input, t->>'$.output' AS output
	FROM trace
), once AS (
	-- Exports hold JSON as text, some of it twice over.
	SELECT *, CASE WHEN json_valid(input) THEN CASE WHEN json_type(input) = 'VARCHAR' THEN json_extract_string(input, '$') ELSE input END ELSE input END AS asked,
		CASE WHEN json_valid(output) THEN CASE WHEN json_type(output) = 'VARCHAR' THEN json_extract_string(output, '$') ELSE output END ELSE output END AS answered
	FROM named
), opened AS (
	SELECT *, CASE
			WHEN asked IS NULL OR trim(asked, E' \t\r\n') = '' THEN NULL
			WHEN NOT json_valid(asked) THEN json_array(json_object('role', 'user', 'content', asked))
			WHEN json_type(asked) = 'ARRAY' THEN asked::JSON
			WHEN json_type(asked, '$.messages') = 'ARRAY' THEN json_extract(asked, '$.messages')
			WHEN json_type(asked, '$.prompt') = 'VARCHAR' THEN json_array(json_object('role', 'user', 'content', json_extract_string(asked, '$.prompt'))) END AS asked_list,
		CASE
			WHEN answered IS NULL OR trim(answered, E' \t\r\n') = '' THEN NULL
			WHEN NOT json_valid(answered) THEN json_array(json_object('role', 'assistant', 'content', answered))
			WHEN json_type(answered) = 'ARRAY' THEN answered::JSON
			WHEN json_type(answered, '$.messages') = 'ARRAY' THEN json_extract(answered, '$.messages')
			WHEN json_type(answered, '$.content') IS NOT NULL THEN json_array(answered::JSON) END AS answered_list
	FROM once
), listed AS (
	SELECT *, from_json(asked_list, '[{"role":"VARCHAR","type":"VARCHAR","content":"JSON","parts":"JSON"}]') AS a,
		from_json(answered_list, '[{"role":"VARCHAR","type":"VARCHAR","content":"JSON","parts":"JSON"}]') AS b
	FROM opened
), spoken AS (
	SELECT *,
		list_transform(a, lambda m: {'role': coalesce(m.role, m."type"), 'text': CASE json_type(coalesce(m.parts, m.content)) WHEN 'VARCHAR' THEN m.content->>'$'
			WHEN 'ARRAY' THEN array_to_string(list_filter(list_transform(json_extract(coalesce(m.parts, m.content), '$[*]'), lambda p: CASE WHEN (p->>'$.type') = 'text' THEN coalesce(p->>'$.text', p->>'$.content') END), lambda x: x IS NOT NULL), chr(10)) END}) AS heard,
		list_transform(b, lambda m: {'role': coalesce(m.role, m."type"), 'text': CASE json_type(coalesce(m.parts, m.content)) WHEN 'VARCHAR' THEN m.content->>'$'
			WHEN 'ARRAY' THEN array_to_string(list_filter(list_transform(json_extract(coalesce(m.parts, m.content), '$[*]'), lambda p: CASE WHEN (p->>'$.type') = 'text' THEN coalesce(p->>'$.text', p->>'$.content') END), lambda x: x IS NOT NULL), chr(10)) END}) AS told
	FROM listed
), turn AS (
	SELECT *, list_filter(heard, lambda m: m.role IN ('user', 'human') AND trim(m.text, E' \t\r\n') <> '')[-1].text AS question,
		list_filter(told, lambda m: m.role IN ('assistant', 'ai', 'model') AND trim(m.text, E' \t\r\n') <> '')[-1].text AS answer,
		{{time:list_max(list_transform(observations, lambda o: o->>'$.endTime'))}} AS ended
	FROM spoken
), whole AS (
	SELECT id, arg_min({'file_no': file_no, 'line': line, 'raw': raw}, file_no * 1e12 + line) AS p, min(t->>'$.userId') AS customer, min(started) AS started, max(updated) AS updated, max(ended) AS ended,
		bool_or(question IS NULL) AS unasked,
		flatten(list([{'at': started, 'role': 'customer', 'text': question}] || CASE WHEN answer IS NOT NULL THEN [{'at': coalesce(ended, started), 'role': 'bot', 'text': answer}] ELSE [] END ORDER BY started, trace)) AS messages,
		flatten(list(list_transform(list_filter(observations, lambda o: (o->>'$.type') = 'TOOL'), lambda o: {'at': {{time:o->>'$.startTime'}}, 'name': coalesce(nullif(o->>'$.name', ''), 'unnamed'),
			'outcome': CASE WHEN (o->>'$.level') = 'ERROR' THEN 'error' ELSE 'ok' END, 'error': CASE WHEN (o->>'$.level') = 'ERROR' THEN o->>'$.statusMessage' END}) ORDER BY started, trace)) AS calls
	FROM turn WHERE id IS NOT NULL GROUP BY id
)
SELECT p.file_no AS file_no, p.line AS line, p.raw AS raw, CASE
	WHEN unasked THEN '{{refused}}trace.input: holds no message of a user'
	ELSE json_object('id', id, 'customer_id', customer, 'updated_at', updated, 'started_at', started, 'ended_at', ended, 'messages', messages, 'tool_calls', calls)::VARCHAR END AS json
FROM whole
UNION ALL
SELECT file_no, line, raw, CASE WHEN t IS NOT NULL THEN '{{refused}}trace.id: is missing' END AS json FROM named WHERE id IS NULL
