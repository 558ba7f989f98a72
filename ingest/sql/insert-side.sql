-- grain: one row an accepted version of a side record
-- clock: the time it tells of
-- includes: staged side records
-- excludes: nothing
INSERT INTO log.side_record BY NAME
SELECT $source AS source, record, conversation_source, conversation_id, part_id, $ingest_base + file_no AS ingest_id,
	version_at, content_hash,
	CASE WHEN record = 'rating' THEN side.score END AS score,
	CASE WHEN record = 'rating' THEN coalesce(side.scale, 5) END AS scale,
	CASE WHEN record = 'rating' THEN side.asked_at END AS asked_at,
	CASE WHEN record = 'rating' THEN side.answered_at END AS answered_at,
	CASE WHEN record = 'refund_audit' THEN side.audit_verdict END AS audit_verdict,
	CASE WHEN record = 'refund_audit' THEN side.audited_at END AS audited_at,
	CASE WHEN record = 'refund_audit' THEN side.correct_amount_minor END AS correct_amount_minor,
	CASE WHEN record = 'refund_audit' THEN side.audit_probability END AS audit_probability,
	CASE WHEN record = 'complaint' THEN side."at" END AS complained_at,
	CASE WHEN record = 'complaint' THEN side.regulator_facing END AS regulator_facing,
	CASE WHEN record = 'cost' THEN side.ai END AS ai_cost,
	CASE WHEN record = 'cost' THEN side.currency END AS cost_currency,
	CASE WHEN record = 'cost' THEN side.human_minutes END AS human_minutes
FROM staged_side
