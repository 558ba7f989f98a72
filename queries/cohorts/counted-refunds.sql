-- grain: one row a refund and look
-- clock: the contact's; a refund, its audit and its approval count when they were known by as_of
-- includes: refund_error_rate: audited refunds; refund_approval: refunds over $refundLimitMinor where approvals are kept
-- excludes: contacts without a date
, refund AS (
	SELECT * EXCLUDE (refunds), unnest(refunds) AS r, generate_subscripts(refunds, 1) AS part FROM sliced WHERE clock_at IS NOT NULL
), counted AS (
	SELECT *,
		CASE $metric
			WHEN 'refund_error_rate' THEN CASE WHEN coalesce(r.audited_at <= as_of, true) THEN r.audit_verdict = 'wrong' END
			WHEN 'refund_approval' THEN CASE WHEN has_approval AND r.amount_minor > $refundLimitMinor::BIGINT
				THEN r.approved_by IS NOT NULL OR coalesce(r.decided_by = 'agent', false) END
		END AS counted
	FROM refund WHERE coalesce(r."at" <= as_of, true)
)
