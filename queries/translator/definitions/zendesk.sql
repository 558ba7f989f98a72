-- grain: one row a contact that the bot took part in
-- clock: 72 hours without a message in the same conversation
-- includes: no person answered, nobody asked for one or said it did not help; the check by a language model is taken as passed
-- excludes: conversations with a customer message within those 72 hours; the same customer elsewhere is another interaction
SELECT conversation_key, true AS counted,
	real_path = 'ai_only' AND NOT asked_for_person AND NOT said_no
		AND NOT coalesce(same_conversation_at < quiet_from + INTERVAL 72 HOURS, false) AS resolved,
	quiet_from + INTERVAL 72 HOURS AS decided_at
FROM bot
