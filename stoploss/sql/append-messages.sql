-- grain: one row a message to be told
-- clock: the instant of the event that caused it
-- includes: the messages given in $messages
-- excludes: nothing; the same message twice fails the transaction
INSERT INTO alert.message
SELECT unnest(from_json($messages::JSON, '[{
	"delivery_key": "VARCHAR", "alert_key": "VARCHAR", "episode": "INTEGER", "kind": "VARCHAR", "seq": "INTEGER",
	"happened_at": "VARCHAR", "rule": "VARCHAR", "group_key": "VARCHAR", "position": "BIGINT"
}]'), recursive := true)
