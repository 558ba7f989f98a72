-- grain: one row a conversation
-- clock: Unix seconds, UTC
-- includes: the opening message and every part with words, notes as not public; notifications that carry all parts
-- excludes: parts without words, words of deleted messages, pings
WITH delivered AS (
	SELECT file_no, line, raw, coalesce((entry->>'$.type') = 'notification_event', false) AS notified, CASE WHEN notified THEN entry->'$.data.item' ELSE entry END AS entry
	FROM ({{entries}})
), parts AS (
	SELECT file_no, line, raw, notified, CASE WHEN json_type(entry) = 'OBJECT' THEN entry END AS e,
		from_json(e, '{"id":"VARCHAR","created_at":"VARCHAR","updated_at":"VARCHAR","state":"VARCHAR","ai_agent_participated":"VARCHAR","source":{"type":"VARCHAR","delivered_as":"VARCHAR","subject":"VARCHAR","body":"VARCHAR","redacted":"VARCHAR","attachments":["JSON"],"author":{"type":"VARCHAR","id":"VARCHAR","from_ai_agent":"VARCHAR"}},"contacts":{"contacts":[{"id":"VARCHAR"}]},"statistics":{"last_close_at":"VARCHAR"},"conversation_rating":{"rating":"VARCHAR","created_at":"VARCHAR","updated_at":"VARCHAR"},"ai_agent":{"source_type":"VARCHAR","resolution_state":"VARCHAR","rating":"VARCHAR"}}') AS c,
		from_json(e->'$.conversation_parts.conversation_parts', '[{"id":"VARCHAR","part_type":"VARCHAR","body":"VARCHAR","created_at":"VARCHAR","redacted":"VARCHAR","attachments":["JSON"],"assigned_to":"JSON","author":{"type":"VARCHAR","id":"VARCHAR","from_ai_agent":"VARCHAR"}}]') AS p
	FROM delivered WHERE NOT notified OR (entry->>'$.type') IS DISTINCT FROM 'ping'
), timed AS (
	SELECT *, list_transform(
		[{'part_type': 'source', 'body': c.source.body, 'created_at': c.created_at, 'redacted': c.source.redacted, 'attachments': c.source.attachments, 'assigned_to': NULL::JSON, 'author': c.source.author}]
			|| coalesce(list_transform(p, lambda x: {'part_type': x.part_type, 'body': x.body, 'created_at': x.created_at, 'redacted': x.redacted, 'attachments': x.attachments, 'assigned_to': x.assigned_to, 'author': x.author}), []),
		lambda x, i: {
			'at': {{time:x.created_at}}, 'place': i, 'kind': x.part_type,
			'text': CASE WHEN x.redacted IS DISTINCT FROM 'true' THEN {{html:x.body}} END,
			'sent': {{html:x.body}} IS NOT NULL OR len(x.attachments) > 0,
			'assigned': json_type(x.assigned_to) = 'OBJECT',
			'author': x.author.type,
			-- Greetings and forms of a workflow are automation and not an answer of the AI.
			'role': CASE WHEN x.author.type IN ('user', 'lead', 'contact') THEN 'customer' WHEN x.author.type = 'admin' THEN 'agent'
				WHEN x.author.type = 'bot' AND coalesce(x.author.from_ai_agent, c.ai_agent_participated, 'true') = 'true' THEN 'bot'
				WHEN x.author.type IN ('bot', 'team') THEN 'system' ELSE x.author.type END
		}) AS steps
	FROM parts
), spoken AS (
	SELECT *, list_sort(list_transform(list_filter(steps, lambda x: x.sent), lambda x: {'at': x."at", 'place': x.place, 'role': x.role, 'text': x.text,
			'public': x.role = 'customer' OR x.kind IN ('source', 'comment', 'open', 'close', 'assignment', 'assign_and_reopen', 'assign_and_unsnooze', 'snoozed', 'unsnoozed', 'quick_reply')})) AS spoken,
		list_max(list_transform(list_filter(steps, lambda x: x.kind = 'close'), lambda x: x."at")) AS closed_at,
		list_min(list_transform(list_filter(steps, lambda x: x.kind LIKE '%assign%' AND x.assigned AND x.author = 'bot'), lambda x: x."at")) AS bot_assigned_at
	FROM timed
), judged AS (
	SELECT *, list_min(list_transform(list_filter(spoken, lambda x: x.role = 'bot'), lambda x: x."at")) AS first_bot_at,
		c.ai_agent.resolution_state = 'routed_to_team' OR (first_bot_at IS NOT NULL AND bot_assigned_at >= first_bot_at) AS handed_over
	FROM spoken
)
SELECT file_no, line, raw, CASE
	WHEN e IS NULL THEN NULL
	WHEN coalesce(e->>'$.type', 'conversation') <> 'conversation' THEN concat('{{refused}}type: must be conversation{{about}}', c.id)
	WHEN c.id IS NULL THEN '{{refused}}id: is missing'
	-- Without its parts nobody knows who replied; a list of conversations has none.
	WHEN coalesce(json_type(e, '$.conversation_parts'), 'NULL') = 'NULL' THEN '{{refused}}conversation_parts: is missing; a list or search has no parts, fetch each conversation by its id{{about}}' || c.id
	WHEN json_type(e, '$.conversation_parts.conversation_parts') IS DISTINCT FROM 'ARRAY' THEN '{{refused}}conversation_parts.conversation_parts: must be a list{{about}}' || c.id
	WHEN try_cast(e->>'$.conversation_parts.total_count' AS BIGINT) > len(p) THEN '{{refused}}conversation_parts.total_count: is more than the parts that are here{{about}}' || c.id
	-- The total of a notification counts the parts that it carries, which are the newest.
	WHEN notified AND coalesce(try_cast(e->>'$.statistics.count_conversation_parts' AS BIGINT) > len(p), true) THEN '{{refused}}conversation_parts: of a notification are the newest only; fetch the conversation by its id{{about}}' || c.id
	ELSE json_object(
	'id', c.id,
	'customer_id', coalesce(c.contacts.contacts[1].id, CASE WHEN c.source.author.type IN ('user', 'lead', 'contact') THEN c.source.author.id END),
	'initiated_by', CASE WHEN c.source.delivered_as IN ('customer_initiated', 'operator_initiated') THEN 'customer' WHEN c.source.delivered_as IN ('admin_initiated', 'campaigns_initiated', 'automated') THEN 'business' END,
	'channel', c.source.type,
	'updated_at', {{time:c.updated_at}},
	'started_at', coalesce(list_min(list_transform(list_filter(spoken, lambda x: x.role = 'customer'), lambda x: x."at")), {{time:c.created_at}}),
	'resolved_at', CASE WHEN c.state = 'closed' THEN coalesce(closed_at, {{time:c.statistics.last_close_at}}) END,
	'status', CASE c.state WHEN 'snoozed' THEN 'pending' ELSE c.state END,
	'messages', list_transform(spoken, lambda x: {'at': x."at", 'role': x.role, 'text': x.text, 'public': x.public}),
	'escalation', CASE WHEN handed_over THEN {'reason': 'bot_handoff', 'needed_at': bot_assigned_at, 'handed_off_at': bot_assigned_at,
		'engaged_at': list_min(list_transform(list_filter(spoken, lambda x: x.role = 'agent' AND x.public AND x."at" >= bot_assigned_at), lambda x: x."at"))} END,
	'rating', CASE
		WHEN c.conversation_rating.rating IS NOT NULL OR (c.conversation_rating.created_at IS NOT NULL AND c.ai_agent.rating IS NULL)
			THEN {'score': c.conversation_rating.rating, 'scale': 5, 'asked_at': {{time:c.conversation_rating.created_at}},
				'answered_at': CASE WHEN c.conversation_rating.rating IS NOT NULL THEN {{time:c.conversation_rating.updated_at}} END}
		WHEN c.ai_agent.rating IS NOT NULL THEN {'score': c.ai_agent.rating, 'scale': 5, 'asked_at': NULL, 'answered_at': NULL} END,
	'outcome', CASE c.ai_agent.resolution_state
		WHEN 'confirmed_resolution' THEN {'solved': true, 'by': 'customer'}
		WHEN 'assumed_resolution' THEN {'solved': true, 'by': 'vendor'}
		WHEN 'negative_feedback' THEN {'solved': false, 'by': 'customer'} END,
	'test_traffic', CASE WHEN c.ai_agent.source_type IN ('fin_preview', 'workflow_preview') THEN true END
	)::VARCHAR END AS json
FROM judged
