-- grain: one row a reviewed item that an automatic judge has a verdict on
-- clock: none
-- includes: verdicts of judges and vendors as they stand in the log
-- excludes: items whose reviewer could not say whether the problem was solved
SELECT e.outcome_by AS judge, e.outcome_solved AS verdict, l.solved AS truth
FROM review.standing AS s
JOIN review.counted_by(NULL) AS l ON l.item = s.item AND l.solved IS NOT NULL
JOIN fact.episode AS e ON e.source = s.source AND e.id = s.id
WHERE s.plan = $plan AND e.outcome_by IN ('judge', 'vendor') AND e.outcome_solved IS NOT NULL
