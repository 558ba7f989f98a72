-- grain: one row a contact that the bot took part in
-- clock: assumed 24 hours after the conversation went quiet
-- includes: the bot answered, no person did, and nobody asked for one or said it did not help; silence is assent
-- excludes: conversations that the customer came back to, whenever that was: those are deducted again; a new conversation is not looked at
SELECT conversation_key, true AS counted,
	real_path = 'ai_only' AND NOT asked_for_person AND NOT said_no AND same_conversation_at IS NULL AS resolved,
	quiet_from + INTERVAL 24 HOURS AS decided_at
FROM bot
