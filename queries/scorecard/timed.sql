-- grain: one row a resolved contact and window; stands between windowed.sql and resolution.sql
-- clock: closed_at; hours from the first customer message to the resolve
-- includes: contacts resolved by as_of
-- excludes: contacts without a start or a resolve
, timed AS (
	SELECT conversation_key, label, path, tier, intent, channel, market, language, source, customer_value,
		epoch(resolved_at - started_at) / 3600 AS hours
	FROM sliced WHERE resolved_at >= started_at AND resolved_at <= as_of
)
