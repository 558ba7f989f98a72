-- grain: one row a refund of a contact and window; stands between windowed.sql and the statement that adds refunds up
-- clock: closed_at of the contact; a refund and an audit count when they were known by as_of
-- includes: verdict, weight, approval and loss of each refund
-- excludes: from judged_amount: refunds of another currency than $limitCurrency or none
, refund AS (
	SELECT conversation_key, label, path, tier, intent, channel, market, language, source, customer_value, unnest(refunds) AS r, generate_subscripts(refunds, 1) AS part, as_of, has_approval FROM sliced
), judged AS (
	SELECT *, r.amount_minor AS moved, r.currency AS currency,
		CASE WHEN upper(r.currency) = $limitCurrency::VARCHAR THEN r.amount_minor END AS judged_amount,
		CASE WHEN coalesce(r.audited_at <= as_of, true) THEN r.audit_verdict END AS verdict,
		-- Where anybody is ever said to decide, a missing name means that nobody approved.
		CASE WHEN has_approval THEN r.approved_by IS NOT NULL OR coalesce(r.decided_by = 'agent', false) END AS approved
	FROM refund WHERE coalesce(r."at" <= as_of, true)
), priced AS (
	SELECT *, (verdict = 'wrong')::INTEGER AS wrong,
		CASE WHEN verdict IS NOT NULL THEN 1 / r.audit_probability END AS weight,
		CASE verdict WHEN 'right' THEN 0 WHEN 'wrong' THEN abs(moved - r.correct_amount_minor) END::DOUBLE AS lost
	FROM judged
)
