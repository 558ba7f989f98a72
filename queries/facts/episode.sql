-- grain: one row a current conversation in scope
-- clock: closed_at of its row in `link`, which says who wrote, about what, and what came after
-- includes: side records of the conversation; of what its words say, the signals in $signals
-- excludes: nothing (test traffic, spam, merged, business and survey messages are marked)
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
), words AS (
	SELECT conversation_key, list_sort(list(signal) FILTER (signal != 'no_re_ask')) AS signals, bool_or(signal = 'person_request') AS person_request,
		bool_or(signal = 'negative_sentiment') AS negative, bool_or(signal = 're_ask') FILTER (signal IN ('re_ask', 'no_re_ask')) AS re_asked
	FROM fact.signal WHERE list_contains($signals, CASE signal WHEN 'no_re_ask' THEN 're_ask' ELSE signal END) GROUP BY conversation_key
), base AS (
	SELECT c.* EXCLUDE (intent, re_asked, reopened_at, ai_cost, cost_currency, human_minutes), link.* EXCLUDE (conversation_key),
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
		least(c.escalation_needed_at, c.handed_off_at) AS escalation_started_at,
		words.signals AS derived_signals, coalesce(c.re_asked, words.re_asked) AS re_asked,
		coalesce(c.last_customer_sentiment < 0, words.negative, false) AS closed_negative,
		-- Only where the log gives no reason of its own.
		c.escalation_reason IS NULL AND coalesce(words.person_request, false) AS person_request_derived
	FROM log.conversation AS c
	JOIN link ON link.conversation_key = c.conversation_key
	LEFT JOIN words ON words.conversation_key = c.conversation_key
	LEFT JOIN side_rating ON side_rating.source = c.source AND side_rating.id = c.id
	LEFT JOIN side_complaint ON side_complaint.source = c.source AND side_complaint.id = c.id
	LEFT JOIN side_audit ON side_audit.source = c.source AND side_audit.id = c.id
	WHERE c.superseded_by IS NULL
), named AS (
	SELECT base.*,
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
	FROM base
)
SELECT
	e.conversation_key, e.source, e.id, e.customer_id, e.excluded, e.path, e.assisted,
	e.tier, e.intent, e.family AS intent_family, e.intent_derived, e.channel, e.market, e.language, e.customer_value,
	e.started_at, e.closed_at, CASE WHEN e.started_at IS NOT NULL THEN e.closed_at END AS clock_at, e.resolved_at,
	e.ended_at IS NOT NULL OR e.resolved_at IS NOT NULL OR coalesce(e.status IN ('resolved', 'closed'), false) AS ended,
	CASE WHEN coalesce(e.answered_at <= e.closed_at + INTERVAL 7 DAYS, true) THEN (e.score - 1) / (e.scale - 1) END AS rating_share,
	CASE WHEN e.score IS NOT NULL THEN coalesce(e.answered_at, e.asked_at, e.closed_at) END AS rating_at,
	e.asked_at, e.reopened_at, e.next_contact_at, e.next_any_contact_at,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at <= e.resolved_at + INTERVAL 24 HOURS, false) END AS recontact_24h,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at <= e.resolved_at + INTERVAL 48 HOURS, false) END AS recontact_48h,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at <= e.resolved_at + INTERVAL 72 HOURS, false) END AS recontact_72h,
	CASE WHEN e.known_recontact THEN coalesce(e.next_contact_at BETWEEN e.resolved_at + INTERVAL 24 HOURS AND e.resolved_at + INTERVAL 72 HOURS, false) END AS recontact_24_72h,
	coalesce(e.escalation_reason = 'customer_request', e.person_request_derived) AS person_requested, e.person_request_derived, e.derived_signals,
	e.escalation_started_at, e.first_human_reply_at, e.turns_to_person, e.abandoned_at,
	e.handed_off, len(list_distinct(e.handoff_parts)) AS handoff_parts_present, e.re_asked,
	e.final_refunds AS refunds,
	list_min(list_transform(list_filter(e.final_refunds, lambda r: r.audit_verdict = 'wrong'), lambda r: coalesce(r.audited_at, r."at", e.closed_at))) AS refund_wrong_at,
	e.complaint_at, e.regulator_complaint_at, e.unknown_complaint_at, e.regulator_said_at,
	list_min(list_filter(e.complaint_at, lambda x: x >= coalesce(e.started_at, x))) AS first_complaint_at,
	e.outcome_solved, e.outcome_by, e.outcome_at,
	coalesce(e.escalation_reason = 'customer_request', e.person_request_derived) AND e.agent_message_count = 0 AND e.engaged_at IS NULL AS person_never_reached,
	e.closed_negative AND e.customer_message_count >= 3 AS negative_close_after_rephrasing,
	coalesce(NOT e.outcome_solved AND e.outcome_by IN ('reviewer', 'audit'), false) AS verdict_not_solved,
	e.ai_cost, e.human_minutes, e.cost_currency,
	e.rework_ai_cost, e.rework_human_minutes, e.rework_path, e.rework_closed_at, e.rework_cost_currency, e.rework_assisted,
	e.issue_id, e.contact_no, e.next_in_issue_at,
	e.closed_at + INTERVAL 7 DAYS AS csat_matures_at, e.resolved_at + INTERVAL 72 HOURS AS recontact_matures_at, e.closed_at + INTERVAL 14 DAYS AS complaint_matures_at
FROM (SELECT *, resolved_at IS NOT NULL AND customer_id IS NOT NULL AS known_recontact FROM named) AS e
