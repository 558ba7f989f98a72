-- grain: one row a source
-- clock: none
-- includes: every contact the facts hold
-- excludes: test traffic, business and survey messages
INSERT INTO fact.source
SELECT source,
	bool_or(customer_id IS NOT NULL), bool_or(resolved_at IS NOT NULL), bool_or(rating_at IS NOT NULL),
	bool_or(len(list_filter(refunds, lambda r: r.audit_verdict IS NOT NULL)) > 0),
	coalesce(bool_or(len(complaint_at) > 0), false), bool_or(escalation_started_at IS NOT NULL),
	bool_or(customer_id IS NOT NULL OR rating_at IS NOT NULL OR len(complaint_at) > 0 OR person_never_reached
		OR escalation_started_at IS NOT NULL OR negative_close_after_rephrasing OR coalesce(outcome_by IN ('reviewer', 'audit'), false)
		OR len(list_filter(refunds, lambda r: r.audit_verdict IS NOT NULL)) > 0)
FROM fact.episode WHERE excluded IS NULL GROUP BY source
