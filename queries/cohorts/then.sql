-- grain: one row a contact and instant at which something of it may have become known; opens the statements beside it, as windowed.sql does
-- clock: ripe_at, when its day had ended for $maturityHours, and every later time of its own up to $asOf
-- includes: contacts whose day was ripe by $asOf, that pass the filter, with what their source had said by that instant
-- excludes: test traffic, spam, merged, business and survey messages; contacts without a date
WITH dated AS (
	SELECT *, strftime(timezone($timeZone, clock_at), '%Y-%m-%d') AS day,
		timezone($timeZone, date_trunc('day', timezone($timeZone, clock_at)) + INTERVAL 1 DAY) + to_hours($maturityHours::INTEGER) AS ripe_at
	FROM fact.episode
	WHERE excluded IS NULL AND clock_at IS NOT NULL AND clock_at <= $asOf::TIMESTAMPTZ
		AND (len($filterPath) = 0 OR list_contains($filterPath, path))
		AND (len($filterTier) = 0 OR list_contains($filterTier, tier))
		AND (len($filterIntent) = 0 OR list_contains($filterIntent, coalesce(intent, '(none)')))
		AND (len($filterChannel) = 0 OR list_contains($filterChannel, coalesce(channel, '(none)')))
		AND (len($filterMarket) = 0 OR list_contains($filterMarket, coalesce(market, '(none)')))
		AND (len($filterLanguage) = 0 OR list_contains($filterLanguage, coalesce(language, '(none)')))
		AND (len($filterSource) = 0 OR list_contains($filterSource, source))
		AND (len($filterCustomerValue) = 0 OR list_contains($filterCustomerValue, coalesce(customer_value, '(none)')))
), looked AS (
	SELECT dated.*, said.* EXCLUDE (source),
		unnest(list_distinct(list_prepend(ripe_at, list_filter(
			list_concat(
				[rating_at, outcome_at, refund_wrong_at, first_human_reply_at, abandoned_at, next_contact_at,
					escalation_started_at, escalation_started_at + to_seconds(60 * coalesce($escalationLimitMinutes::DOUBLE, 0)),
					resolved_at, resolved_at + INTERVAL 24 HOURS, resolved_at + INTERVAL 48 HOURS, recontact_matures_at,
					csat_matures_at, greatest(closed_at, resolved_at) + INTERVAL 7 DAYS, complaint_matures_at,
					customer_since, resolve_since, rating_since, audit_since, complaint_since, regulator_since, escalation_since, signal_since,
					refund_since, approval_since, silence_since],
				complaint_at,
				list_transform(refunds, lambda r: r."at"),
				list_transform(refunds, lambda r: r.audited_at)),
			lambda x: x > ripe_at AND x <= $asOf::TIMESTAMPTZ)))) AS as_of
	FROM dated JOIN fact.source AS said ON said.source = dated.source
	WHERE ripe_at <= $asOf::TIMESTAMPTZ
), sliced AS (
	SELECT looked.* EXCLUDE (intent), coalesce(intent, '(none)') AS intent, path AS real_path,
		coalesce(customer_since <= as_of, false) AS has_customer, coalesce(resolve_since <= as_of, false) AS has_resolve,
		coalesce(rating_since <= as_of, false) AS has_rating, coalesce(audit_since <= as_of, false) AS has_audit,
		coalesce(complaint_since <= as_of, false) AS has_complaint, coalesce(regulator_since <= as_of, false) AS has_regulator, coalesce(escalation_since <= as_of, false) AS has_escalation,
		coalesce(signal_since <= as_of, false) AS has_signal, coalesce(refund_since <= as_of, false) AS has_refund,
		coalesce(approval_since <= as_of, false) AS has_approval, coalesce(silence_since <= as_of, false) AS has_silence,
		coalesce(cost_since <= as_of, false) AS has_cost, coalesce(handoff_parts_since <= as_of, false) AS has_handoff_parts,
		coalesce(re_asked_since <= as_of, false) AS has_re_asked, coalesce(request_since <= as_of, false) AS has_request
	FROM looked
)
