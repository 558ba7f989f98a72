-- grain: one row a contact (or refund) of the list, in its order; stands after ranked.sql
-- clock: as windowed.sql
-- includes: $limit rows from the place ($fromFirst, $fromSecond, $fromKey, $fromPart) on
-- excludes: rows of another side than $side
SELECT source, id, part, customer_id, intent, path, tier, channel, market, language, customer_value,
	started_at, closed_at, resolved_at, value, signals
FROM ranked
WHERE side = $side AND first_key >= $fromFirst::DOUBLE
	AND (first_key > $fromFirst::DOUBLE OR second_key > $fromSecond
		OR (second_key = $fromSecond AND (conversation_key > $fromKey OR (conversation_key = $fromKey AND part >= $fromPart))))
ORDER BY first_key, second_key, conversation_key, part
LIMIT $limit
