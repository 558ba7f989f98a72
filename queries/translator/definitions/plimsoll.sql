-- grain: one row a contact that the bot took part in; counted are those that only the bot answered
-- clock: 7 days after the end or the resolve, whichever is later
-- includes: durable resolution as the scorecard counts it: resolved, with no recontact on any channel, no complaint and no reversal in 7 days
-- excludes: from its own denominator, contacts of unknown customers and of sources that never said when anything was resolved
SELECT bot.conversation_key, bot.real_path = 'ai_only' AND bot.has_resolve AND bot.customer_id IS NOT NULL AS counted,
	CASE WHEN bot.real_path = 'ai_only' THEN outcomes.durable_resolution ELSE false END AS resolved,
	greatest(bot.closed_at, bot.resolved_at) + INTERVAL 7 DAYS AS decided_at
FROM bot JOIN outcomes ON outcomes.conversation_key = bot.conversation_key
