-- grain: one row a definition, in no order
-- clock: a contact counts when its definition has decided it by as_of
-- includes: resolved contacts, each definition's own denominator, what is pending or can't be known, and the resolved that came back within 7 days
-- excludes: nothing beyond bot-contacts.sql
SELECT verdict.definition,
	count(*) AS bot_contacts,
	count(*) FILTER (verdict.decided_at <= bot.as_of AND verdict.resolved IS NOT NULL) AS known,
	count(*) FILTER (verdict.decided_at > bot.as_of AND verdict.counted) AS pending,
	count(*) FILTER (verdict.decided_at <= bot.as_of AND verdict.resolved IS NULL) AS unknown,
	count(*) FILTER (verdict.decided_at <= bot.as_of AND verdict.counted AND verdict.resolved IS NOT NULL) AS counted,
	count(*) FILTER (verdict.decided_at <= bot.as_of AND verdict.resolved) AS resolved,
	count(*) FILTER (verdict.decided_at <= bot.as_of AND verdict.resolved AND bot.customer_id IS NOT NULL) AS resolved_of_known_customers,
	count(*) FILTER (verdict.decided_at <= bot.as_of AND verdict.resolved AND bot.return_at <= bot.quiet_from + INTERVAL 7 DAYS) AS came_back
FROM verdict JOIN bot ON bot.conversation_key = verdict.conversation_key
GROUP BY verdict.definition
