-- grain: one row a drawn week, newest first
-- clock: none
-- includes: items to review, those with all their reviews, those that were skipped; what one reviewer did
-- excludes: reserves that nobody called in
WITH finished AS (
	SELECT item, count(*) AS n, countif(reviewer = $reviewer) AS mine FROM review.latest WHERE finished GROUP BY item
), item AS (
	SELECT s.week, count(*) AS items, countif(s.two_reviewers) AS doubles,
		countif(coalesce(f.n, 0) >= CASE WHEN s.two_reviewers THEN 2 ELSE 1 END) AS done,
		countif(coalesce(f.n, 0) > 0) AS reviewed,
		coalesce(sum(f.mine), 0)::BIGINT AS mine
	FROM review.standing AS s LEFT JOIN finished AS f USING (item) WHERE s.plan = $plan GROUP BY s.week
), skipped AS (
	SELECT i.week, count(*) AS n FROM review.replacement AS r JOIN review.item AS i USING (item) WHERE i.plan = $plan GROUP BY i.week
)
SELECT d.week, d.population, d.drawn_at, d.notes, coalesce(item.items, 0) AS items, coalesce(item.doubles, 0) AS doubles,
	coalesce(item.reviewed, 0) AS reviewed, coalesce(item.done, 0) AS done, coalesce(item.mine, 0) AS mine, coalesce(skipped.n, 0) AS skipped
FROM review.draw AS d LEFT JOIN item USING (week) LEFT JOIN skipped USING (week)
WHERE d.plan = $plan ORDER BY d.week DESC
