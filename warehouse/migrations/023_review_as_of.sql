-- What was to be reviewed, and what reviewers had said, by an instant; null is all that is known.

-- grain: one row an item that somebody is to review: the drawn ones and the reserves called in, without the replaced
CREATE MACRO review.standing_by(instant) AS TABLE
WITH replaced AS (
	SELECT item, by_item FROM review.replacement WHERE happened_at <= coalesce(instant, 'infinity'::TIMESTAMPTZ)
)
SELECT i.* FROM review.item AS i
WHERE (i.part <> 'reserve' OR i.item IN (SELECT by_item FROM replaced WHERE by_item IS NOT NULL))
	AND i.item NOT IN (SELECT item FROM replaced);

-- grain: one row an item with a finished review: of a double review, that of the reviewer who first finished one
CREATE MACRO review.counted_by(instant) AS TABLE
WITH latest AS (
	SELECT *, min(happened_at) FILTER (finished) OVER (PARTITION BY item, reviewer) AS first_finished_at
	FROM review.review WHERE happened_at <= coalesce(instant, 'infinity'::TIMESTAMPTZ)
	QUALIFY row_number() OVER (PARTITION BY item, reviewer ORDER BY version DESC) = 1
)
SELECT item, reviewer, happened_at, first_finished_at, score, defect, solved FROM latest WHERE finished
QUALIFY row_number() OVER (PARTITION BY item ORDER BY first_finished_at, reviewer) = 1;
