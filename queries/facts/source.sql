-- grain: one row a source
-- clock: none
-- includes: every contact the facts hold
-- excludes: test traffic, spam, merged, business and survey messages
INSERT INTO fact.source BY NAME
SELECT source,
	bool_or(customer_id IS NOT NULL) AS has_customer,
	bool_or(resolved_at IS NOT NULL) AS has_resolve,
	bool_or(rating_at IS NOT NULL) AS has_rating,
	bool_or(audited) AS has_audit,
	bool_or(complained) AS has_complaint,
	bool_or(escalation_started_at IS NOT NULL) AS has_escalation,
	bool_or(customer_id IS NOT NULL OR rating_at IS NOT NULL OR complained OR person_never_reached OR escalation_started_at IS NOT NULL
		OR negative_close_after_rephrasing OR coalesce(outcome_by IN ('reviewer', 'audit'), false) OR audited) AS has_signal,
	bool_or(len(refunds) > 0) AS has_refund,
	bool_or(ai_cost IS NOT NULL OR human_minutes IS NOT NULL) AS has_cost,
	bool_or(handoff_parts_present IS NOT NULL) AS has_handoff_parts,
	bool_or(re_asked IS NOT NULL) AS has_re_asked,
	bool_or(person_requested) AS has_request,
	bool_or(asked_at IS NOT NULL AND rating_at IS NULL) AS has_silence
FROM (
	SELECT *, coalesce(len(complaint_at) > 0, false) AS complained,
		len(list_filter(refunds, lambda r: r.audit_verdict IS NOT NULL)) > 0 AS audited
	FROM fact.episode WHERE excluded IS NULL
)
GROUP BY source
