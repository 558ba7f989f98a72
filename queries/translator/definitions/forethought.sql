-- grain: one row a contact that the bot answered
-- clock: when the conversation ends; no waiting period is published
-- includes: the customer got a response before any person, did not write again and clicked no negative button (said no, or gave the lowest mark)
-- excludes: conversations with a later customer message in the same thread
SELECT conversation_key, true AS counted,
	real_path = 'ai_only' AND NOT said_no AND NOT lowest_mark AND same_conversation_at IS NULL AS resolved,
	quiet_from AS decided_at
FROM bot
