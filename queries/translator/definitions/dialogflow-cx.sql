-- grain: one row a contact that the bot took part in, of a known customer
-- clock: 24 hours after the session
-- includes: sessions that ended without a person and after which the same customer began no other session, of any matter on any channel, in 24 hours
-- excludes: customers without an id: whether they called back can't be known
SELECT conversation_key, customer_id IS NOT NULL AS counted,
	CASE WHEN customer_id IS NOT NULL
		THEN real_path = 'ai_only' AND ended AND NOT coalesce(any_return_at <= quiet_from + INTERVAL 24 HOURS, false)
	END AS resolved,
	quiet_from + INTERVAL 24 HOURS AS decided_at
FROM bot
