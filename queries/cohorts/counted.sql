-- grain: one row a contact and look, as outcomes.sql
-- clock: that of outcomes.sql
-- includes: dated contacts; counted is whether $metric counts them as an event, null where it doesn't count them
-- excludes: contacts without a date
, counted AS (
	SELECT *, 0 AS part,
		CASE $metric
			WHEN 'csat_top_box' THEN csat_top_box
			WHEN 'csat_reply_rate' THEN csat_reply_rate
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
			WHEN 're_ask_rate' THEN re_ask_rate
			WHEN 'complaint_rate' THEN complaint_rate
			WHEN 'complaint_rate_regulator' THEN complaint_rate_regulator
		END AS counted
	FROM outcomes WHERE clock_at IS NOT NULL
)
