-- grain: one row a source
-- clock: when it first said each thing; what a contact holds without a time of its own was said when it closed
-- includes: every contact the facts hold
-- excludes: test traffic, spam, merged, business and survey messages
INSERT INTO fact.source BY NAME
SELECT source,
	min(closed) FILTER (customer_id IS NOT NULL) AS customer_since,
	min(resolved_at) AS resolve_since,
	min(coalesce(rating_at, closed)) FILTER (rated) AS rating_since,
	min(audited) AS audit_since,
	min(complained) AS complaint_since,
	min(regulator_said_at) AS regulator_since,
	min(escalation_started_at) AS escalation_since,
	min(least(
		CASE WHEN customer_id IS NOT NULL OR person_never_reached OR negative_close_after_rephrasing THEN closed END,
		CASE WHEN rated THEN coalesce(rating_at, closed) END, complained, escalation_started_at,
		CASE WHEN outcome_by IN ('reviewer', 'audit') THEN coalesce(outcome_at, closed) END, audited)) AS signal_since,
	min(refunded) AS refund_since,
	min(decided) AS approval_since,
	min(closed) FILTER (ai_cost IS NOT NULL OR human_minutes IS NOT NULL) AS cost_since,
	min(closed) FILTER (handoff_parts_present IS NOT NULL) AS handoff_parts_since,
	min(closed) FILTER (re_asked IS NOT NULL) AS re_asked_since,
	min(coalesce(escalation_started_at, closed)) FILTER (person_requested) AS request_since,
	min(asked_at) FILTER (NOT rated) AS silence_since
FROM (
	SELECT *, coalesce(closed_at, '-infinity'::TIMESTAMPTZ) AS closed,
		rating_at IS NOT NULL OR rating_share IS NOT NULL AS rated,
		list_min(complaint_at) AS complained,
		list_min(list_transform(refunds, lambda r: coalesce(r."at", closed))) AS refunded,
		list_min(list_transform(list_filter(refunds, lambda r: r.audit_verdict IS NOT NULL), lambda r: coalesce(r.audited_at, r."at", closed))) AS audited,
		list_min(list_transform(list_filter(refunds, lambda r: r.decided_by IS NOT NULL OR r.approved_by IS NOT NULL), lambda r: coalesce(r."at", closed))) AS decided
	FROM fact.episode WHERE excluded IS NULL
)
GROUP BY source
