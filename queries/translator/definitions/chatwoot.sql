-- grain: one row a contact that the bot took part in; counted are the autonomous resolutions
-- clock: 7 days after the resolve
-- includes: marked resolved after a bot's reply, no handoff, no person's reply before the resolve; not opened again in the same thread within 7 days
-- excludes: from its own denominator, conversations that were not resolved autonomously
SELECT conversation_key, autonomous AS counted,
	autonomous AND NOT coalesce(same_conversation_at < resolved_at + INTERVAL 7 DAYS, false) AS resolved,
	CASE WHEN autonomous THEN greatest(quiet_from, resolved_at + INTERVAL 7 DAYS) ELSE quiet_from END AS decided_at
FROM (SELECT *, resolved_at IS NOT NULL AND NOT handed_over AND coalesce(agent_at > resolved_at, true) AS autonomous FROM bot)
