-- grain: one row a contact; stands after waited.sql
-- clock: as waited.sql
-- includes: whether a person came and after how many minutes; hit is a wait that ended with a person, its opposite any other wait
-- excludes: nothing; a contact that needed no person has neither hit nor pending
, told AS (
	SELECT sliced.*, 0 AS part, waits.engaged AS hit, false AS pending,
		epoch(waits.finished_at - waits.escalation_started_at) / 60 AS value, NULL::VARCHAR[] AS signals
	FROM sliced LEFT JOIN waits ON waits.conversation_key = sliced.conversation_key
)
