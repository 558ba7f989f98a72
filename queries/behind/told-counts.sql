-- grain: one row a contact; stands after outcomes.sql
-- clock: as outcomes.sql
-- includes: for $metric: whether the contact counts and how, whether it is pending, its own figure, and the signals of a bad containment
-- excludes: nothing; a contact that $metric does not count has neither hit nor pending
, told AS (
	SELECT *, 0 AS part,
		CASE $metric
			WHEN 'csat_top_box' THEN csat_top_box
			WHEN 'csat_mean' THEN csat_score >= 0
			WHEN 'csat_reply_rate' THEN csat_reply_rate
			WHEN 'csat_if_silent_unhappy' THEN csat_if_silent_unhappy
			WHEN 'csat_if_silent_happy' THEN csat_if_silent_happy
			WHEN 'recontact_24h' THEN counted_recontact_24h
			WHEN 'recontact_48h' THEN counted_recontact_48h
			WHEN 'recontact_72h' THEN counted_recontact_72h
			WHEN 'recontact_24_72h' THEN counted_recontact_24_72h
			WHEN 'recontact_72h_any_intent' THEN recontact_72h_any_intent
			WHEN 'first_contact_resolution' THEN first_contact_resolution
			WHEN 'containment' THEN containment
			WHEN 'bad_containment' THEN bad_containment
			WHEN 'durable_resolution' THEN durable_resolution
			WHEN 'escalation_within_limit' THEN escalation_within_limit
			WHEN 'escalation_abandonment' THEN escalation_abandonment
			WHEN 'human_out' THEN human_out
			WHEN 'handoff_completeness' THEN handoff_parts >= 0
			WHEN 're_ask_rate' THEN re_ask_rate
			WHEN 'complaint_rate' THEN complaint_rate
			WHEN 'complaint_rate_regulator' THEN complaint_rate_regulator
		END AS hit,
		coalesce(CASE $metric
			WHEN 'csat_top_box' THEN has_rating AND NOT mature_7d
			WHEN 'csat_mean' THEN has_rating AND NOT mature_7d
			WHEN 'csat_reply_rate' THEN has_silence AND NOT mature_7d AND asked
			WHEN 'csat_if_silent_unhappy' THEN has_rating AND NOT mature_7d
			WHEN 'csat_if_silent_happy' THEN has_rating AND NOT mature_7d
			WHEN 'recontact_24h' THEN followed AND NOT mature_24h
			WHEN 'recontact_48h' THEN followed AND NOT mature_48h
			WHEN 'recontact_72h' THEN followed AND NOT mature_72h
			WHEN 'recontact_24_72h' THEN followed AND NOT mature_72h
			WHEN 'recontact_72h_any_intent' THEN followed AND NOT mature_72h
			WHEN 'first_contact_resolution' THEN issue AND NOT mature_7d
			WHEN 'bad_containment' THEN contained AND has_signal AND NOT mature_7d
			WHEN 'durable_resolution' THEN has_resolve AND customer_id IS NOT NULL AND NOT mature_durable
			WHEN 'escalation_within_limit' THEN needed_person AND escalation_within_limit IS NULL AND $escalationLimitMinutes::DOUBLE IS NOT NULL
			WHEN 'escalation_abandonment' THEN needed_person AND escalation_abandonment IS NULL
			WHEN 'human_out' THEN requested AND human_out IS NULL
			WHEN 'complaint_rate' THEN has_complaint AND NOT mature_14d
			WHEN 'complaint_rate_regulator' THEN has_regulator AND NOT mature_14d
		END, false) AS pending,
		CASE
			WHEN starts_with($metric, 'csat_') THEN csat_score
			WHEN $metric = 'recontact_72h_any_intent' THEN epoch(next_any_contact_at - resolved_at) / 3600
			WHEN starts_with($metric, 'recontact_') THEN epoch(next_contact_at - resolved_at) / 3600
			WHEN $metric = 'handoff_completeness' THEN handoff_parts / 6
			WHEN $metric IN ('escalation_within_limit', 'human_out') AND engaged THEN epoch(first_human_reply_at - escalation_started_at) / 60
		END AS value,
		CASE WHEN $metric = 'bad_containment' AND bad_containment THEN list_filter([
			CASE WHEN s_recontact THEN 'recontact_72h' END,
			CASE WHEN person_never_reached THEN 'person_never_reached' END,
			CASE WHEN s_rating THEN 'low_rating' END,
			CASE WHEN s_complaint THEN 'complaint_7d' END,
			CASE WHEN s_refund THEN 'refund_error' END,
			CASE WHEN negative_close_after_rephrasing THEN 'negative_close_after_rephrasing' END,
			CASE WHEN s_verdict THEN 'verdict_not_solved' END
		], lambda x: x IS NOT NULL) END AS signals
	FROM outcomes
)
