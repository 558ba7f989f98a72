-- grain: one row an accepted version of a conversation, with a digest of its messages
-- clock: started_at
-- includes: staged rows of the segment; public replies of people count as agent messages
-- excludes: the messages' text, which stays in the segment
INSERT INTO log.conversation BY NAME
WITH slim AS (
	SELECT s.* EXCLUDE (file_row_number, refunds, messages), s.file_row_number AS segment_row, k.known_key, s.refunds AS refund_list,
		list_transform(s.messages, lambda m: {'role': m.role, 'at': m."at", 'sentiment': m.sentiment,
			'public': m.public, 'ai_drafted': m.ai_drafted, 'worded': regexp_matches(m.text, '[^ \t\r\n]')}) AS messages
	FROM read_parquet($segment_file, file_row_number = true) s
	JOIN staged_conversation k ON k.segment_row = s.file_row_number
), kept AS (
	SELECT *,
		list_filter(messages, lambda m: m.role = 'customer') AS customer_messages,
		list_filter(messages, lambda m: m.role = 'bot') AS bot_messages,
		list_filter(messages, lambda m: m.role = 'agent' AND m.public IS DISTINCT FROM false) AS agent_messages,
		list_filter(tool_calls, lambda t: coalesce(t.actor, 'bot') = 'bot') AS bot_calls
	FROM slim
), timed AS (
	SELECT *, list_min(list_transform(customer_messages, lambda m: m."at")) AS first_customer,
		least(escalation.needed_at, escalation.handed_off_at) AS person_needed,
		list_min(list_transform(list_filter(agent_messages, lambda m: m."at" >= person_needed), lambda m: m."at")) AS answered,
		least(answered, CASE WHEN escalation.engaged_at >= person_needed THEN escalation.engaged_at END) AS reached
	FROM kept
)
SELECT
	coalesce(known_key, $key_base + segment_row) AS conversation_key,
	$source AS source, id, $ingest_base + file_no AS ingest_id, version_at, content_hash, $segment AS segment, segment_row,
	customer_id, thread_id, merged_into, initiated_by, channel, language, market, customer_value,
	started_at, ended_at, resolved_at, status, intent, intent_confidence, test_traffic, spam,
	len(list_filter(messages, lambda m: m.role IN ('customer', 'bot', 'agent') AND m.worded)) AS text_message_count,
	len(customer_messages) AS customer_message_count,
	len(bot_messages) AS bot_message_count,
	len(agent_messages) AS agent_message_count,
	len(list_filter(agent_messages, lambda m: m.ai_drafted)) AS ai_drafted_count,
	first_customer AS first_customer_at,
	list_min(list_transform(list_filter(bot_messages, lambda m: m."at" >= first_customer), lambda m: m."at")) AS first_bot_at,
	list_min(list_transform(agent_messages, lambda m: m."at")) AS first_agent_at,
	answered AS answered_escalation_at,
	list_max(list_transform(messages, lambda m: m."at")) AS last_message_at,
	list_min(list_transform(list_filter(customer_messages, lambda m: m."at" > resolved_at), lambda m: m."at")) AS reopened_at,
	list_filter(customer_messages, lambda m: m.sentiment IS NOT NULL)[-1].sentiment AS last_customer_sentiment,
	coalesce(len(bot_calls), 0) AS tool_call_count,
	coalesce(len(list_filter(bot_calls, lambda t: t.outcome = 'error')), 0) AS tool_error_count,
	coalesce(len(list_filter(tool_calls, lambda t: t.actor = 'customer')), 0) AS customer_tool_call_count,
	list_sort(list_distinct(list_transform(bot_calls, lambda t: t.name))) AS tool_names,
	escalation.needed_at AS escalation_needed_at,
	escalation.reason AS escalation_reason,
	coalesce(escalation.handed_off_at IS NOT NULL OR escalation.reason = 'bot_handoff', false) AS handed_off,
	escalation.handed_off_at AS handed_off_at,
	escalation.engaged_at AS engaged_at,
	escalation.abandoned_at AS abandoned_at,
	escalation.handoff_parts AS handoff_parts,
	escalation.re_asked AS re_asked,
	CASE WHEN reached IS NOT NULL THEN len(list_filter(customer_messages, lambda m: m."at" >= person_needed AND m."at" < reached)) END AS turns_to_person,
	refund_list AS refunds,
	rating.score AS rating_score,
	CASE WHEN rating IS NOT NULL THEN coalesce(rating.scale, 5) END AS rating_scale,
	rating.asked_at AS rating_asked_at,
	rating.answered_at AS rating_answered_at,
	complaints,
	outcome.solved AS outcome_solved,
	outcome."by" AS outcome_by,
	outcome."at" AS outcome_at,
	costs.ai AS ai_cost,
	costs.currency AS cost_currency,
	costs.human_minutes AS human_minutes
FROM timed
