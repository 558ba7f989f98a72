-- grain: one row a reason
-- clock: none
-- includes: conversations that are stored and counted but never measured
-- excludes: contacts
SELECT excluded AS reason, count(*) AS n FROM fact.episode WHERE excluded IS NOT NULL GROUP BY excluded ORDER BY excluded
