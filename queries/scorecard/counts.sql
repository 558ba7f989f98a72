-- grain: one row a window and slice
-- clock: closed_at; an outcome counts when it was known by $asOf, a row when its outcome can no longer change
-- includes: numerators, denominators and pending rows of every metric that is a count
-- excludes: sources that never said anything about a metric, from that metric
, known AS (
	SELECT *,
		real_path IN ('ai_only', 'escalated') AS bot,
		real_path = 'ai_only' AS contained,
		coalesce(csat_matures_at <= as_of, true) AS mature_7d,
		coalesce(complaint_matures_at <= as_of, true) AS mature_14d,
		recontact_72h IS NOT NULL AND resolved_at <= as_of AS followed,
		resolved_at + INTERVAL 24 HOURS <= as_of AS mature_24h,
		resolved_at + INTERVAL 48 HOURS <= as_of AS mature_48h,
		recontact_matures_at <= as_of AS mature_72h,
		rating_share IS NOT NULL AND rating_at <= as_of AS rated,
		contact_no = 1 AND has_resolve AS issue,
		coalesce(next_contact_at <= least(coalesce(resolved_at, closed_at) + INTERVAL 72 HOURS, as_of), false) AS s_recontact,
		rating_share <= 0.25 AND rating_at <= as_of AS s_rating,
		coalesce(len(list_filter(complaint_at, lambda x: x >= started_at AND x <= least(closed_at + INTERVAL 7 DAYS, as_of))) > 0, false) AS s_complaint,
		coalesce(refund_wrong_at <= as_of, false) AS s_refund,
		verdict_not_solved AND coalesce(outcome_at <= as_of, true) AS s_verdict,
		coalesce(len(list_filter(complaint_at, lambda x: x >= started_at AND x <= least(closed_at + INTERVAL 14 DAYS, as_of))) > 0, false) AS complained,
		list_filter(refunds, lambda r: r.audit_verdict IS NOT NULL AND coalesce(r.audited_at <= as_of, true)) AS audited
	FROM sliced
), signalled AS (
	SELECT *, coalesce(s_recontact OR person_never_reached OR s_rating OR s_complaint OR s_refund OR negative_close_after_rephrasing OR s_verdict, false) AS bad
	FROM known
)
SELECT label, path, tier, intent, channel, market, language, source, customer_value,
	count(*) AS rows,
	string_agg(DISTINCT named_source, ', ' ORDER BY named_source) AS sources,
	bool_or(has_customer) AS has_customer, bool_or(has_resolve) AS has_resolve, bool_or(has_rating) AS has_rating,
	bool_or(has_audit) AS has_audit, bool_or(has_complaint) AS has_complaint, bool_or(has_signal) AS has_signal,
	count(*) FILTER (rated AND mature_7d AND rating_share >= 0.75) AS csat_x,
	count(*) FILTER (rated AND mature_7d) AS csat_n,
	count(*) FILTER (has_rating AND NOT mature_7d) AS csat_pending,
	count(*) FILTER (asked_at IS NOT NULL AND mature_7d) AS csat_asked,
	coalesce(sum(1 + 4 * rating_share) FILTER (rated AND mature_7d), 0) AS csat_sum,
	count(*) FILTER (followed AND mature_24h AND recontact_24h) AS r24_x,
	count(*) FILTER (followed AND mature_24h) AS r24_n,
	count(*) FILTER (followed AND NOT mature_24h) AS r24_pending,
	count(*) FILTER (followed AND mature_48h AND recontact_48h) AS r48_x,
	count(*) FILTER (followed AND mature_48h) AS r48_n,
	count(*) FILTER (followed AND NOT mature_48h) AS r48_pending,
	count(*) FILTER (followed AND mature_72h AND recontact_72h) AS r72_x,
	count(*) FILTER (followed AND mature_72h) AS r72_n,
	count(*) FILTER (followed AND NOT mature_72h) AS r72_pending,
	count(*) FILTER (followed AND mature_72h AND recontact_24_72h) AS r24_72_x,
	count(*) FILTER (followed AND mature_72h AND next_any_contact_at <= resolved_at + INTERVAL 72 HOURS) AS r72_any_x,
	count(*) FILTER (issue AND mature_7d AND resolved_at IS NOT NULL AND next_in_issue_at IS NULL) AS fcr_x,
	count(*) FILTER (issue AND mature_7d) AS fcr_n,
	count(*) FILTER (issue AND NOT mature_7d) AS fcr_pending,
	count(*) FILTER (contained) AS contained_x,
	count(*) FILTER (bot) AS contained_n,
	count(*) FILTER (contained AND has_signal AND mature_7d AND bad) AS bad_x,
	count(*) FILTER (contained AND has_signal AND mature_7d) AS bad_n,
	count(*) FILTER (contained AND has_signal AND NOT mature_7d) AS bad_pending,
	count(*) FILTER (contained AND mature_7d AND s_recontact) AS bad_recontact_72h,
	count(*) FILTER (contained AND mature_7d AND person_never_reached) AS bad_person_never_reached,
	count(*) FILTER (contained AND mature_7d AND s_rating) AS bad_low_rating,
	count(*) FILTER (contained AND mature_7d AND s_complaint) AS bad_complaint_7d,
	count(*) FILTER (contained AND mature_7d AND s_refund) AS bad_refund_error,
	count(*) FILTER (contained AND mature_7d AND negative_close_after_rephrasing) AS bad_negative_close_after_rephrasing,
	count(*) FILTER (contained AND mature_7d AND s_verdict) AS bad_verdict_not_solved,
	coalesce(sum(len(list_filter(audited, lambda r: r.audit_verdict = 'wrong'))), 0) AS refund_x,
	coalesce(sum(len(audited)), 0) AS refund_n,
	coalesce(sum(len(refunds)), 0) AS refund_all,
	coalesce(sum(list_sum(list_transform(list_filter(audited, lambda r: r.audit_verdict = 'wrong'), lambda r: abs(r.amount_minor - coalesce(r.correct_amount_minor, 0))))), 0) AS refund_wrong_minor,
	coalesce(sum(list_sum(list_transform(audited, lambda r: r.amount_minor))), 0) AS refund_audited_minor,
	count(*) FILTER (has_complaint AND mature_14d AND complained) AS complaint_x,
	count(*) FILTER (has_complaint AND mature_14d) AS complaint_n,
	count(*) FILTER (has_complaint AND NOT mature_14d) AS complaint_pending
FROM signalled
GROUP BY ALL
