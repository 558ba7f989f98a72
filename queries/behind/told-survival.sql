-- grain: one row a contact; stands after followed.sql
-- clock: as followed.sql
-- includes: whether the customer came back within 72 hours and after how many; pending is who was not watched for that long
-- excludes: nothing; a contact that was not followed has neither hit nor pending
, told AS (
	SELECT sliced.*, 0 AS part,
		CASE WHEN waits.returned THEN true WHEN waits.wait >= 72 * 3600 * 1000000::BIGINT THEN false END AS hit,
		coalesce(NOT waits.returned AND waits.wait < 72 * 3600 * 1000000::BIGINT, false) AS pending,
		CASE WHEN waits.returned THEN waits.wait / 3600000000 END AS value, NULL::VARCHAR[] AS signals
	FROM sliced LEFT JOIN waits ON waits.conversation_key = sliced.conversation_key
)
