-- grain: one row a window and slice
-- clock: closed_at of the contact; a refund and an audit count when they were known by as_of
-- includes: audits counted, weighted by their chance of being drawn, and in money; approvals of refunds in $limitCurrency over $refundLimitMinor
-- excludes: from the approvals: refunds of another currency or none; from the money: audits without an amount, and wrong ones without the correct amount
SELECT label, path, tier, intent, channel, market, language, source, customer_value,
	count(*) AS refunds,
	count(verdict) AS audited,
	countif(verdict = 'wrong') AS wrong,
	count(weight) AS weighted,
	coalesce(sum(weight), 0) AS weight,
	coalesce(sum(weight * wrong), 0) AS weight_wrong,
	coalesce(sum(weight * weight * wrong), 0) AS square_wrong,
	coalesce(sum(weight * weight), 0) AS square,
	countif(lost IS NOT NULL AND moved IS NOT NULL) AS priced,
	coalesce(sum(lost) FILTER (moved IS NOT NULL), 0) AS lost,
	coalesce(sum(moved) FILTER (lost IS NOT NULL), 0) AS moved,
	coalesce(sum(lost * lost) FILTER (moved IS NOT NULL), 0) AS lost_lost,
	coalesce(sum(lost * moved), 0) AS lost_moved,
	coalesce(sum(moved::DOUBLE * moved) FILTER (lost IS NOT NULL), 0) AS moved_moved,
	countif(weight * lost * moved IS NOT NULL) AS weighted_priced,
	coalesce(sum(weight * lost) FILTER (moved IS NOT NULL), 0) AS weighted_lost,
	coalesce(sum(weight * moved) FILTER (lost IS NOT NULL), 0) AS weighted_moved,
	coalesce(sum(weight * weight * lost * lost) FILTER (moved IS NOT NULL), 0) AS weighted_lost_lost,
	coalesce(sum(weight * weight * lost * moved), 0) AS weighted_lost_moved,
	coalesce(sum(weight * weight * moved * moved) FILTER (lost IS NOT NULL), 0) AS weighted_moved_moved,
	count(DISTINCT coalesce(currency, '')) FILTER (lost IS NOT NULL AND moved IS NOT NULL) AS currencies,
	string_agg(DISTINCT currency, ', ' ORDER BY currency) FILTER (lost IS NOT NULL AND moved IS NOT NULL) AS currency,
	count(DISTINCT coalesce(currency, '')) FILTER (weight * lost * moved IS NOT NULL) AS weighted_currencies,
	string_agg(DISTINCT currency, ', ' ORDER BY currency) FILTER (weight * lost * moved IS NOT NULL) AS weighted_currency,
	countif(judged_amount > $refundLimitMinor::BIGINT) AS over_limit,
	count(approved) FILTER (judged_amount > $refundLimitMinor::BIGINT) AS over_limit_known,
	countif(judged_amount > $refundLimitMinor::BIGINT AND approved) AS over_limit_approved,
	countif(moved IS NOT NULL AND judged_amount IS NULL) AS other_currency,
	countif(moved IS NULL) AS without_amount
FROM priced
GROUP BY ALL
