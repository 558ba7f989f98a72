-- grain: one row an evaluation that went by another policy than the one before it
-- clock: when the evaluation finished
-- includes: a policy that comes back after another
-- excludes: the first evaluation of all; policies that never judged
WITH judged AS (
	SELECT finished_at, watermark, policy_version, lag(policy_version) OVER (ORDER BY finished_at) AS version_before
	FROM ledger.evaluation
)
SELECT older.policy AS "before", newer.policy AS "after", j.finished_at AS "at", j.watermark
FROM judged j
JOIN ledger.policy_version older ON older.hash = j.version_before
JOIN ledger.policy_version newer ON newer.hash = j.policy_version
WHERE j.policy_version <> j.version_before
ORDER BY j.finished_at
