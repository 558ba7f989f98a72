-- grain: one row a later contact of the same customer, the first five
-- clock: started_at, within 14 days after the conversation closed
-- includes: any intent and channel
-- excludes: tests, spam, merged, business and survey messages; customers without an id
SELECT n.source, n.id, n.started_at, n.intent, n.channel, n.path, n.intent_family IS NOT DISTINCT FROM e.intent_family AS same_family
FROM fact.episode AS e JOIN fact.episode AS n ON n.customer_id = e.customer_id
WHERE e.source = $source AND e.id = $id AND n.excluded IS NULL AND NOT (n.source = e.source AND n.id = e.id)
	AND n.started_at > e.closed_at AND n.started_at <= e.closed_at + INTERVAL 14 DAYS
ORDER BY n.started_at, n.source, n.id LIMIT 5
