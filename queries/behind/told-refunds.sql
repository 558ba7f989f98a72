-- grain: one row a refund, and one a contact without any; stands after refund-each.sql
-- clock: as refund-each.sql
-- includes: for $metric: wrong of audited, approved of those over $refundLimitMinor, or refunds with both amounts; its amount in minor units, for refund_error_money what was lost
-- excludes: nothing; a refund that $metric does not count has neither hit nor pending
, told AS (
	SELECT sliced.*, coalesce(priced.part, 0) AS part,
		CASE $metric
			WHEN 'refund_error_rate' THEN priced.verdict = 'wrong'
			WHEN 'refund_error_money' THEN CASE WHEN CASE WHEN weighs.weighs THEN priced.weight * priced.lost * priced.moved ELSE priced.lost * priced.moved END IS NOT NULL THEN priced.lost > 0 END
			WHEN 'refund_approval' THEN CASE WHEN priced.judged_amount > $refundLimitMinor::BIGINT THEN priced.approved END
		END AS hit,
		false AS pending,
		CASE $metric WHEN 'refund_error_money' THEN priced.lost ELSE priced.moved END::DOUBLE AS value,
		NULL::VARCHAR[] AS signals
	FROM sliced LEFT JOIN priced ON priced.conversation_key = sliced.conversation_key
	-- As money.ts: where any audit has its chance of being drawn, only those with one count.
	CROSS JOIN (SELECT coalesce(bool_or(weight * lost * moved IS NOT NULL), false) AS weighs FROM priced) AS weighs
)
