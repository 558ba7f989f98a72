-- grain: one row a drawn week and plan
-- clock: known by $reviewedBy, null for all
-- includes: whom the plan looks at
-- excludes: nothing
SELECT week, plan, from_json(definition, '{"population": {"tier": ["VARCHAR"], "path": ["VARCHAR"]}}').population.tier AS tiers,
	from_json(definition, '{"population": {"tier": ["VARCHAR"], "path": ["VARCHAR"]}}').population.path AS paths
FROM review.draw WHERE drawn_at <= coalesce($reviewedBy::TIMESTAMPTZ, 'infinity'::TIMESTAMPTZ)
ORDER BY week, plan
