-- grain: one row, the replacement of an item
-- clock: $now, when it was skipped
-- includes: the next reserve of the same cell that stands in for nobody yet; null where there is none
-- excludes: nothing
INSERT INTO review.replacement BY NAME
SELECT i.item, $reviewer AS reviewer, $reason AS reason, $note AS note, $now::TIMESTAMPTZ AS happened_at,
	(
		SELECT first(r.item ORDER BY r.place) FROM review.item AS r
		WHERE r.plan = i.plan AND r.week = i.week AND r.stratum = i.stratum AND r.risky = i.risky AND r.part = 'reserve'
			AND NOT EXISTS (SELECT 1 FROM review.replacement AS used WHERE used.by_item = r.item OR used.item = r.item)
	) AS by_item
FROM review.item AS i WHERE i.item = $item
RETURNING by_item
