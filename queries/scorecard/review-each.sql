-- grain: one row a contact and window that somebody reviewed or is to review; stands between windowed.sql and the statement that adds reviews up
-- clock: closed_at of the contact; a draw, a skip and a review count when they were known by $reviewedBy, null for all of them
-- includes: the group it was drawn from, with its size and how many of it were reviewed; the verdict that counts
-- excludes: samples whose population overlaps that of an earlier one of the week; of a contact drawn in two weeks, all but the later draw
, plan AS (
	SELECT plan, week, drawn_at, from_json(definition, '{"population": {"tier": ["VARCHAR"], "path": ["VARCHAR"]}}').population AS who
	FROM review.draw WHERE drawn_at <= coalesce($reviewedBy::TIMESTAMPTZ, 'infinity'::TIMESTAMPTZ)
), draw AS (
	SELECT plan, week, drawn_at FROM plan AS p
	WHERE NOT EXISTS (
		SELECT 1 FROM plan AS e
		WHERE e.week = p.week AND (e.drawn_at < p.drawn_at OR (e.drawn_at = p.drawn_at AND e.plan < p.plan))
			AND list_has_any(e.who.tier, p.who.tier) AND list_has_any(e.who.path, p.who.path)
	)
), item AS (
	SELECT i.item, i.plan, i.week, i.stratum, i.risky, i.source AS item_source, i.id AS item_id, i.said_solved, draw.drawn_at,
		v.item IS NOT NULL AS reviewed, v.defect, v.solved, v.score
	FROM review.standing_by($reviewedBy::TIMESTAMPTZ) AS i JOIN draw ON draw.plan = i.plan AND draw.week = i.week
	LEFT JOIN review.counted_by($reviewedBy::TIMESTAMPTZ) AS v ON v.item = i.item
), counted_cell AS (
	SELECT c.plan, c.week, c.stratum, c.risky, c.population AS cell_population, count(item.item) AS cell_drawn, countif(item.reviewed) AS cell_reviewed
	FROM review.cell AS c JOIN draw ON draw.plan = c.plan AND draw.week = c.week
	LEFT JOIN item ON item.plan = c.plan AND item.week = c.week AND item.stratum = c.stratum AND item.risky = c.risky
	GROUP BY ALL
), cell AS (
	SELECT *, sum(CASE WHEN cell_drawn = 0 THEN cell_population ELSE 0 END) OVER (PARTITION BY plan, week)::BIGINT AS undrawn FROM counted_cell
), reviewable AS (
	SELECT sliced.*, item.plan, item.week, item.stratum, item.risky, item.said_solved, item.reviewed, item.defect, item.solved, item.score,
		cell.cell_population, cell.cell_reviewed, cell.undrawn
	FROM sliced JOIN item ON item.item_source = sliced.named_source AND item.item_id = sliced.id
	JOIN cell ON cell.plan = item.plan AND cell.week = item.week AND cell.stratum = item.stratum AND cell.risky = item.risky
	QUALIFY row_number() OVER (PARTITION BY sliced.conversation_key, sliced.label ORDER BY item.drawn_at DESC, item.week DESC) = 1
)
