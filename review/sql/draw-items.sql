-- grain: one row a conversation drawn, and as many again in reserve
-- clock: the week of review_frame
-- includes: the first of each cell in random order, with their inclusion probability
-- excludes: cells that nothing is drawn from
INSERT INTO review.item BY NAME
WITH cell AS (
	SELECT unnest(from_json($cells, '[{"stratum": "VARCHAR", "risky": "BOOLEAN", "population": "BIGINT", "random": "INTEGER", "risk": "INTEGER"}]'), recursive := true)
), framed AS (
	SELECT * REPLACE (CASE WHEN $byStratum THEN stratum ELSE 'everybody' END AS stratum) FROM review_frame
), ordered AS (
	SELECT *, row_number() OVER (PARTITION BY stratum, risky ORDER BY random_order, source, id) AS place FROM framed
), taken AS (
	SELECT o.*, c.random, c.random + c.risk AS drawn, c.population
	FROM ordered AS o JOIN cell AS c ON c.stratum = o.stratum AND c.risky = o.risky
	WHERE c.random + c.risk > 0 AND o.place <= greatest(2 * (c.random + c.risk), 4)
), parted AS (
	SELECT *, CASE WHEN place <= random THEN 'random' WHEN place <= drawn THEN 'risk' ELSE 'reserve' END AS part FROM taken
), doubled AS (
	SELECT *,
		row_number() OVER (PARTITION BY part = 'reserve' ORDER BY md5(concat(random_order, 'two reviewers'))) AS turn,
		count(*) OVER (PARTITION BY part = 'reserve') AS turns
	FROM parted
)
SELECT md5(concat_ws(chr(31), $plan, $week, source, id))[:16] AS item, $plan AS plan, $week AS week, source, id, content_hash,
	stratum, risky, signals, part, place::INTEGER AS place, (place - 0.5) / drawn AS queue, drawn / population AS probability,
	turn <= round($doubleShare * turns) AS two_reviewers, said_solved
FROM doubled
