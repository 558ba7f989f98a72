-- grain: one row a current conversation in scope
-- clock: closed_at = coalesce(ended_at, resolved_at, last_message_at, started_at)
-- includes: side records of the conversation; customers are matched by id over sources and channels; a thread is linked under its first family, no intent is a family of its own
-- excludes: nothing (test traffic, spam, merged, business and survey messages are marked, and are never anyone's next contact)
INSERT INTO fact.episode BY NAME
WITH side_rating AS (
	SELECT source, id, told.score AS score, told.scale AS scale, told.answered_at AS answered_at, asked_at
	FROM (
		SELECT conversation_source AS source, conversation_id AS id,
			-- As one structure: arg_max passes over a null and would mix two ratings.
			arg_max({'score': score, 'scale': scale, 'answered_at': answered_at}, {'at': coalesce(version_at, answered_at, asked_at, '-infinity'::TIMESTAMPTZ), 'hash': content_hash}) FILTER (score IS NOT NULL) AS told,
			min(asked_at) AS asked_at
		FROM log.side_record WHERE record = 'rating' AND superseded_by IS NULL GROUP BY ALL
	)
), side_complaint AS (
	SELECT conversation_source AS source, conversation_id AS id, list({'at': complained_at, 'regulator_facing': regulator_facing}) AS complaints
	FROM log.side_record WHERE record = 'complaint' AND superseded_by IS NULL AND complained_at IS NOT NULL GROUP BY ALL
), side_audit AS (
	SELECT conversation_source AS source, conversation_id AS id,
		list({'part': part_id, 'verdict': audit_verdict, 'at': audited_at, 'correct': correct_amount_minor, 'probability': audit_probability}
			ORDER BY version_at NULLS FIRST, content_hash) AS audits
	FROM log.side_record WHERE record = 'refund_audit' AND superseded_by IS NULL GROUP BY ALL
), side_cost AS (
	SELECT conversation_source AS source, conversation_id AS id,
		any_value(ai_cost) AS ai_cost, any_value(cost_currency) AS cost_currency, any_value(human_minutes) AS human_minutes
	FROM log.side_record WHERE record = 'cost' AND superseded_by IS NULL GROUP BY ALL
), base AS (
	SELECT c.*,
		coalesce(c.intent, derived.intent) AS final_intent,
		c.intent IS NULL AND derived.intent IS NOT NULL AS intent_derived,
		coalesce(c.ended_at, c.resolved_at, c.last_message_at, c.started_at) AS closed_at,
		CASE WHEN c.resolved_at IS NOT NULL THEN greatest(c.resolved_at, c.started_at) END AS resolve_edge,
		CASE
			WHEN c.test_traffic THEN 'test_traffic'
			WHEN c.spam THEN 'spam'
			WHEN c.merged_into IS NOT NULL THEN 'merged'
			WHEN c.initiated_by IN ('business', 'survey') THEN c.initiated_by
		END AS excluded,
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
		list_concat(
			coalesce(list_transform(c.complaints, lambda x: {'at': x."at", 'regulator_facing': x.regulator_facing}), []),
			coalesce(side_complaint.complaints, [])
		) AS all_complaints,
		list_transform(coalesce(c.refunds, []), lambda r: {
			'refund': r,
			'side': list_filter(coalesce(side_audit.audits, []), lambda a: a.part = r.id OR (a.part = '' AND len(c.refunds) = 1))[-1]
		}) AS raw_refunds,
		coalesce(side_cost.ai_cost, c.ai_cost) AS final_ai_cost,
		coalesce(side_cost.human_minutes, c.human_minutes) AS final_human_minutes,
		-- The currency is that of the record which says what the AI cost.
		CASE WHEN side_cost.ai_cost IS NULL AND c.ai_cost IS NOT NULL THEN coalesce(c.cost_currency, side_cost.cost_currency)
			ELSE coalesce(side_cost.cost_currency, c.cost_currency) END AS final_cost_currency,
		least(c.escalation_needed_at, c.handed_off_at) AS escalation_started_at
	FROM log.conversation AS c
	LEFT JOIN fact.derived_intent AS derived ON derived.conversation_key = c.conversation_key
	LEFT JOIN side_rating ON side_rating.source = c.source AND side_rating.id = c.id
	LEFT JOIN side_complaint ON side_complaint.source = c.source AND side_complaint.id = c.id
	LEFT JOIN side_audit ON side_audit.source = c.source AND side_audit.id = c.id
	LEFT JOIN side_cost ON side_cost.source = c.source AND side_cost.id = c.id
	-- IN and not JOIN: the planner takes a table written in this transaction for empty, and an ASOF join of no rows is
	-- made by nested loops.
	WHERE c.superseded_by IS NULL AND c.conversation_key IN (SELECT conversation_key FROM scope)
), named AS (
	SELECT base.*,
		coalesce(policy.family, base.final_intent) AS family,
		coalesce(policy.tier, 'unassigned') AS tier,
		coalesce(base.resolve_edge, greatest(base.closed_at, base.started_at)) AS end_edge,
		list_sort(list_distinct(list_transform(all_complaints, lambda x: x."at"))) AS complaint_at,
		list_sort(list_distinct(list_transform(list_filter(all_complaints, lambda x: x.regulator_facing), lambda x: x."at"))) AS regulator_complaint_at,
		list_sort(list_distinct(list_transform(list_filter(all_complaints, lambda x: x.regulator_facing IS NULL), lambda x: x."at"))) AS unknown_complaint_at,
		list_min(list_transform(list_filter(all_complaints, lambda x: x.regulator_facing IS NOT NULL), lambda x: x."at")) AS regulator_said_at,
		list_transform(raw_refunds, lambda r: {
			'at': r.refund."at", 'amount_minor': r.refund.amount_minor, 'currency': r.refund.currency,
			'decided_by': r.refund.decided_by, 'approved_by': r.refund.approved_by,
			'audit_verdict': coalesce(r.side.verdict, r.refund.audit_verdict),
			'audited_at': coalesce(r.side."at", r.refund.audited_at),
			'correct_amount_minor': coalesce(r.side.correct, r.refund.correct_amount_minor),
			'audit_probability': coalesce(r.side.probability, r.refund.audit_probability)
		}) AS final_refunds,
		least(
			answered_escalation_at,
			CASE WHEN first_agent_at >= coalesce(escalation_started_at, first_agent_at) THEN first_agent_at END,
			CASE WHEN engaged_at >= coalesce(escalation_started_at, engaged_at) THEN engaged_at END
		) AS first_human_reply_at
	FROM base LEFT JOIN fact.intent AS policy ON policy.intent = base.final_intent
), known AS (
	SELECT *,
		first_value(coalesce(family, '(none)')) OVER (
			PARTITION BY customer_id, source, coalesce(thread_id, ''), CASE WHEN thread_id IS NULL THEN conversation_key END
			ORDER BY excluded IS NOT NULL, started_at, id) AS family_key
	FROM named
), contact AS (
	SELECT conversation_key, source, id, customer_id, family_key, started_at, closed_at, path, final_ai_cost, final_human_minutes, final_cost_currency, ai_drafted_count
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
		lead(started_at) OVER contacts AS next_in_issue_at,
		lead(closed_at) OVER contacts AS rework_closed_at,
		lead(path) OVER contacts AS rework_path,
		lead(final_ai_cost) OVER contacts AS rework_ai_cost,
		lead(final_human_minutes) OVER contacts AS rework_human_minutes,
		lead(final_cost_currency) OVER contacts AS rework_cost_currency,
		lead(ai_drafted_count > 0) OVER contacts AS rework_assisted
	FROM numbered WINDOW contacts AS (PARTITION BY customer_id, family_key, issue_no ORDER BY started_at, source, id)
)
SELECT
	e.conversation_key, e.source, e.id, e.customer_id, e.excluded, e.path, e.ai_drafted_count > 0 AS assisted,
	e.tier, e.final_intent AS intent, e.family AS intent_family, e.intent_derived, e.channel, e.market, e.language, e.customer_value,
	e.started_at, e.closed_at, CASE WHEN e.started_at IS NOT NULL THEN e.closed_at END AS clock_at, e.resolved_at,
	e.ended_at IS NOT NULL OR e.resolved_at IS NOT NULL OR coalesce(e.status IN ('resolved', 'closed'), false) AS ended,
	CASE WHEN coalesce(e.answered_at <= e.closed_at + INTERVAL 7 DAYS, true) THEN (e.score - 1) / (e.scale - 1) END AS rating_share,
	CASE WHEN e.score IS NOT NULL THEN coalesce(e.answered_at, e.asked_at, e.closed_at) END AS rating_at,
	e.asked_at, CASE WHEN e.reopened_at > e.end_edge THEN e.reopened_at END AS reopened_at, e.next_contact_at, e.next_any_contact_at,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at <= e.resolved_at + INTERVAL 24 HOURS, false) END AS recontact_24h,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at <= e.resolved_at + INTERVAL 48 HOURS, false) END AS recontact_48h,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at <= e.resolved_at + INTERVAL 72 HOURS, false) END AS recontact_72h,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at BETWEEN e.resolved_at + INTERVAL 24 HOURS AND e.resolved_at + INTERVAL 72 HOURS, false) END AS recontact_24_72h,
	coalesce(e.escalation_reason = 'customer_request', false) AS person_requested,
	e.escalation_started_at, e.first_human_reply_at, e.turns_to_person, e.abandoned_at,
	e.handed_off, len(list_distinct(e.handoff_parts)) AS handoff_parts_present, e.re_asked,
	e.final_refunds AS refunds,
	list_min(list_transform(list_filter(e.final_refunds, lambda r: r.audit_verdict = 'wrong'), lambda r: coalesce(r.audited_at, r."at", e.closed_at))) AS refund_wrong_at,
	e.complaint_at, e.regulator_complaint_at, e.unknown_complaint_at, e.regulator_said_at,
	list_min(list_filter(e.complaint_at, lambda x: x >= coalesce(e.started_at, x))) AS first_complaint_at,
	e.outcome_solved, e.outcome_by, e.outcome_at,
	coalesce(e.escalation_reason = 'customer_request', false) AND e.agent_message_count = 0 AND e.engaged_at IS NULL AS person_never_reached,
	coalesce(e.last_customer_sentiment < 0, false) AND e.customer_message_count >= 3 AS negative_close_after_rephrasing,
	coalesce(NOT e.outcome_solved AND e.outcome_by IN ('reviewer', 'audit'), false) AS verdict_not_solved,
	e.final_ai_cost AS ai_cost, e.final_human_minutes AS human_minutes, e.final_cost_currency AS cost_currency,
	issue.rework_ai_cost, issue.rework_human_minutes, issue.rework_path, issue.rework_closed_at, issue.rework_cost_currency, issue.rework_assisted,
	issue.issue_id, issue.contact_no,
	least(issue.next_in_issue_at, CASE WHEN e.reopened_at > e.end_edge AND e.reopened_at <= e.closed_at + INTERVAL 7 DAYS THEN e.reopened_at END) AS next_in_issue_at,
	e.closed_at + INTERVAL 7 DAYS AS csat_matures_at, e.resolved_at + INTERVAL 72 HOURS AS recontact_matures_at, e.closed_at + INTERVAL 14 DAYS AS complaint_matures_at
FROM (SELECT *, resolved_at IS NOT NULL AND customer_id IS NOT NULL AS known_recontact FROM followed_any) AS e
LEFT JOIN issue ON issue.conversation_key = e.conversation_key
