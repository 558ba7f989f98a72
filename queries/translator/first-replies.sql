-- grain: one row
-- clock: seconds from the customer's first message to the bot's first
-- includes: contacts in the window: all of them, those the bot took part in, and how fast it answered
-- excludes: from the speed, contacts without both times
SELECT count(*) AS contacts,
	count(*) FILTER (s.real_path IN ('ai_only', 'escalated')) AS bot_contacts,
	count(*) FILTER (s.real_path = 'ai_only') AS handled,
	count(reply.seconds) AS timed,
	quantile_cont(reply.seconds, 0.5) AS p50,
	quantile_cont(reply.seconds, 0.9) AS p90
FROM sliced AS s
JOIN log.conversation AS c ON c.conversation_key = s.conversation_key AND c.superseded_by IS NULL AND c.source = s.named_source AND c.id = s.id
CROSS JOIN LATERAL (SELECT CASE WHEN s.real_path IN ('ai_only', 'escalated') AND c.first_bot_at >= c.first_customer_at THEN epoch(c.first_bot_at - c.first_customer_at) END AS seconds) AS reply
