-- grain: one row a resolved contact and window of a known customer; stands between windowed.sql and survival.sql
-- clock: closed_at; a wait runs from the resolve to the next contact, or to as_of
-- includes: rows that are still open to change
-- excludes: contacts without a resolve or a customer id
, waits AS (
	SELECT *, coalesce(next_contact_at <= least(as_of, resolved_at + INTERVAL 72 HOURS), false) AS returned,
		-- In microseconds, because least() compares intervals by their days first. Past the window one wait is as good as another.
		least(epoch_us(CASE WHEN returned THEN next_contact_at ELSE as_of END) - epoch_us(resolved_at), 73 * 3600 * 1000000::BIGINT) AS wait
	FROM sliced WHERE recontact_72h IS NOT NULL AND resolved_at <= as_of
)
