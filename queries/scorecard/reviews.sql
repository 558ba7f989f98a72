-- grain: one row a window, slice and group that was drawn from
-- clock: as review-each.sql
-- includes: size of the group, how many of it were reviewed at all; of this slice those drawn, those waiting and the verdicts
-- excludes: as review-each.sql
SELECT label, path, tier, intent, channel, market, language, source, customer_value, plan, week, stratum, risky,
	cell_population AS population, cell_reviewed AS n, undrawn,
	count(*) AS drawn,
	countif(NOT reviewed) AS waiting,
	countif(NOT reviewed AND said_solved) AS waiting_said_solved,
	count(defect) AS defect_n,
	countif(defect) AS defect_x,
	countif(said_solved AND solved IS NOT NULL) AS not_solved_n,
	countif(said_solved AND NOT solved) AS not_solved_x,
	count(score) AS score_n,
	coalesce(sum(score), 0) AS score_sum,
	coalesce(sum(score * score), 0) AS score_sum_of_squares
FROM reviewable
GROUP BY ALL
ORDER BY plan, week, stratum, risky
