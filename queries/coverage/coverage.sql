-- grain: one row a source (or one import of it, where $ingest_id is given); with $since, a source and week
-- clock: none; with $since, started_at in weeks of the account's zone, labelled by the ISO week that holds the week's Monday
-- includes: contacts, with the side records that belong to them
-- excludes: test traffic, spam, merged, business and survey messages
SELECT e.source, CASE WHEN $since::TIMESTAMPTZ IS NOT NULL THEN strftime(date_trunc('week', timezone($zone, e.started_at) + to_days($shift)), '%G-W%V') END AS week,
	count(*)::INTEGER AS contacts,
	count(e.started_at)::INTEGER AS started_at,
	count(e.customer_id)::INTEGER AS customer_id,
	count(e.resolved_at)::INTEGER AS resolved_at,
	count(e.intent) FILTER (NOT e.intent_derived)::INTEGER AS intent,
	count(*) FILTER (e.intent_derived)::INTEGER AS intent_derived,
	count(c.intent_confidence)::INTEGER AS intent_confidence,
	count(c.last_message_at)::INTEGER AS message_times,
	countif(c.bot_message_count > 0)::INTEGER AS bot_replies,
	countif(c.agent_message_count > 0)::INTEGER AS human_replies,
	count(e.rating_share)::INTEGER AS rating,
	countif(e.asked_at IS NOT NULL AND e.rating_share IS NULL)::INTEGER AS rating_unanswered,
	countif(e.person_requested)::INTEGER AS person_requested,
	count(e.escalation_started_at)::INTEGER AS escalation_time,
	count(c.handed_off_at)::INTEGER AS handoff_time,
	count(e.first_human_reply_at)::INTEGER AS human_reply_time,
	count(e.handoff_parts_present)::INTEGER AS handoff_parts,
	count(e.re_asked)::INTEGER AS re_asked,
	countif(c.tool_call_count > 0)::INTEGER AS tool_calls,
	countif(len(e.refunds) > 0)::INTEGER AS refunds,
	countif(len(list_filter(e.refunds, lambda r: r.decided_by IS NOT NULL OR r.approved_by IS NOT NULL)) > 0)::INTEGER AS refund_decided_by,
	countif(len(list_filter(e.refunds, lambda r: r.audit_verdict IS NOT NULL)) > 0)::INTEGER AS refund_audit,
	countif(len(list_filter(e.refunds, lambda r: r.audit_verdict IS NOT NULL AND r.amount_minor IS NOT NULL)) > 0)::INTEGER AS refund_audit_amount,
	count(e.first_complaint_at)::INTEGER AS complaints,
	countif(len(e.regulator_complaint_at) > 0)::INTEGER AS complaint_regulator,
	count(e.ai_cost)::INTEGER AS ai_cost,
	count(e.human_minutes)::INTEGER AS human_minutes
FROM fact.episode e
JOIN log.conversation c ON c.conversation_key = e.conversation_key AND c.superseded_by IS NULL
WHERE e.excluded IS NULL AND ($ingest_id::BIGINT IS NULL OR c.ingest_id = $ingest_id)
	AND ($since::TIMESTAMPTZ IS NULL OR e.started_at >= $since::TIMESTAMPTZ)
GROUP BY ALL
ORDER BY e.source, week
