-- grain: one row for every $step rows of the list; stands after ranked.sql
-- clock: as windowed.sql
-- includes: where each of these rows stands, so that reading can begin there
-- excludes: rows of another side than $side
SELECT first_key, second_key, conversation_key, part FROM (
	SELECT first_key, second_key, conversation_key, part, row_number() OVER (ORDER BY first_key, second_key, conversation_key, part) - 1 AS position
	FROM ranked WHERE side = $side
) WHERE position % $step = 0 ORDER BY position
