-- grain: one row a contact; stands after cost-each.sql
-- clock: as cost-each.sql
-- includes: for $metric: contacts whose cost is known, with it; or those whose charge is known, durable or not
-- excludes: nothing; a contact without a known cost has neither hit nor pending
, told AS (
	SELECT outcomes.*, 0 AS part,
		CASE $metric
			WHEN 'cost_per_contact' THEN charged.cost IS NOT NULL OR NULL
			WHEN 'cost_per_durable_resolution' THEN CASE WHEN charged.charge IS NOT NULL THEN charged.durable_resolution END
		END AS hit,
		$metric = 'cost_per_durable_resolution' AND coalesce(charged.has_resolve AND charged.customer_id IS NOT NULL
			AND charged.own_charge + charged.rework_cost IS NOT NULL AND NOT (charged.mature_durable AND charged.rework_known), false) AS pending,
		CASE $metric WHEN 'cost_per_contact' THEN charged.cost ELSE charged.charge END AS value,
		NULL::VARCHAR[] AS signals
	FROM outcomes LEFT JOIN charged ON charged.conversation_key = outcomes.conversation_key
)
