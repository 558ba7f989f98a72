-- grain: one row a cohort day and intent, counting refunds
-- clock: the day of closing in the account's zone
-- includes: audited refunds, of days that ended $maturityHours before as_of, which is the usual lag of an audit
-- excludes: refunds that nobody audited
, audited AS (
	SELECT strftime(timezone($timeZone, clock_at), '%Y-%m-%d') AS day,
		timezone($timeZone, date_trunc('day', timezone($timeZone, clock_at)) + INTERVAL 1 DAY) AS day_ends,
		intent, as_of, unnest(refunds) AS refund
	FROM sliced WHERE clock_at IS NOT NULL
)
SELECT day, intent, count(*) AS n, count(*) FILTER (refund.audit_verdict = 'wrong') AS x
FROM audited
WHERE refund.audit_verdict IS NOT NULL AND coalesce(refund.audited_at <= as_of, true)
	AND day_ends + to_hours($maturityHours::INTEGER) <= as_of
GROUP BY day, intent
ORDER BY day, intent
