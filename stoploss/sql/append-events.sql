-- grain: one row an event of an alert
-- clock: the instant of the look, or of the wish
-- includes: the events given in $events
-- excludes: nothing; a place that is taken fails the transaction
INSERT INTO alert.event
SELECT unnest(from_json($events::JSON, '[{
	"alert_key": "VARCHAR", "place": "INTEGER", "kind": "VARCHAR", "happened_at": "VARCHAR", "rule": "VARCHAR",
	"rule_version": "VARCHAR", "event": "VARCHAR"
}]'), recursive := true)
