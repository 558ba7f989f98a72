-- grain: one row a dispute
-- clock: raised_at
-- includes: open ones, whose decision is null
-- excludes: other plans than $plan, null for all
SELECT i.plan, i.week, d.dispute, d.item, i.source, i.id, d.reviewer, d.version, d.raised_by, d.raised_at, d.reason, d.wanted,
	s.accepted, s.decided_by, s.decided_at, s.reason AS decision_reason, s.new_version
FROM review.dispute AS d JOIN review.item AS i ON i.item = d.item LEFT JOIN review.dispute_decision AS s ON s.dispute = d.dispute
WHERE $plan IS NULL OR i.plan = $plan
ORDER BY d.raised_at, d.dispute
