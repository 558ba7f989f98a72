-- grain: one row a path and kind of record that came after the ingest $ingestId; path null is the whole week
-- clock: ingest order, and for what people said the clock on the wall after $publishedAt; the week by clock_at
-- includes: contacts with a rating, audit, complaint or cost that came later; drawn, skipped or reviewed later; new and corrected conversations (also those corrected out of the week); contacts whose customer wrote again in later records
-- excludes: test traffic, business and survey messages
WITH contact AS (
	SELECT source, id, customer_id, path, started_at, closed_at
	FROM fact.episode
	WHERE excluded IS NULL AND clock_at >= $since::TIMESTAMPTZ AND clock_at < $until::TIMESTAMPTZ
), version_then AS (
	SELECT * FROM log.conversation WHERE ingest_id <= $ingestId AND superseded_by > $ingestId
), version_now AS (
	SELECT contact.path, c.*
	FROM contact JOIN log.conversation AS c ON c.source = contact.source AND c.id = contact.id AND c.superseded_by IS NULL
	WHERE c.ingest_id > $ingestId
), side_now AS (
	SELECT contact.path, contact.source, contact.id, s.record
	FROM contact JOIN log.side_record AS s ON s.conversation_source = contact.source AND s.conversation_id = contact.id
	WHERE s.superseded_by IS NULL AND s.ingest_id > $ingestId
), later AS (
	SELECT c.customer_id, c.started_at
	FROM log.conversation AS c
	WHERE c.superseded_by IS NULL AND c.ingest_id > $ingestId AND c.customer_id IN (SELECT customer_id FROM contact)
		AND (c.source, c.id) NOT IN (SELECT (source, id) FROM version_then)
), looked_at AS (
	SELECT item FROM review.review WHERE happened_at > $publishedAt::TIMESTAMPTZ AND finished
	UNION ALL
	SELECT unnest([item, by_item]) FROM review.replacement WHERE happened_at > $publishedAt::TIMESTAMPTZ
	UNION ALL
	SELECT i.item FROM review.item AS i JOIN review.draw AS d ON d.plan = i.plan AND d.week = i.week
	WHERE d.drawn_at > $publishedAt::TIMESTAMPTZ AND i.part <> 'reserve'
), reason AS (
	SELECT path, source, id, CASE record WHEN 'rating' THEN 'late_rating' WHEN 'refund_audit' THEN 'late_audit' WHEN 'complaint' THEN 'late_complaint' ELSE 'late_cost' END AS kind
	FROM side_now
	UNION ALL
	SELECT n.path, n.source, n.id, unnest(list_filter([
		CASE WHEN n.rating_score IS DISTINCT FROM t.rating_score THEN 'late_rating' END,
		CASE WHEN n.complaints IS DISTINCT FROM t.complaints THEN 'late_complaint' END,
		CASE WHEN n.refunds IS DISTINCT FROM t.refunds THEN 'late_audit' END,
		'corrected_conversation'
	], lambda k: k IS NOT NULL))
	FROM version_now AS n JOIN version_then AS t ON t.source = n.source AND t.id = n.id
	UNION ALL
	SELECT n.path, n.source, n.id, 'new_conversation'
	FROM version_now AS n
	WHERE (n.source, n.id) NOT IN (SELECT (source, id) FROM version_then)
	UNION ALL
	SELECT NULL, t.source, t.id, 'corrected_conversation'
	FROM version_then AS t
	WHERE t.started_at IS NOT NULL
		AND coalesce(t.ended_at, t.resolved_at, t.last_message_at, t.started_at) >= $since::TIMESTAMPTZ
		AND coalesce(t.ended_at, t.resolved_at, t.last_message_at, t.started_at) < $until::TIMESTAMPTZ
		AND (t.source, t.id) NOT IN (SELECT (source, id) FROM contact)
	UNION ALL
	SELECT contact.path, contact.source, contact.id, 'late_review'
	FROM contact JOIN review.item AS i ON i.source = contact.source AND i.id = contact.id
	WHERE i.item IN (SELECT item FROM looked_at WHERE item IS NOT NULL)
	UNION ALL
	SELECT contact.path, contact.source, contact.id, 'later_contact'
	FROM contact JOIN later ON later.customer_id = contact.customer_id AND later.started_at > contact.closed_at AND later.started_at <= contact.closed_at + INTERVAL 14 DAYS
)
SELECT kind, CASE WHEN grouping(path) = 0 THEN path END AS path, count(DISTINCT source || '/' || id) AS n
FROM reason
GROUP BY GROUPING SETS ((kind), (kind, path))
HAVING grouping(path) = 1 OR path IS NOT NULL
ORDER BY kind, path
