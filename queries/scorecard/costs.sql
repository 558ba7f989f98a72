-- grain: one row a window and slice
-- clock: closed_at; a contact counts once nothing about it can change, the cost of the contact that followed included
-- includes: own cost per contact; for durable resolutions the cost of a later contact of an issue charged to the contact that failed
-- excludes: contacts whose cost is not known: an AI cost missing where the bot replied or drafted, minutes missing where a person did or was to, minutes without $humanMinuteCost, or of a contact whose currency is not that of $humanMinuteCost ($limitCurrency)
SELECT label, path, tier, intent, channel, market, language, source, customer_value,
	count(cost) AS costed,
	count(*) - count(cost) AS uncosted,
	coalesce(sum(cost), 0) AS cost,
	coalesce(sum(cost * cost), 0) AS cost_of_squares,
	count(charge) AS charged,
	coalesce(sum(charge), 0) AS charge,
	countif(charge IS NOT NULL AND durable_resolution) AS durable,
	coalesce(sum(charge * charge), 0) AS charge_charge,
	coalesce(sum(charge) FILTER (durable_resolution), 0) AS charge_durable,
	countif(has_resolve AND customer_id IS NOT NULL AND own_charge + rework_cost IS NOT NULL AND NOT (mature_durable AND rework_known)) AS pending,
	count(DISTINCT coalesce(cost_currency, '')) FILTER (cost > 0) AS currencies,
	string_agg(DISTINCT cost_currency, ', ' ORDER BY cost_currency) FILTER (cost > 0) AS currency,
	-- The contacts that are charged, and those that are charged to them.
	list_sort(list_distinct(list_concat(
		coalesce(list(DISTINCT coalesce(cost_currency, '')) FILTER (charge IS NOT NULL AND own_charge > 0), []),
		coalesce(list(DISTINCT coalesce(rework_cost_currency, '')) FILTER (charge IS NOT NULL AND rework_cost > 0), [])))) AS charge_currencies
FROM charged
GROUP BY ALL
