-- grain: one row a source and week
-- clock: started_at, in weeks of the account's zone; label of the ISO week that holds the week's Monday
-- includes: contacts that began from $since on, with the side records that belong to them
-- excludes: test traffic, spam, merged, business and survey messages; contacts without a start
SELECT e.source, strftime(date_trunc('week', timezone($zone, e.started_at) + to_days($shift)), '%G-W%V') AS week,
	count(*)::INTEGER AS contacts,
	count(e.customer_id)::INTEGER AS customer_id,
	count(e.resolved_at)::INTEGER AS resolved_at,
	count(e.intent)::INTEGER AS intent,
	count(c.intent_confidence)::INTEGER AS intent_confidence,
	count(c.last_message_at)::INTEGER AS message_times,
	countif(c.bot_message_count > 0)::INTEGER AS bot_replies,
	countif(c.agent_message_count > 0)::INTEGER AS human_replies,
	count(e.rating_share)::INTEGER AS rating,
	count(c.handed_off_at)::INTEGER AS handoff_time,
	countif(c.tool_call_count > 0)::INTEGER AS tool_calls,
	countif(len(e.refunds) > 0)::INTEGER AS refunds,
	count(e.ai_cost)::INTEGER AS ai_cost,
	count(e.human_minutes)::INTEGER AS human_minutes
FROM fact.episode e
JOIN log.conversation c ON c.conversation_key = e.conversation_key AND c.superseded_by IS NULL
WHERE e.excluded IS NULL AND e.started_at >= $since::TIMESTAMPTZ
GROUP BY ALL
ORDER BY e.source, week
