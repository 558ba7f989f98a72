-- grain: one row a dispute, the open ones first, then by when it was raised
-- clock: raised_at
-- includes: the answers that were disputed, and how it was settled; of $plan or $item, null for all
-- excludes: nothing
SELECT d.dispute, d.item, i.plan, i.week, i.source, i.id, d.reviewer, d.version, d.raised_by, d.raised_at, d.reason, d.wanted, r.answers,
	s.dispute IS NOT NULL AS settled, s.accepted, s.decided_by, s.decided_at, s.reason AS decision_reason, s.new_version
FROM review.dispute AS d
JOIN review.item AS i ON i.item = d.item
JOIN review.review AS r ON r.item = d.item AND r.reviewer = d.reviewer AND r.version = d.version
LEFT JOIN review.dispute_decision AS s ON s.dispute = d.dispute
WHERE ($plan IS NULL OR i.plan = $plan) AND ($item IS NULL OR d.item = $item)
ORDER BY settled, d.raised_at, d.dispute
