-- grain: one row a conversation of the population of a week, with its stratum, its risk signals and its random order
-- clock: clock_at in the half-open window from $since to $until
-- includes: the tiers and paths of the plan
-- excludes: test traffic, business and survey messages
CREATE OR REPLACE TEMP TABLE review_frame AS
WITH base AS (
	SELECT e.*, c.content_hash, c.tool_error_count,
		CASE
			WHEN c.intent_confidence IS NULL THEN 'unknown'
			WHEN c.intent_confidence < $lowBelow THEN 'low'
			WHEN c.intent_confidence < $highFrom THEN 'medium'
			ELSE 'high'
		END AS confidence
	FROM fact.episode AS e JOIN log.conversation AS c USING (conversation_key)
	WHERE e.excluded IS NULL AND e.clock_at >= $since::TIMESTAMPTZ AND e.clock_at < $until::TIMESTAMPTZ
		AND list_contains($tiers, e.tier) AND list_contains($paths, e.path)
), signalled AS (
	SELECT *, list_filter([
			CASE WHEN recontact_72h THEN 'came_back' END,
			CASE WHEN rating_share < 0.5 THEN 'low_rating' END,
			CASE WHEN first_complaint_at IS NOT NULL THEN 'complaint' END,
			CASE WHEN person_never_reached THEN 'person_never_reached' END,
			CASE WHEN len(refunds) > 0 THEN 'refund' END,
			CASE WHEN negative_close_after_rephrasing THEN 'rephrased' END,
			CASE WHEN confidence = 'low' THEN 'low_confidence' END,
			CASE WHEN tool_error_count > 0 THEN 'tool_error' END
		], lambda s: s IS NOT NULL AND list_contains($signals, s)) AS signals
	FROM base
)
SELECT source, id, content_hash::VARCHAR AS content_hash, signals, len(signals) > 0 AS risky,
	coalesce(nullif(concat_ws(' / ',
		CASE WHEN list_contains($strata, 'intent') THEN coalesce(intent, '(no intent)') END,
		CASE WHEN list_contains($strata, 'channel') THEN coalesce(channel, '(no channel)') END,
		CASE WHEN list_contains($strata, 'language') THEN coalesce(language, '(no language)') END,
		CASE WHEN list_contains($strata, 'market') THEN coalesce(market, '(no market)') END,
		CASE WHEN list_contains($strata, 'source') THEN source END,
		CASE WHEN list_contains($strata, 'confidence') THEN confidence || ' confidence' END
	), ''), 'everybody') AS stratum,
	coalesce(outcome_by = 'bot' AND outcome_solved, false) OR resolved_at IS NOT NULL AS said_solved,
	md5(concat_ws(chr(31), $seed, source, id)) AS random_order
FROM signalled
