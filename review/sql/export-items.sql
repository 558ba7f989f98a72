-- grain: one row an item that was drawn, reserves included
-- clock: drawn_at, when its week was drawn
-- includes: its inclusion probability, the size of its cell, and whether it was called in or replaced
-- excludes: other plans than $plan, null for all
SELECT i.plan, i.week, i.item, i.source, i.id, i.stratum, i.risky, i.signals, i.part, i.place, i.probability, c.population AS cell_population,
	c.random + c.risk AS cell_drawn, i.two_reviewers, i.said_solved, s.item IS NOT NULL AS standing, i.content_hash AS drawn_hash, d.drawn_at
FROM review.item AS i
JOIN review.cell AS c ON c.plan = i.plan AND c.week = i.week AND c.stratum = i.stratum AND c.risky = i.risky
JOIN review.draw AS d ON d.plan = i.plan AND d.week = i.week
LEFT JOIN review.standing AS s ON s.item = i.item
WHERE $plan IS NULL OR i.plan = $plan
ORDER BY i.plan, i.week, i.stratum, i.risky, i.place
