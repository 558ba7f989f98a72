-- grain: one row a contact; stands after business-clock.sql
-- clock: as business-clock.sql
-- includes: as told-waits.sql, in minutes while the account was open
-- excludes: nothing; a contact that needed no person has neither hit nor pending
, told AS (
	SELECT sliced.*, 0 AS part, measured.engaged AS hit, false AS pending,
		greatest(0, measured.seconds) / 60 AS value, NULL::VARCHAR[] AS signals
	FROM sliced LEFT JOIN measured ON measured.conversation_key = sliced.conversation_key
)
