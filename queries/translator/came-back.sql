-- grain: one row a contact that $definition calls resolved and whose customer came back within 7 days with the same matter
-- clock: quiet_from; hours to the return
-- includes: the contact that the customer came back with, where it is another conversation
-- excludes: contacts whose definition has not decided by as_of
SELECT bot.named_source AS source, bot.id, bot.customer_id, e.intent, e.channel, e.market, e.language,
	bot.closed_at, bot.resolved_at, verdict.decided_at AS counted_at, bot.return_at AS came_back_at,
	epoch(bot.return_at - bot.quiet_from) / 3600 AS hours_after,
	coalesce(bot.same_conversation_at = bot.return_at, false) AS same_conversation,
	next.source AS next_source, next.id AS next_id, next.channel AS next_channel, next.path AS next_path
FROM verdict
JOIN bot ON bot.conversation_key = verdict.conversation_key
JOIN fact.episode AS e ON e.conversation_key = bot.conversation_key
LEFT JOIN (
	SELECT customer_id, started_at, arg_min({'source': source, 'id': id, 'channel': channel, 'path': path}, conversation_key) AS contact
	FROM fact.episode WHERE excluded IS NULL AND customer_id IN (SELECT customer_id FROM bot) GROUP BY ALL
) AS other ON other.customer_id = bot.customer_id AND other.started_at = bot.return_at
CROSS JOIN LATERAL (SELECT other.contact.source AS source, other.contact.id AS id, other.contact.channel AS channel, other.contact.path AS path) AS next
WHERE verdict.definition = $definition AND verdict.decided_at <= bot.as_of AND verdict.resolved AND bot.return_at <= bot.quiet_from + INTERVAL 7 DAYS
ORDER BY came_back_at, source, id
LIMIT $limit
