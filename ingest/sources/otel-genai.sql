-- grain: one row a conversation over all its spans; a trace that names none is one of its own
-- clock: Unix nanoseconds
-- includes: what was asked and answered by inference spans (by agent spans where there are no inference spans), tool spans, evaluations
-- excludes: spans without gen_ai attributes, system instructions
WITH document AS (
	SELECT file_no, line, raw, CASE WHEN json_type(entry) = 'OBJECT' THEN entry END AS e,
		coalesce(json_type(entry, '$.resourceSpans'), json_type(entry, '$.resourceLogs')) AS kind
	FROM ({{entries}})
), item AS (
	SELECT file_no, line, unnest(json_extract(e, '$.resourceSpans[*].scopeSpans[*].spans[*]') || json_extract(e, '$.resourceLogs[*].scopeLogs[*].logRecords[*]')) AS j FROM document WHERE kind = 'ARRAY'
), read_item AS (
	SELECT file_no, line, j, from_json(j, '{"traceId":"VARCHAR","spanId":"VARCHAR","name":"VARCHAR","eventName":"VARCHAR","startTimeUnixNano":"VARCHAR","endTimeUnixNano":"VARCHAR","timeUnixNano":"VARCHAR","observedTimeUnixNano":"VARCHAR","status":{"code":"VARCHAR","message":"VARCHAR"},"attributes":[{"key":"VARCHAR","value":{"stringValue":"VARCHAR","intValue":"VARCHAR","doubleValue":"VARCHAR","boolValue":"VARCHAR","arrayValue":"JSON","kvlistValue":"JSON"}}],"events":[{"name":"VARCHAR","timeUnixNano":"VARCHAR","attributes":[{"key":"VARCHAR","value":{"stringValue":"VARCHAR","intValue":"VARCHAR","doubleValue":"VARCHAR","boolValue":"VARCHAR","arrayValue":"JSON","kvlistValue":"JSON"}}]}]}') AS s
	FROM item
), flat AS (
	SELECT file_no, line, j, s.traceId AS trace, coalesce(s.spanId, '') AS span, s.status AS status,
		{{nanos:coalesce(s.startTimeUnixNano, s.timeUnixNano, s.observedTimeUnixNano)}} AS started, {{nanos:coalesce(s.endTimeUnixNano, s.timeUnixNano)}} AS ended,
		list_transform(s.attributes, lambda a: {'k': a.key, 'v': coalesce(a.value.stringValue, a.value.intValue, a.value.doubleValue, a.value.boolValue), 'nested': coalesce(a.value.arrayValue, a.value.kvlistValue) IS NOT NULL}) AS attributes,
		list_transform(coalesce(s.events, []) || CASE WHEN s.eventName IS NOT NULL THEN [{'name': s.eventName, 'timeUnixNano': coalesce(s.timeUnixNano, s.observedTimeUnixNano), 'attributes': s.attributes}] ELSE [] END, lambda x: {
			'name': x.name, 'at': {{nanos:x.timeUnixNano}},
			'attributes': list_transform(x.attributes, lambda a: {'k': a.key, 'v': coalesce(a.value.stringValue, a.value.intValue, a.value.doubleValue, a.value.boolValue)})}) AS events
	FROM read_item
), span AS (
	SELECT *, {{attribute:attributes gen_ai.operation.name}} AS op,
		coalesce({{attribute:attributes gen_ai.conversation.id}}, {{attribute:attributes session.id}}) AS named,
		coalesce({{attribute:attributes enduser.id}}, {{attribute:attributes user.id}}) AS customer,
		coalesce({{attribute:attributes gen_ai.input.messages}}, list_filter(list_transform(events, lambda x: coalesce({{attribute:x.attributes gen_ai.input.messages}}, {{attribute:x.attributes gen_ai.prompt}})), lambda t: t IS NOT NULL)[1]) AS input,
		coalesce({{attribute:attributes gen_ai.output.messages}}, list_filter(list_transform(events, lambda x: coalesce({{attribute:x.attributes gen_ai.output.messages}}, {{attribute:x.attributes gen_ai.completion}})), lambda t: t IS NOT NULL)[1]) AS output,
		len(list_filter(attributes, lambda a: a.nested AND a.k IN ('gen_ai.input.messages', 'gen_ai.output.messages'))) > 0 AS nested
	FROM flat
	WHERE trace IS NULL OR len(list_filter(attributes, lambda a: starts_with(a.k, 'gen_ai.'))) > 0 OR len(list_filter(events, lambda x: starts_with(x.name, 'gen_ai.'))) > 0
), grouped AS (
	SELECT *, coalesce(named, min(named) OVER (PARTITION BY trace), 'trace ' || trace) AS id FROM span
), chosen AS (
	-- An agent span repeats what its inference spans say.
	SELECT *, CASE WHEN bool_or(op IS DISTINCT FROM 'invoke_agent' AND (input IS NOT NULL OR output IS NOT NULL)) OVER (PARTITION BY id) THEN op IS DISTINCT FROM 'invoke_agent' ELSE true END
			AND op IS DISTINCT FROM 'execute_tool' AS speaks,
		CASE WHEN json_valid(input) THEN from_json(CASE WHEN ltrim(input)[1] = '[' THEN input ELSE '[' || input || ']' END, '[{"role":"VARCHAR","content":"JSON","parts":[{"type":"VARCHAR","content":"VARCHAR","text":"VARCHAR","name":"VARCHAR","arguments":"JSON","id":"VARCHAR"}]}]') END AS asked_json,
		CASE WHEN json_valid(output) THEN from_json(CASE WHEN ltrim(output)[1] = '[' THEN output ELSE '[' || output || ']' END, '[{"role":"VARCHAR","content":"JSON","parts":[{"type":"VARCHAR","content":"VARCHAR","text":"VARCHAR","name":"VARCHAR","arguments":"JSON","id":"VARCHAR"}]}]') END AS answered_json
	FROM grouped
), turn AS (
	SELECT *,
		list_transform(coalesce(asked_json, []), lambda m: {'role': m.role, 'text': coalesce(array_to_string(list_transform(list_filter(m.parts, lambda p: p."type" = 'text'), lambda p: coalesce(p.content, p.text)), chr(10)), CASE json_type(m.content) WHEN 'VARCHAR' THEN m.content->>'$' END)})
			|| list_transform(list_filter(events, lambda x: x.name IN ('gen_ai.user.message', 'gen_ai.assistant.message')), lambda x: {'role': CASE x.name WHEN 'gen_ai.user.message' THEN 'user' ELSE 'assistant' END, 'text': {{attribute:x.attributes content}}}) AS asked,
		list_transform(coalesce(answered_json, []), lambda m: coalesce(array_to_string(list_transform(list_filter(m.parts, lambda p: p."type" = 'text'), lambda p: coalesce(p.content, p.text)), chr(10)), CASE json_type(m.content) WHEN 'VARCHAR' THEN m.content->>'$' END))
			|| list_transform(list_filter(events, lambda x: x.name = 'gen_ai.choice'), lambda x: coalesce({{attribute:x.attributes content}}, CASE WHEN json_valid({{attribute:x.attributes message}}) THEN json_extract_string({{attribute:x.attributes message}}, '$.content') END)) AS answered,
		row_number() OVER (PARTITION BY id ORDER BY speaks AND (input IS NOT NULL OR len(events) > 0) DESC, started, span) = 1 AS first
	FROM chosen
), heard AS (
	-- The whole history comes with every call: what is new stands after the last answer. The first call brings what was said before.
	SELECT *, list_max(list_transform(asked, lambda m, i: CASE WHEN m.role = 'assistant' THEN i ELSE 0 END)) AS known FROM turn
), said AS (
	SELECT id, trace, place, 'customer' AS role, text, min("at") AS "at" FROM (
		SELECT id, trace, unnest(list_filter(list_transform(asked, lambda m, i: {'role': m.role, 'text': m.text, 'place': i}), lambda m: m.role = 'user' AND m.place > coalesce(known, 0)), recursive := true), started AS "at"
		FROM heard WHERE speaks
	) WHERE trim(text, E' \t\r\n') <> '' GROUP BY id, trace, place, text
	UNION ALL
	SELECT id, trace, place, CASE role WHEN 'user' THEN 'customer' ELSE 'bot' END, text, NULL FROM (
		SELECT id, trace, unnest(list_filter(list_transform(asked, lambda m, i: {'role': m.role, 'text': m.text, 'place': i}), lambda m: m.role IN ('user', 'assistant') AND m.place <= known), recursive := true)
		FROM heard WHERE speaks AND first
	) WHERE trim(text, E' \t\r\n') <> ''
	UNION ALL
	SELECT id, trace, 1000000, 'bot', text, ended FROM (SELECT id, trace, span, unnest(answered) AS text, ended FROM heard WHERE speaks) WHERE trim(text, E' \t\r\n') <> ''
), message AS (
	SELECT id, list({'at': "at", 'role': role, 'text': text} ORDER BY "at" NULLS FIRST, place, text) AS messages, min("at") FILTER (role = 'customer') AS asked_at FROM said GROUP BY id
), tool AS (
	SELECT id, list({'at': started, 'name': coalesce({{attribute:attributes gen_ai.tool.name}}, 'unnamed'),
		'arguments': CASE WHEN json_valid({{attribute:attributes gen_ai.tool.call.arguments}}) AND ltrim({{attribute:attributes gen_ai.tool.call.arguments}})[1] = '{' THEN {{attribute:attributes gen_ai.tool.call.arguments}}::JSON END,
		'outcome': CASE WHEN status.code IN ('2', 'STATUS_CODE_ERROR') OR {{attribute:attributes error.type}} IS NOT NULL THEN 'error' ELSE 'ok' END,
		'error': CASE WHEN status.code IN ('2', 'STATUS_CODE_ERROR') OR {{attribute:attributes error.type}} IS NOT NULL THEN coalesce(status.message, {{attribute:attributes error.type}}) END} ORDER BY started, span) AS calls
	FROM grouped WHERE op = 'execute_tool' GROUP BY id
), asked_tool AS (
	SELECT id, list({'at': ended, 'name': p.name, 'arguments': CASE json_type(p.arguments) WHEN 'OBJECT' THEN p.arguments END, 'outcome': NULL::VARCHAR, 'error': NULL::VARCHAR} ORDER BY ended, span, p.id) AS calls
	FROM (SELECT id, ended, span, unnest(flatten(list_transform(answered_json, lambda m: list_filter(m.parts, lambda p: p."type" = 'tool_call' AND p.name IS NOT NULL)))) AS p FROM chosen WHERE speaks) GROUP BY id
), verdict AS (
	SELECT id, list({'solved': label IN ('pass', 'passed', 'true', 'yes', 'resolved', 'solved', 'correct', 'complete', 'completed'), 'by': 'judge', 'at': "at"} ORDER BY "at", label)[-1] AS outcome
	FROM (
		SELECT id, x."at" AS "at", lower({{attribute:x.attributes gen_ai.evaluation.score.label}}) AS label, lower({{attribute:x.attributes gen_ai.evaluation.name}}) AS measure
		FROM (SELECT id, unnest(events) AS x FROM grouped) WHERE x.name = 'gen_ai.evaluation.result'
	)
	WHERE regexp_matches(measure, 'resol|solv|goal|task|complet|success') AND label IN ('pass', 'passed', 'true', 'yes', 'resolved', 'solved', 'correct', 'complete', 'completed', 'fail', 'failed', 'false', 'no', 'unresolved', 'unsolved', 'not_resolved', 'incorrect', 'incomplete')
	GROUP BY id
), whole AS (
	SELECT id, arg_min({'file_no': file_no, 'line': line, 'raw': j::VARCHAR}, file_no * 1e12 + line) AS p, min(customer) AS customer, min(started) AS started, max(ended) AS ended, bool_or(nested) AS nested
	FROM grouped GROUP BY id, CASE WHEN id IS NULL THEN j::VARCHAR END
)
SELECT p.file_no AS file_no, p.line AS line, p.raw AS raw, CASE
	WHEN id IS NULL THEN '{{refused}}traceId: is missing'
	WHEN nested THEN '{{refused}}gen_ai.input.messages: must be JSON text; nested attribute values are not read'
	WHEN messages IS NULL THEN '{{refused}}gen_ai.input.messages: is missing; turn on the capture of message content'
	ELSE json_object(
	'id', id,
	'customer_id', customer,
	'started_at', coalesce(asked_at, started),
	'ended_at', ended,
	'messages', messages,
	'tool_calls', coalesce(tool.calls, asked_tool.calls),
	'outcome', outcome
	)::VARCHAR END AS json
FROM whole LEFT JOIN message USING (id) LEFT JOIN tool USING (id) LEFT JOIN asked_tool USING (id) LEFT JOIN verdict USING (id)
UNION ALL
SELECT file_no, line, raw, CASE
	WHEN e IS NULL THEN NULL
	WHEN kind IS NULL THEN '{{refused}}resourceSpans: is missing'
	ELSE '{{refused}}resourceSpans: must be a list' END
FROM document WHERE kind IS DISTINCT FROM 'ARRAY'
