-- grain: one row a wait of waited.sql, with its length in business seconds; stands between waited.sql and what reads it
-- clock: as waited.sql, but a wait counts only while the account is open, by $weekdays, $opens and $closes in $timeZone
-- includes: every wait of waited.sql
-- excludes: $holidays; nights
, day AS (
	SELECT unnest(generate_series(
		(SELECT date_trunc('day', timezone($timeZone, min(escalation_started_at))) FROM waits),
		(SELECT date_trunc('day', timezone($timeZone, max(finished_at))) FROM waits),
		INTERVAL 1 DAY))::DATE AS day
), hours AS (
	SELECT unnest($weekdays)::INTEGER AS weekday, unnest($opens)::TIME AS opens, unnest($closes)::TIME AS closes
), opening AS (
	SELECT timezone($timeZone, day + opens) AS opens_at, timezone($timeZone, day + closes) AS closes_at
	FROM day JOIN hours ON isodow(day) = weekday
	WHERE NOT list_contains($holidays, day::VARCHAR)
), apart AS (
	-- Spans may overlap; a minute counts once.
	SELECT greatest(opens_at, max(closes_at) OVER (ORDER BY opens_at, closes_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS opens_at, closes_at
	FROM opening
), clock AS (
	SELECT *, coalesce(sum(epoch(closes_at - opens_at)) OVER (ORDER BY opens_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS open_before
	FROM apart WHERE opens_at < closes_at
), begun AS (
	SELECT waits.*, coalesce(open_before + epoch(least(escalation_started_at, closes_at) - opens_at), 0) AS begins
	FROM waits ASOF LEFT JOIN clock ON waits.escalation_started_at >= clock.opens_at
), measured AS (
	SELECT begun.*, coalesce(open_before + epoch(least(finished_at, clock.closes_at) - clock.opens_at), 0) - begins AS seconds
	FROM begun ASOF LEFT JOIN clock ON begun.finished_at >= clock.opens_at
)
