-- grain: one row a week and path with a closed contact
-- clock: closed_at, weeks in $zone from Monday; what was known at $asOf
-- includes: contacts, CSAT, recontact within 72 hours, containment, complaints, refund errors, hours to the resolve
-- excludes: test traffic, business and survey messages
WITH said AS (
	SELECT coalesce(bool_or(len(complaints) > 0), false) AS complains FROM log.conversation WHERE superseded_by IS NULL
), base AS (
	SELECT c.source, c.id, c.conversation_key, c.customer_id, c.started_at, c.resolved_at, c.refunds, c.complaints,
		coalesce(c.ended_at, c.resolved_at, c.last_message_at, c.started_at) AS closed_at,
		greatest(c.resolved_at, c.started_at) AS resolve_edge, c.reopened_at,
		coalesce(i.family, c.intent, '(none)') AS family,
		CASE
			WHEN c.bot_message_count > 0 AND (c.handed_off OR c.engaged_at IS NOT NULL OR c.agent_message_count > 0) THEN 'escalated'
			WHEN c.bot_message_count > 0 THEN 'ai_only'
			WHEN c.agent_message_count > 0 THEN 'human_only'
			ELSE 'abandoned'
		END AS path,
		(c.rating_score - 1) / (c.rating_scale - 1) AS share,
		coalesce(c.rating_answered_at, c.rating_asked_at) AS rating_known_at, c.rating_answered_at
	FROM log.conversation c LEFT JOIN fact.intent i ON i.intent = c.intent
	WHERE c.superseded_by IS NULL AND c.test_traffic IS DISTINCT FROM true
		AND coalesce(c.initiated_by, 'customer') NOT IN ('business', 'survey')
), followed AS (
	SELECT b.*, least(n.started_at, CASE WHEN b.reopened_at > coalesce(b.resolve_edge, b.closed_at) THEN b.reopened_at END) AS next_at
	FROM base b ASOF LEFT JOIN (SELECT customer_id, family, started_at FROM base) n
		ON n.customer_id = b.customer_id AND n.family = b.family AND n.started_at > coalesce(b.resolve_edge, b.closed_at)
)
SELECT strftime(date_trunc('week', closed_at AT TIME ZONE $zone), '%Y-%m-%d') AS monday, path,
	count(*) AS contacts,
	count(*) FILTER (share >= 0.75 AND rated AND closed_at + INTERVAL 7 DAYS <= $asOf::TIMESTAMPTZ) AS csat_x,
	count(*) FILTER (rated AND closed_at + INTERVAL 7 DAYS <= $asOf::TIMESTAMPTZ) AS csat_n,
	count(*) FILTER (resolved AND next_at <= resolved_at + INTERVAL 72 HOURS) AS recontact_x,
	count(*) FILTER (resolved) AS recontact_n,
	count(*) FILTER (path = 'ai_only') AS contained_x,
	count(*) FILTER (path IN ('ai_only', 'escalated')) AS contained_n,
	count(*) FILTER (len(list_filter(complaints, lambda x: x."at" >= started_at AND x."at" <= closed_at + INTERVAL 14 DAYS)) > 0 AND closed_at + INTERVAL 14 DAYS <= $asOf::TIMESTAMPTZ) AS complaint_x,
	count(*) FILTER (closed_at + INTERVAL 14 DAYS <= $asOf::TIMESTAMPTZ AND (SELECT complains FROM said)) AS complaint_n,
	coalesce(sum(len(list_filter(refunds, lambda r: r.audit_verdict = 'wrong' AND coalesce(r.audited_at <= $asOf::TIMESTAMPTZ, true)))), 0) AS refund_x,
	coalesce(sum(len(list_filter(refunds, lambda r: r.audit_verdict IS NOT NULL AND coalesce(r.audited_at <= $asOf::TIMESTAMPTZ, true)))), 0) AS refund_n,
	count(*) FILTER (resolved_at >= started_at) AS ttr_n,
	median(epoch(resolved_at - started_at) / 3600) FILTER (resolved_at >= started_at) AS ttr_p50
FROM (
	SELECT *, share IS NOT NULL AND coalesce(rating_answered_at <= closed_at + INTERVAL 7 DAYS, true)
			AND coalesce(rating_known_at, closed_at) <= $asOf::TIMESTAMPTZ AS rated,
		resolved_at IS NOT NULL AND customer_id IS NOT NULL AND resolved_at + INTERVAL 72 HOURS <= $asOf::TIMESTAMPTZ AS resolved
	FROM followed
)
WHERE closed_at >= $since::TIMESTAMPTZ AND closed_at < $until::TIMESTAMPTZ AND closed_at <= $asOf::TIMESTAMPTZ
GROUP BY ALL
