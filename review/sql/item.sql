-- grain: one row, an item
-- clock: none
-- includes: how many its cell has and how many of them were drawn; whether its conversation changed since
-- excludes: nothing
SELECT i.item, i.plan, i.week, i.source, i.id, i.stratum, i.risky, i.signals, i.part, i.probability, i.two_reviewers,
	now.content_hash::VARCHAR AS content_hash, c.population AS cell_population, c.random + c.risk AS cell_drawn,
	CASE
		WHEN now.content_hash IS NULL THEN 'deleted'
		WHEN now.content_hash::VARCHAR = i.content_hash THEN 'same'
		ELSE 'changed'
	END AS since_drawn,
	r.item IS NOT NULL AS replaced
FROM review.item AS i
JOIN review.cell AS c ON c.plan = i.plan AND c.week = i.week AND c.stratum = i.stratum AND c.risky = i.risky
LEFT JOIN review.replacement AS r ON r.item = i.item
LEFT JOIN log.conversation AS now ON now.source = i.source AND now.id = i.id AND now.superseded_by IS NULL
WHERE i.item = $item
