-- grain: one row a contact and window; opens the statements beside it, which name the slice columns
-- clock: clock_at in a half-open window; the window without bounds holds every contact
-- includes: contacts closed by $asOf that pass the filter, with what their source had said by then; dimensions outside $by are null
-- excludes: test traffic, spam, merged, business and survey messages
WITH dated AS (
	SELECT unnest($labels) AS label, unnest($since)::TIMESTAMPTZ AS since, unnest($until)::TIMESTAMPTZ AS until
), days AS (
	-- A hash join by day and a check of the edges: sorting every contact for a join by range cost more than all the rest.
	SELECT *, unnest(range(epoch_us(since) // 86400000000, epoch_us(until) // 86400000000 + 1)) AS day FROM dated
), said AS (
	SELECT source, coalesce(customer_since <= $asOf::TIMESTAMPTZ, false) AS has_customer, coalesce(resolve_since <= $asOf::TIMESTAMPTZ, false) AS has_resolve,
		coalesce(rating_since <= $asOf::TIMESTAMPTZ, false) AS has_rating, coalesce(audit_since <= $asOf::TIMESTAMPTZ, false) AS has_audit,
		coalesce(complaint_since <= $asOf::TIMESTAMPTZ, false) AS has_complaint, coalesce(regulator_since <= $asOf::TIMESTAMPTZ, false) AS has_regulator, coalesce(escalation_since <= $asOf::TIMESTAMPTZ, false) AS has_escalation,
		coalesce(signal_since <= $asOf::TIMESTAMPTZ, false) AS has_signal, coalesce(refund_since <= $asOf::TIMESTAMPTZ, false) AS has_refund,
		coalesce(approval_since <= $asOf::TIMESTAMPTZ, false) AS has_approval, coalesce(cost_since <= $asOf::TIMESTAMPTZ, false) AS has_cost,
		coalesce(handoff_parts_since <= $asOf::TIMESTAMPTZ, false) AS has_handoff_parts, coalesce(re_asked_since <= $asOf::TIMESTAMPTZ, false) AS has_re_asked,
		coalesce(request_since <= $asOf::TIMESTAMPTZ, false) AS has_request, coalesce(silence_since <= $asOf::TIMESTAMPTZ, false) AS has_silence
	FROM fact.source
), windowed AS (
	SELECT e.*, days.label FROM fact.episode AS e JOIN days ON days.day = epoch_us(e.clock_at) // 86400000000
	WHERE e.clock_at >= days.since AND e.clock_at < days.until AND e.clock_at >= $first::TIMESTAMPTZ AND e.clock_at < $last::TIMESTAMPTZ
	UNION ALL
	SELECT e.*, 'all' AS label FROM fact.episode AS e WHERE $all
), sliced AS (
	SELECT windowed.* EXCLUDE (path, tier, intent, channel, market, language, source, customer_value),
		said.* EXCLUDE (source), windowed.source AS named_source, windowed.path AS real_path,
		$asOf::TIMESTAMPTZ AS as_of,
		CASE WHEN list_contains($by, 'path') THEN path END AS path,
		CASE WHEN list_contains($by, 'tier') THEN tier END AS tier,
		CASE WHEN list_contains($by, 'intent') THEN coalesce(intent, '(none)') END AS intent,
		CASE WHEN list_contains($by, 'channel') THEN coalesce(channel, '(none)') END AS channel,
		CASE WHEN list_contains($by, 'market') THEN coalesce(market, '(none)') END AS market,
		CASE WHEN list_contains($by, 'language') THEN coalesce(language, '(none)') END AS language,
		CASE WHEN list_contains($by, 'source') THEN windowed.source END AS source,
		CASE WHEN list_contains($by, 'customer_value') THEN coalesce(customer_value, '(none)') END AS customer_value
	FROM windowed JOIN said ON said.source = windowed.source
	WHERE excluded IS NULL AND (closed_at IS NULL OR closed_at <= $asOf::TIMESTAMPTZ)
		AND (len($filterPath) = 0 OR list_contains($filterPath, windowed.path))
		AND (len($filterTier) = 0 OR list_contains($filterTier, tier))
		AND (len($filterIntent) = 0 OR list_contains($filterIntent, coalesce(intent, '(none)')))
		AND (len($filterChannel) = 0 OR list_contains($filterChannel, coalesce(channel, '(none)')))
		AND (len($filterMarket) = 0 OR list_contains($filterMarket, coalesce(market, '(none)')))
		AND (len($filterLanguage) = 0 OR list_contains($filterLanguage, coalesce(language, '(none)')))
		AND (len($filterSource) = 0 OR list_contains($filterSource, windowed.source))
		AND (len($filterCustomerValue) = 0 OR list_contains($filterCustomerValue, coalesce(customer_value, '(none)')))
)
