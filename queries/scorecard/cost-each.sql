-- grain: one row a contact and window with a cost told by its source; stands between outcomes.sql and the statement that adds costs up
-- clock: closed_at; a contact counts once nothing about it can change, the cost of the contact that followed included
-- includes: own cost and charge of each contact; null where it is not known
-- excludes: contacts of sources that never told a cost
, paid AS (
	SELECT *,
		CASE WHEN coalesce(upper(cost_currency) = $limitCurrency::VARCHAR, true) THEN $humanMinuteCost::DOUBLE END AS minute_cost,
		CASE WHEN coalesce(upper(rework_cost_currency) = $limitCurrency::VARCHAR, true) THEN $humanMinuteCost::DOUBLE END AS rework_minute_cost
	FROM outcomes WHERE has_cost
), own AS (
	SELECT *,
		CASE WHEN bot OR assisted OR ai_cost IS NOT NULL THEN ai_cost ELSE 0 END
		+ CASE WHEN human_minutes = 0 THEN 0 WHEN human_minutes IS NOT NULL THEN human_minutes * minute_cost WHEN real_path IN ('escalated', 'human_only') THEN NULL ELSE 0 END AS cost,
		CASE WHEN rework_closed_at IS NULL THEN 0 ELSE
			CASE WHEN rework_path IN ('ai_only', 'escalated') OR rework_assisted OR rework_ai_cost IS NOT NULL THEN rework_ai_cost ELSE 0 END
			+ CASE WHEN rework_human_minutes = 0 THEN 0 WHEN rework_human_minutes IS NOT NULL THEN rework_human_minutes * rework_minute_cost WHEN rework_path IN ('escalated', 'human_only') THEN NULL ELSE 0 END
		END AS rework_cost,
		coalesce(rework_closed_at <= as_of, true) AS rework_known
	FROM paid
), charged AS (
	SELECT *, CASE WHEN contact_no > 1 THEN 0 ELSE cost END AS own_charge,
		CASE WHEN rework_known AND durable_resolution IS NOT NULL THEN own_charge + rework_cost END AS charge FROM own
)
