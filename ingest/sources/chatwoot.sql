-- grain: one row a conversation, put together from all its pieces; and one a piece that belongs to none
-- clock: Unix seconds, ISO 8601 or Rails times, all UTC
-- includes: conversations, messages, CSAT responses, webhook events of conversations and messages
-- excludes: activity notes as messages, webhook events of contacts, inboxes and the widget
WITH opened AS MATERIALIZED (
	-- Each `->>` would read the text anew: what decides is looked up once. Materialized, here and below, because the
	-- planner would write it out again at each question.
	SELECT file_no, line, raw, entry AS e, CASE WHEN json_type(entry) = 'OBJECT' THEN from_json(entry, '{"event":"VARCHAR","id":"VARCHAR","conversation_id":"VARCHAR","rating":"VARCHAR","created_at":"VARCHAR","reason":"VARCHAR","conversation":{"id":"VARCHAR","updated_at":"VARCHAR","last_activity_at":"VARCHAR","timestamp":"VARCHAR"}}') END AS v,
		json_type(entry, ['$.message_type', '$.status', '$.inbox_id', '$.rating', '$.conversation_id', '$.event_start_time', '$.conversation']) AS kinds
	FROM ({{entries}})
), piece AS MATERIALIZED (
	SELECT file_no, line, raw, e, v, v.event AS event, kinds[7] AS conversation_kind,
		CASE
			WHEN v IS NULL THEN 'broken'
			WHEN v.event = '{{held}}' THEN 'held'
			WHEN v.event IN ('contact_created', 'contact_updated', 'inbox_created', 'inbox_updated', 'webwidget_triggered', 'conversation_typing_on', 'conversation_typing_off') THEN 'other'
			WHEN starts_with(v.event, 'message_') OR kinds[1] IS NOT NULL THEN 'message'
			WHEN starts_with(v.event, 'conversation_') OR (kinds[2] IS NOT NULL AND kinds[3] IS NOT NULL) THEN 'conversation'
			WHEN kinds[4] IS NOT NULL AND kinds[5] IS NOT NULL THEN 'csat'
			WHEN kinds[6] IS NOT NULL THEN 'report'
			ELSE 'foreign' END AS kind
	FROM opened
), keyed AS (
	SELECT *, CASE kind WHEN 'message' THEN coalesce(v.conversation.id, v.conversation_id) WHEN 'conversation' THEN v.id WHEN 'csat' THEN v.conversation_id WHEN 'held' THEN v.id END AS id
	FROM piece WHERE kind <> 'other'
), conversation AS (
	SELECT file_no, line, raw, id, event, e AS c FROM keyed WHERE kind = 'conversation'
	UNION ALL
	SELECT file_no, line, raw, id, event, e->'$.conversation' FROM keyed WHERE kind = 'message' AND conversation_kind = 'OBJECT'
), state AS (
	SELECT id, event, from_json(c, '{"account_id":"VARCHAR","status":"VARCHAR","channel":"VARCHAR","created_at":"VARCHAR","updated_at":"VARCHAR","timestamp":"VARCHAR","last_activity_at":"VARCHAR","campaign_id":"VARCHAR","meta":{"channel":"VARCHAR","sender":{"id":"VARCHAR"}},"contact_inbox":{"contact_id":"VARCHAR"},"additional_attributes":{"conversation_language":"VARCHAR","browser_language":"VARCHAR"},"changed_attributes":[{"status":{"previous_value":"VARCHAR","current_value":"VARCHAR"}}]}') AS s,
		md5(c::VARCHAR) AS text
	FROM conversation
), dated AS MATERIALIZED (
	SELECT *, {{time:coalesce(s.updated_at, s.last_activity_at, s.timestamp)}} AS "at" FROM state
), newest AS (
	-- As one structure each: arg_max passes over a null.
	SELECT id, arg_max({'s': s}, {'at': coalesce("at", ''), 'changed': event IS NOT DISTINCT FROM 'conversation_status_changed', 'text': text}).s AS s,
		min({{time:s.created_at}}) AS created_at, max("at") AS updated_at,
		list({'at': "at", 'from': list_filter(s.changed_attributes, lambda a: a.status IS NOT NULL)[1].status.previous_value, 'status': s.status} ORDER BY "at", text) FILTER (event = 'conversation_status_changed') AS changes
	FROM dated WHERE id IS NOT NULL GROUP BY id
), written AS (
	SELECT id, event, coalesce(v.conversation.updated_at, v.conversation.last_activity_at, v.conversation.timestamp) AS seen, e AS m FROM keyed WHERE kind = 'message'
	UNION ALL
	SELECT id, event, coalesce(times[1], times[2], times[3]), unnest(messages) FROM (
		SELECT id, event, json_extract_string(c, ['$.updated_at', '$.last_activity_at', '$.timestamp']) AS times, json_extract(c, '$.messages[*]') AS messages
		FROM conversation WHERE json_type(c, '$.messages') = 'ARRAY'
	)
), read_message AS (
	SELECT id, event, seen, md5(m::VARCHAR) AS words, from_json(m, '{"id":"VARCHAR","content":"VARCHAR","created_at":"VARCHAR","message_type":"VARCHAR","content_type":"VARCHAR","private":"VARCHAR","sender_type":"VARCHAR","sender":{"id":"VARCHAR","type":"VARCHAR"},"content_attributes":{"deleted":"VARCHAR","submitted_values":{"csat_survey_response":{"rating":"VARCHAR"}}}}') AS p
	FROM written WHERE id IS NOT NULL
), dated_message AS (
	SELECT *, {{time:seen}} AS seen_at FROM read_message
), message AS (
	-- As the newest event has it; a message that was deleted once stays so.
	SELECT id, bool_or(coalesce(p.content_attributes.deleted = 'true', false)) AS deleted,
		min(seen_at) FILTER (event IS NOT NULL AND p.content_attributes.submitted_values.csat_survey_response.rating IS NOT NULL) AS rated_at,
		arg_max({'id': p.id, 'content': p.content, 'created_at': p.created_at, 'message_type': p.message_type, 'content_type': p.content_type, 'private': p.private,
			'sender_type': lower(coalesce(p.sender."type", p.sender_type)), 'sender_id': p.sender.id,
			'csat': p.content_attributes.submitted_values.csat_survey_response.rating, 'words': words},
			{'at': coalesce(seen_at, ''), 'updated': event IS NOT DISTINCT FROM 'message_updated', 'words': words}) AS m
	FROM dated_message GROUP BY id, coalesce(p.id, words)
), sent AS MATERIALIZED (
	-- A webhook has milliseconds where the API has seconds, of the same message.
	SELECT id, regexp_replace({{time:m.created_at}}, '[.][0-9]+Z$', '.000000Z') AS "at", m, deleted, rated_at,
		CASE
			WHEN m.message_type IN ('0', 'incoming') THEN 'customer'
			WHEN m.message_type IN ('1', 'outgoing') AND m.sender_type IN ('agent_bot', 'agentbot', 'captain_assistant', 'captain::assistant') THEN 'bot'
			WHEN m.message_type IN ('1', 'outgoing') AND m.sender_type = 'user' THEN 'agent'
			-- Campaigns and automation rules send without a sender.
			WHEN m.message_type IN ('1', 'outgoing', '3', 'template') THEN 'system'
			WHEN m.message_type IN ('2', 'activity') THEN 'activity'
			ELSE coalesce(m.message_type, 'missing') END AS role
	FROM message
), spoken AS (
	SELECT id,
		list({'at': "at", 'role': role, 'text': CASE WHEN NOT deleted THEN m.content END, 'public': CASE WHEN m.private = 'true' THEN false ELSE true END}
			ORDER BY "at", try_cast(m.id AS BIGINT), m.words) FILTER (role <> 'activity' AND m.content_type IS DISTINCT FROM 'input_csat') AS messages,
		min(m.sender_id) FILTER (role = 'customer' AND m.sender_type = 'contact') AS contact,
		min("at") AS first_at,
		min("at") FILTER (role = 'customer') AS first_customer_at,
		min("at") FILTER (role = 'bot') AS first_bot_at,
		max("at") FILTER (role = 'activity' AND regexp_matches(m.content, '(?i)marked resolved|was resolved|resolved by')) AS resolved_note_at,
		list({'at': "at", 'score': m.csat, 'rated_at': rated_at} ORDER BY "at", try_cast(m.id AS BIGINT), m.words) FILTER (m.content_type = 'input_csat') AS surveys
	FROM sent GROUP BY id
), csat AS (
	SELECT id, list({'score': v.rating, 'at': {{time:v.created_at}}} ORDER BY try_cast(v.id AS BIGINT), e::VARCHAR)[-1] AS csat
	FROM keyed WHERE kind = 'csat' AND id IS NOT NULL GROUP BY id
), place AS (
	-- One by one, so that what nobody asks for is not kept.
	SELECT id, arg_min(file_no, at_place) AS file_no, arg_min(line, at_place) AS line, arg_min(raw, at_place) AS raw, min(v.reason) FILTER (kind = 'held') AS held
	FROM (SELECT *, (CASE WHEN kind = 'held' THEN -1e18 ELSE 0 END) + file_no * 1e12 + coalesce(line, 0) AS at_place FROM keyed WHERE id IS NOT NULL) GROUP BY id
), whole AS (
	SELECT place.file_no AS file_no, place.line AS line, place.raw AS raw, place.id AS id, held, s, created_at, updated_at, changes, messages, contact, first_at, first_customer_at, first_bot_at, resolved_note_at, surveys, csat,
		list_filter(changes, lambda x: x."from" = 'pending' AND x.status = 'open' AND x."at" >= first_bot_at)[1]."at" AS handed_off_at
	FROM place LEFT JOIN newest USING (id) LEFT JOIN spoken USING (id) LEFT JOIN csat USING (id)
)
SELECT file_no, line, raw, CASE
	WHEN held IS NOT NULL THEN '{{refused}}' || held || '{{about}}' || id
	WHEN created_at IS NULL THEN '{{refused}}created_at: is missing; deliver the conversation beside its messages and ratings{{about}}' || id
	-- A list shows the last message only, and a webhook may begin in the middle.
	WHEN try_cast(first_at AS TIMESTAMPTZ) > try_cast(created_at AS TIMESTAMPTZ) + INTERVAL 5 MINUTE THEN '{{refused}}messages: the first ones are missing; a list of conversations has only the last, fetch the messages of each{{about}}' || id
	ELSE json_object(
	'id', id,
	'customer_id', coalesce(s.meta.sender.id, s.contact_inbox.contact_id, contact),
	'initiated_by', CASE WHEN s.campaign_id IS NOT NULL OR list_filter(messages, lambda x: x.public)[1].role = 'agent' THEN 'business' END,
	'channel', regexp_replace(coalesce(s.meta.channel, s.channel), '^Channel::', ''),
	'language', coalesce(s.additional_attributes.conversation_language, s.additional_attributes.browser_language),
	'updated_at', updated_at,
	'started_at', coalesce(first_customer_at, created_at),
	'resolved_at', CASE WHEN s.status = 'resolved' THEN coalesce(list_filter(changes, lambda x: x.status = 'resolved')[-1]."at", resolved_note_at) END,
	'status', CASE s.status WHEN 'snoozed' THEN 'pending' ELSE s.status END,
	'messages', messages,
	'escalation', CASE WHEN handed_off_at IS NOT NULL THEN {'reason': 'bot_handoff', 'needed_at': handed_off_at, 'handed_off_at': handed_off_at,
		'engaged_at': list_min(list_transform(list_filter(messages, lambda x: x.role = 'agent' AND x.public AND x."at" >= handed_off_at), lambda x: x."at"))} END,
	'rating', CASE WHEN csat IS NOT NULL OR len(surveys) > 0 THEN {'score': coalesce(csat.score, surveys[-1].score), 'scale': 5, 'asked_at': surveys[-1]."at", 'answered_at': coalesce(csat."at", surveys[-1].rated_at)} END
	)::VARCHAR END AS json
FROM whole
UNION ALL
SELECT file_no, line, raw, CASE kind
	WHEN 'broken' THEN NULL
	WHEN 'report' THEN '{{refused}}conversation_id: of a reporting event is an inner number of Chatwoot and no conversation''s; leave these events out'
	WHEN 'foreign' THEN '{{refused}}record: is no conversation, message, rating or event of Chatwoot'
	WHEN 'conversation' THEN '{{refused}}id: is missing'
	ELSE '{{refused}}conversation_id: is missing' END AS json
FROM keyed WHERE id IS NULL
