-- grain: one row a conversation worth reading before a rollback
-- clock: closed in the window of the alert, whose edges are days in the account's zone
-- includes: contacts that the bot ended alone, whose outcome can no longer change: bad ones, and good ones for contrast
-- excludes: all but the first $bad and $good of each intent in the order of a seeded hash
, judged AS (
	SELECT named_source AS source, id, intent, closed_at, channel_name AS channel, rating_share, bad_containment AS bad,
		csat_top_box IS false OR counted_recontact_72h IS true OR durable_resolution IS false OR complained AS also_bad,
		list_filter([
			CASE WHEN s_recontact THEN 'recontact_72h' END, CASE WHEN person_never_reached THEN 'person_never_reached' END,
			CASE WHEN s_rating THEN 'low_rating' END, CASE WHEN s_complaint THEN 'complaint_7d' END, CASE WHEN s_refund THEN 'refund_error' END,
			CASE WHEN negative_close_after_rephrasing THEN 'negative_close_after_rephrasing' END, CASE WHEN s_verdict THEN 'verdict_not_solved' END
		], lambda s: s IS NOT NULL) AS signals,
		durable_resolution AS durable,
		md5($seed || '/' || named_source || '/' || id) AS drawn
	FROM (SELECT outcomes.*, channel AS channel_name FROM outcomes)
	WHERE contained AND mature_7d AND bad_containment IS NOT NULL
), placed AS (
	SELECT *, row_number() OVER (PARTITION BY bad, intent ORDER BY drawn) AS place
	FROM judged WHERE bad OR NOT coalesce(also_bad, false)
)
SELECT source, id, intent, closed_at, channel, rating_share, bad, signals, durable FROM (
	SELECT *, row_number() OVER (PARTITION BY bad ORDER BY place, drawn) AS rank FROM placed
)
WHERE rank <= CASE WHEN bad THEN $bad::INTEGER ELSE $good::INTEGER END
ORDER BY bad DESC, rank
