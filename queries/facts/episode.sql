-- grain: one row a current conversation in scope
-- clock: closed_at = coalesce(ended_at, resolved_at, last_message_at, started_at)
-- includes: side records of the conversation; customers are matched by id over sources and channels; no intent is a family of its own
-- excludes: nothing (test traffic, business and survey messages are marked, and are never anyone's next contact)
INSERT INTO fact.episode
WITH side_rating AS (
	SELECT conversation_source AS source, conversation_id AS id,
		arg_max(score, coalesce(version_at, answered_at, asked_at)) FILTER (score IS NOT NULL) AS score,
		arg_max(scale, coalesce(version_at, answered_at, asked_at)) FILTER (score IS NOT NULL) AS scale,
		arg_max(answered_at, coalesce(version_at, answered_at, asked_at)) FILTER (score IS NOT NULL) AS answered_at,
		min(asked_at) AS asked_at
	FROM log.side_record WHERE record = 'rating' AND superseded_by IS NULL GROUP BY ALL
), side_complaint AS (
	SELECT conversation_source AS source, conversation_id AS id, list(complained_at) AS complaints
	FROM log.side_record WHERE record = 'complaint' AND superseded_by IS NULL AND complained_at IS NOT NULL GROUP BY ALL
), side_audit AS (
	SELECT conversation_source AS source, conversation_id AS id,
		list({'part': part_id, 'verdict': audit_verdict, 'at': audited_at, 'correct': correct_amount_minor}
			ORDER BY version_at NULLS FIRST, content_hash) AS audits
	FROM log.side_record WHERE record = 'refund_audit' AND superseded_by IS NULL GROUP BY ALL
), base AS (
	SELECT c.*,
		coalesce(c.intent, derived.intent) AS final_intent,
		c.intent IS NULL AND derived.intent IS NOT NULL AS intent_derived,
		coalesce(c.ended_at, c.resolved_at, c.last_message_at, c.started_at) AS closed_at,
		CASE WHEN c.resolved_at IS NOT NULL THEN greatest(c.resolved_at, c.started_at) END AS resolve_edge,
		CASE WHEN c.test_traffic THEN 'test_traffic' WHEN c.initiated_by IN ('business', 'survey') THEN c.initiated_by END AS excluded,
		CASE
			WHEN c.bot_message_count > 0 AND (c.handed_off OR c.agent_message_count > 0 OR c.engaged_at IS NOT NULL) THEN 'escalated'
			WHEN c.bot_message_count > 0 THEN 'ai_only'
			WHEN c.agent_message_count > 0 OR c.engaged_at IS NOT NULL THEN 'human_only'
			ELSE 'abandoned'
		END AS path,
		coalesce(side_rating.score, c.rating_score) AS score,
		CASE WHEN side_rating.score IS NOT NULL THEN coalesce(side_rating.scale, 5) ELSE coalesce(c.rating_scale, 5) END AS scale,
		CASE WHEN side_rating.score IS NOT NULL THEN side_rating.answered_at ELSE c.rating_answered_at END AS answered_at,
		coalesce(c.rating_asked_at, side_rating.asked_at) AS asked_at,
		list_filter(list_distinct(list_concat(coalesce(list_transform(c.complaints, lambda x: x."at"), []), coalesce(side_complaint.complaints, []))), lambda x: x IS NOT NULL) AS complaint_at,
		list_transform(coalesce(c.refunds, []), lambda r: {
			'at': r."at", 'amount_minor': r.amount_minor,
			'side': list_filter(coalesce(side_audit.audits, []), lambda a: a.part = r.id OR (a.part = '' AND len(c.refunds) = 1))[-1],
			'verdict': r.audit_verdict, 'audited_at': r.audited_at, 'correct': r.correct_amount_minor
		}) AS raw_refunds,
		least(c.escalation_needed_at, c.handed_off_at) AS escalation_started_at
	FROM log.conversation AS c
	JOIN scope ON scope.conversation_key = c.conversation_key AND scope.source = c.source AND scope.id = c.id
	LEFT JOIN fact.derived_intent AS derived ON derived.conversation_key = c.conversation_key
	LEFT JOIN side_rating ON side_rating.source = c.source AND side_rating.id = c.id
	LEFT JOIN side_complaint ON side_complaint.source = c.source AND side_complaint.id = c.id
	LEFT JOIN side_audit ON side_audit.source = c.source AND side_audit.id = c.id
	WHERE c.superseded_by IS NULL
), known AS (
	SELECT base.*,
		coalesce(policy.family, base.final_intent) AS family,
		coalesce(policy.family, base.final_intent, '(none)') AS family_key,
		coalesce(policy.tier, 'unassigned') AS tier,
		coalesce(base.resolve_edge, greatest(base.closed_at, base.started_at)) AS end_edge,
		list_transform(raw_refunds, lambda r: {
			'at': r."at", 'amount_minor': r.amount_minor, 'audit_verdict': coalesce(r.side.verdict, r.verdict),
			'audited_at': coalesce(r.side."at", r.audited_at), 'correct_amount_minor': coalesce(r.side.correct, r.correct)
		}) AS final_refunds,
		least(
			answered_escalation_at,
			CASE WHEN first_agent_at >= coalesce(escalation_started_at, first_agent_at) THEN first_agent_at END,
			CASE WHEN engaged_at >= coalesce(escalation_started_at, engaged_at) THEN engaged_at END
		) AS first_human_reply_at
	FROM base LEFT JOIN fact.intent AS policy ON policy.intent = base.final_intent
), contact AS (
	SELECT conversation_key, source, id, customer_id, family_key, started_at, closed_at
	FROM known WHERE excluded IS NULL AND customer_id IS NOT NULL AND started_at IS NOT NULL
), followed AS (
	SELECT known.*,
		least(same.started_at, CASE WHEN known.reopened_at > known.end_edge THEN known.reopened_at END) AS next_contact_at
	FROM known ASOF LEFT JOIN contact AS same
		ON same.customer_id = known.customer_id AND same.family_key = known.family_key AND same.started_at > known.end_edge
), followed_any AS (
	SELECT followed.*,
		least(other.started_at, CASE WHEN followed.reopened_at > followed.end_edge THEN followed.reopened_at END) AS next_any_contact_at
	FROM followed ASOF LEFT JOIN contact AS other
		ON other.customer_id = followed.customer_id AND other.started_at > followed.end_edge
), opened AS (
	SELECT *, coalesce(started_at > max(closed_at) OVER before + INTERVAL 7 DAYS, true) AS opens
	FROM contact WINDOW before AS (PARTITION BY customer_id, family_key ORDER BY started_at, source, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), numbered AS (
	SELECT *, sum(opens::INTEGER) OVER (PARTITION BY customer_id, family_key ORDER BY started_at, source, id) AS issue_no FROM opened
), issue AS (
	SELECT conversation_key,
		customer_id || '/' || family_key || '/' || first_value(source || '/' || id) OVER contacts AS issue_id,
		row_number() OVER contacts AS contact_no,
		lead(started_at) OVER contacts AS next_in_issue_at
	FROM numbered WINDOW contacts AS (PARTITION BY customer_id, family_key, issue_no ORDER BY started_at, source, id)
)
SELECT
	e.conversation_key, e.source, e.id, e.customer_id, e.excluded, e.path, e.ai_drafted_count > 0,
	e.tier, e.final_intent, e.family, e.intent_derived, e.channel, e.market, e.language, e.customer_value,
	e.started_at, e.closed_at, CASE WHEN e.started_at IS NOT NULL THEN e.closed_at END, e.resolved_at,
	e.ended_at IS NOT NULL OR e.resolved_at IS NOT NULL OR coalesce(e.status IN ('resolved', 'closed'), false),
	CASE WHEN coalesce(e.answered_at <= e.closed_at + INTERVAL 7 DAYS, true) THEN (e.score - 1) / (e.scale - 1) END,
	CASE WHEN e.score IS NOT NULL THEN coalesce(e.answered_at, e.asked_at, e.closed_at) END,
	e.asked_at, CASE WHEN e.reopened_at > e.end_edge THEN e.reopened_at END, e.next_contact_at, e.next_any_contact_at,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at <= e.resolved_at + INTERVAL 24 HOURS, false) END,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at <= e.resolved_at + INTERVAL 48 HOURS, false) END,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at <= e.resolved_at + INTERVAL 72 HOURS, false) END,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at BETWEEN e.resolved_at + INTERVAL 24 HOURS AND e.resolved_at + INTERVAL 72 HOURS, false) END,
	e.escalation_started_at, e.first_human_reply_at, e.abandoned_at, e.final_refunds,
	list_min(list_transform(list_filter(e.final_refunds, lambda r: r.audit_verdict = 'wrong'), lambda r: coalesce(r.audited_at, r."at", e.closed_at))),
	e.complaint_at, list_min(list_filter(e.complaint_at, lambda x: x >= coalesce(e.started_at, x))),
	e.outcome_solved, e.outcome_by, e.outcome_at,
	coalesce(e.escalation_reason = 'customer_request', false) AND e.agent_message_count = 0 AND e.engaged_at IS NULL,
	coalesce(e.last_customer_sentiment < 0, false) AND e.customer_message_count >= 3,
	coalesce(NOT e.outcome_solved AND e.outcome_by IN ('reviewer', 'audit'), false),
	issue.issue_id, issue.contact_no, least(issue.next_in_issue_at, CASE WHEN e.reopened_at > e.end_edge AND e.reopened_at <= e.closed_at + INTERVAL 7 DAYS THEN e.reopened_at END),
	e.closed_at + INTERVAL 7 DAYS, e.resolved_at + INTERVAL 72 HOURS, e.closed_at + INTERVAL 14 DAYS
FROM (SELECT *, resolved_at IS NOT NULL AND customer_id IS NOT NULL AS known_recontact FROM followed_any) AS e
LEFT JOIN issue ON issue.conversation_key = e.conversation_key
