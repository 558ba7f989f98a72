-- grain: one row a contact that the bot took part in; counted are those that only the bot answered
-- clock: 7 days after the end or the resolve, whichever is later
-- includes: resolved, with no recontact on any channel, no complaint and no reversal (refund error, verdict of a reviewer or audit) in 7 days
-- excludes: from its own denominator, contacts of unknown customers and of sources that never said when anything was resolved
SELECT conversation_key, real_path = 'ai_only' AND has_resolve AND customer_id IS NOT NULL AS counted,
	CASE
		WHEN real_path <> 'ai_only' THEN false
		WHEN has_resolve AND customer_id IS NOT NULL THEN
			resolved_at IS NOT NULL
			AND NOT coalesce(return_at <= resolved_at + INTERVAL 7 DAYS, false)
			AND NOT coalesce(len(list_filter(complaint_at, lambda x: x >= started_at AND x <= least(closed_at + INTERVAL 7 DAYS, as_of))) > 0, false)
			AND NOT refund_wrong AND NOT judged_not_solved
	END AS resolved,
	greatest(closed_at, resolved_at) + INTERVAL 7 DAYS AS decided_at
FROM bot
