-- Of two reviews of one conversation the one that was finished first counts, also when it is changed later.
DROP VIEW review.latest;
-- grain: one row an item and reviewer, the state that counts
CREATE VIEW review.latest AS
SELECT *, min(happened_at) FILTER (finished) OVER (PARTITION BY item, reviewer) AS first_finished_at
FROM review.review QUALIFY row_number() OVER (PARTITION BY item, reviewer ORDER BY version DESC) = 1;
