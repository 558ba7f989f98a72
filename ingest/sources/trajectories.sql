-- grain: one row a conversation (list item or simulation), as canonical JSON text
-- clock: message times; one without a zone is taken as UTC
-- includes: text messages, tool calls with their results, money actions as refunds judged against the expected actions
-- excludes: system prompts, blank messages, the user simulator's cost
WITH doc AS (
	SELECT content::JSON AS j, parse_filename($files[1], true) AS stem FROM read_text($files)
), listed AS (
	SELECT stem, j, CASE json_type(j) WHEN 'ARRAY' THEN j->'$[*]' ELSE j->'$.simulations[*]' END AS runs FROM doc
), run AS (
	SELECT stem, unnest(runs) AS run, generate_subscripts(runs, 1) AS position,
		from_json(j->'$.tasks', '[{"id":"VARCHAR","evaluation_criteria":{"actions":[{"name":"VARCHAR","arguments":"JSON","kwargs":"JSON"}]}}]') AS tasks
	FROM listed
), parts AS (
	SELECT position, run,
		coalesce(run->>'$.id', replace(stem, '.json', '') || '/' || (run->>'$.task_id') || '-' || coalesce(run->>'$.trial', '0')) AS id,
		from_json(coalesce(run->'$.traj', run->'$.messages'), '[{"role":"VARCHAR","content":"VARCHAR","timestamp":"VARCHAR","tool_call_id":"VARCHAR","id":"VARCHAR","error":"VARCHAR","tool_calls":[{"id":"VARCHAR","name":"VARCHAR","arguments":"JSON","requestor":"VARCHAR","function":{"name":"VARCHAR","arguments":"VARCHAR"}}]}]') AS m,
		CASE
			WHEN json_array_length(run->'$.info.task.actions') > 0
				THEN from_json(run->'$.info.task.actions', '[{"name":"VARCHAR","arguments":"JSON","kwargs":"JSON"}]')
			WHEN json_array_length(run->'$.reward_info.action_checks') > 0
				THEN from_json(run->'$.reward_info.action_checks[*].action', '[{"name":"VARCHAR","arguments":"JSON","kwargs":"JSON"}]')
			ELSE list_filter(tasks, lambda t: t.id = run->>'$.task_id')[1].evaluation_criteria.actions
		END AS wanted,
		try_cast(coalesce(run->>'$.reward_info.reward', run->>'$.reward') AS DOUBLE) AS reward,
		try_cast(run->>'$.agent_cost' AS DOUBLE) AS agent_cost
	FROM run
), called AS (
	SELECT * EXCLUDE (wanted),
		coalesce(wanted, []) AS wanted,
		list_filter(m, lambda x: x.role = 'tool') AS results,
		flatten(list_transform(list_filter(m, lambda x: x.tool_calls IS NOT NULL), lambda x: list_transform(x.tool_calls, lambda c: {
			'id': c.id,
			'at': x.timestamp,
			'name': coalesce(c.name, c.function.name),
			'arguments': coalesce(c.arguments, CASE WHEN json_valid(c.function.arguments) THEN c.function.arguments::JSON END),
			'actor': CASE WHEN c.requestor = 'user' OR x.role = 'user' THEN 'customer' ELSE 'bot' END
		}))) AS raw_calls
	FROM parts
), answered AS (
	-- Call ids repeat within a conversation: the n-th call of an id belongs to its n-th result.
	SELECT * EXCLUDE (raw_calls), list_transform(raw_calls, lambda c, i: {
		'call': c,
		'result': list_filter(results, lambda r: coalesce(r.tool_call_id, r.id) = c.id)[len(list_filter(raw_calls[:i], lambda o: o.id = c.id))]
	}) AS calls
	FROM called
), judged AS (
	SELECT *, list_transform(calls, lambda x: coalesce(x.result.error = 'true', starts_with(x.result.content, 'Error'), false)) AS failed,
		list_transform(wanted, lambda w: {{name:w.name|coalesce(w.arguments, w.kwargs)}}) AS wanted_keys
	FROM answered
), money AS (
	SELECT *, list_transform(list_filter(list_zip(calls, failed), lambda z: NOT z[2] AND z[1].call.actor = 'bot' AND z[1].call.name IN
			('cancel_reservation', 'send_certificate', 'cancel_pending_order', 'return_delivered_order_items', 'exchange_delivered_order_items')),
		lambda z: {'at': z[1].call."at", 'amount': CASE WHEN z[1].call.name = 'send_certificate' THEN try_cast(z[1].call.arguments->>'$.amount' AS DOUBLE) END,
			'key': {{name:z[1].call.name|z[1].call.arguments}}}) AS executed
	FROM judged
), zoned AS (
	SELECT *, list_filter(calls, lambda x: x.call.name = 'transfer_to_human_agents')[1] AS transfer FROM money
)
SELECT position, json_object(
	'id', id,
	'started_at', {{utc:run->>'$.start_time'}},
	'ended_at', {{utc:run->>'$.end_time'}},
	'messages', list_transform(list_filter(m, lambda x: x.role IN ('user', 'assistant') AND trim(x.content, E' \t\r\n') <> ''), lambda x: {
		'at': {{utc:x.timestamp}}, 'role': CASE x.role WHEN 'user' THEN 'customer' ELSE 'bot' END, 'text': x.content}),
	'tool_calls', list_transform(list_zip(calls, failed), lambda z: {
		'at': {{utc:z[1].call."at"}}, 'name': z[1].call.name, 'arguments': z[1].call.arguments, 'actor': z[1].call.actor,
		'outcome': CASE WHEN z[1].result IS NULL THEN NULL WHEN z[2] THEN 'error' ELSE 'ok' END,
		'error': CASE WHEN z[2] THEN z[1].result.content END}),
	'escalation', CASE WHEN transfer IS NOT NULL THEN {'reason': 'bot_handoff', 'needed_at': {{utc:transfer.call."at"}}, 'handed_off_at': {{utc:transfer.call."at"}}} END,
	'refunds', list_transform(executed, lambda e, i: {
		'id': 'action-' || i, 'at': {{utc:e."at"}}, 'amount_minor': round(e.amount * 100)::BIGINT,
		'currency': CASE WHEN e.amount IS NOT NULL THEN 'USD' END, 'decided_by': 'bot',
		'audit_verdict': CASE WHEN len(list_filter(executed[:i], lambda o: o.key = e.key)) <= len(list_filter(wanted_keys, lambda w: w = e.key)) THEN 'right' ELSE 'wrong' END}),
	'outcome', CASE WHEN reward IS NOT NULL THEN {'solved': reward >= 1, 'by': 'audit'} END,
	'costs', CASE WHEN agent_cost IS NOT NULL THEN {'ai': agent_cost, 'currency': 'USD'} END
)::VARCHAR AS json
FROM zoned
