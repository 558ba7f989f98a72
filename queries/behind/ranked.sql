-- grain: one row a contact (or refund); stands after one of the told statements and before what reads the list
-- clock: as windowed.sql
-- includes: the side of each row; `first` and `then` put them in the order of $sort, with conversation_key and part to tell equals apart
-- excludes: rows that lack $needle in their id, customer or intent; transcripts are not searched
, sided AS (
	SELECT *, CASE WHEN hit THEN 'numerator' WHEN NOT hit THEN 'remainder' WHEN pending THEN 'pending' ELSE 'excluded' END AS side
	FROM told
), ranked AS (
	SELECT *,
		-- Finite, so that the place of a row can be handed over as a number.
		coalesce(CASE $sort
			WHEN 'newest' THEN -epoch_us(closed_at)
			WHEN 'oldest' THEN epoch_us(closed_at)
			WHEN 'highest' THEN -value
			WHEN 'lowest' THEN value
			ELSE 0
		END::DOUBLE, 1e300) AS first_key,
		CASE $sort WHEN 'intent' THEN intent WHEN 'customer' THEN coalesce(customer_id, '~') ELSE '' END AS second_key
	FROM sided
	WHERE $needle = '' OR contains(lower(id), $needle) OR contains(lower(customer_id), $needle)
		OR contains(replace(lower(intent), '_', ' '), replace($needle, '_', ' '))
)
