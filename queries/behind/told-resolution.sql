-- grain: one row a contact; stands after timed.sql
-- clock: as timed.sql
-- includes: hours to the resolve
-- excludes: nothing; a contact without a resolve has neither hit nor pending
, told AS (
	SELECT sliced.*, 0 AS part, timed.hours >= 0 AS hit, false AS pending, timed.hours AS value, NULL::VARCHAR[] AS signals
	FROM sliced LEFT JOIN timed ON timed.conversation_key = sliced.conversation_key
)
