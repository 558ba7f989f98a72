-- grain: one row a change of an alert's state
-- clock: the instant of the event that caused it
-- includes: the transitions given in $transitions
-- excludes: nothing; the same transition twice fails the transaction
INSERT INTO alert.transition
SELECT unnest(from_json($transitions::JSON, '[{
	"alert_key": "VARCHAR", "episode": "INTEGER", "seq": "INTEGER", "happened_at": "VARCHAR", "from_state": "VARCHAR",
	"to_state": "VARCHAR", "reason": "VARCHAR", "rule": "VARCHAR", "place": "INTEGER"
}]'), recursive := true)
