-- grain: one row a message and step of an attempt: that it begins, or how it ended
-- clock: when the step was taken
-- includes: the steps given in $attempts
-- excludes: nothing
INSERT INTO alert.attempt
WITH given AS (
	SELECT unnest(from_json($attempts::JSON, '[{
		"receiver": "VARCHAR", "delivery_key": "VARCHAR", "at": "VARCHAR", "outcome": "VARCHAR", "parcel": "VARCHAR",
		"address": "VARCHAR", "detail": "VARCHAR"
	}]'), recursive := true)
), taken AS (
	SELECT receiver, delivery_key, max(attempt) AS attempt FROM alert.attempt GROUP BY ALL
)
SELECT receiver, delivery_key, coalesce(attempt, 0) + 1, CAST("at" AS TIMESTAMPTZ), outcome, parcel, address, detail
FROM given LEFT JOIN taken USING (receiver, delivery_key)
