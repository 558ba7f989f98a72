-- grain: one row a contact and window, as windowed.sql, with what became of it
-- clock: an outcome counts when it was known by as_of, a row when its outcome can no longer change
-- includes: for each metric that is a share: true or false where the contact counts, null where it doesn't; and whether it is pending
-- excludes: sources that never said anything about a metric, from that metric
, known AS (
	SELECT *,
		real_path IN ('ai_only', 'escalated') AS bot,
		real_path = 'ai_only' AS contained,
		coalesce(csat_matures_at <= as_of, true) AS mature_7d,
		coalesce(complaint_matures_at <= as_of, true) AS mature_14d,
		coalesce(greatest(closed_at, resolved_at) + INTERVAL 7 DAYS <= as_of, true) AS mature_durable,
		recontact_72h IS NOT NULL AND resolved_at <= as_of AS followed,
		resolved_at + INTERVAL 24 HOURS <= as_of AS mature_24h,
		resolved_at + INTERVAL 48 HOURS <= as_of AS mature_48h,
		recontact_matures_at <= as_of AS mature_72h,
		rating_share IS NOT NULL AND coalesce(rating_at <= as_of, true) AS rated,
		rated OR coalesce(asked_at <= as_of, false) AS asked,
		person_requested AND coalesce(escalation_started_at <= as_of, true) AS requested,
		contact_no = 1 AND has_resolve AS issue,
		coalesce(escalation_started_at <= as_of, false) AS needed_person,
		coalesce(first_human_reply_at <= least(as_of, abandoned_at), false) AS engaged,
		ended OR coalesce(abandoned_at <= as_of, false) AS gone,
		coalesce(next_contact_at <= least(coalesce(resolved_at, closed_at) + INTERVAL 72 HOURS, as_of), false) AS s_recontact,
		coalesce(next_contact_at <= least(resolved_at + INTERVAL 7 DAYS, as_of), false) AS returned_7d,
		rating_share <= 0.25 AND coalesce(rating_at <= as_of, true) AS s_rating,
		coalesce(len(list_filter(complaint_at, lambda x: x >= coalesce(started_at, x) AND x <= least(closed_at + INTERVAL 7 DAYS, as_of))) > 0, false) AS s_complaint,
		coalesce(len(list_filter(complaint_at, lambda x: x >= coalesce(started_at, x) AND x <= least(greatest(closed_at, resolved_at) + INTERVAL 7 DAYS, as_of))) > 0, false) AS complained_7d,
		coalesce(refund_wrong_at <= as_of, false) AS s_refund,
		verdict_not_solved AND coalesce(outcome_at <= as_of, true) AS s_verdict,
		coalesce(len(list_filter(complaint_at, lambda x: x >= coalesce(started_at, x) AND x <= least(closed_at + INTERVAL 14 DAYS, as_of))) > 0, false) AS complained,
		coalesce(len(list_filter(regulator_complaint_at, lambda x: x >= coalesce(started_at, x) AND x <= least(closed_at + INTERVAL 14 DAYS, as_of))) > 0, false) AS complained_to_regulator,
		NOT complained_to_regulator AND coalesce(len(list_filter(unknown_complaint_at, lambda x: x >= coalesce(started_at, x) AND x <= least(closed_at + INTERVAL 14 DAYS, as_of))) > 0, false) AS complained_to_unknown
	FROM sliced
), outcomes AS (
	SELECT *,
		CASE WHEN rated AND mature_7d THEN rating_share >= 0.75 END AS csat_top_box,
		CASE WHEN rated AND mature_7d THEN 1 + 4 * rating_share END AS csat_score,
		CASE WHEN has_silence AND mature_7d AND asked THEN rated END AS csat_reply_rate,
		CASE WHEN has_rating AND mature_7d THEN rated AND rating_share >= 0.75 END AS csat_if_silent_unhappy,
		CASE WHEN has_rating AND mature_7d THEN NOT rated OR rating_share >= 0.75 END AS csat_if_silent_happy,
		CASE WHEN followed AND mature_24h THEN recontact_24h END AS counted_recontact_24h,
		CASE WHEN followed AND mature_48h THEN recontact_48h END AS counted_recontact_48h,
		CASE WHEN followed AND mature_72h THEN recontact_72h END AS counted_recontact_72h,
		CASE WHEN followed AND mature_72h THEN recontact_24_72h END AS counted_recontact_24_72h,
		CASE WHEN followed AND mature_72h THEN coalesce(next_any_contact_at <= resolved_at + INTERVAL 72 HOURS, false) END AS recontact_72h_any_intent,
		CASE WHEN issue AND mature_7d THEN resolved_at IS NOT NULL AND next_in_issue_at IS NULL END AS first_contact_resolution,
		CASE WHEN bot THEN contained END AS containment,
		CASE WHEN contained AND has_signal AND mature_7d
			THEN coalesce(s_recontact OR person_never_reached OR s_rating OR s_complaint OR s_refund OR negative_close_after_rephrasing OR s_verdict, false)
		END AS bad_containment,
		CASE WHEN has_resolve AND customer_id IS NOT NULL AND mature_durable
			THEN resolved_at IS NOT NULL AND NOT (returned_7d OR complained_7d OR s_refund OR s_verdict)
		END AS durable_resolution,
		CASE
			WHEN NOT needed_person OR $escalationLimitMinutes::DOUBLE IS NULL THEN NULL
			WHEN engaged THEN first_human_reply_at <= escalation_started_at + to_seconds(60 * $escalationLimitMinutes::DOUBLE)
			WHEN gone OR as_of > escalation_started_at + to_seconds(60 * $escalationLimitMinutes::DOUBLE) THEN false
		END AS escalation_within_limit,
		CASE WHEN needed_person AND (engaged OR gone) THEN NOT engaged END AS escalation_abandonment,
		CASE WHEN requested AND (engaged OR gone) THEN engaged END AS human_out,
		CASE WHEN handed_off THEN handoff_parts_present END AS handoff_parts,
		CASE WHEN real_path = 'escalated' THEN re_asked END AS re_ask_rate,
		CASE WHEN has_complaint AND mature_14d THEN complained END AS complaint_rate,
		CASE WHEN has_regulator AND mature_14d THEN complained_to_regulator END AS complaint_rate_regulator
	FROM known
)
