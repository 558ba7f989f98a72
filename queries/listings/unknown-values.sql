-- grain: one row a dimension and asked value that no conversation has
-- clock: none
-- includes: values of every current conversation, intents that the policy names, and the words of $words; the nearest first
-- excludes: '(none)', which is what any log may lack
WITH asked AS (
	SELECT unnest($dimensions) AS dimension, unnest($values) AS value
), seen AS (
	SELECT DISTINCT intent, channel, market, language, source, customer_value FROM fact.episode
), known AS (
	SELECT dimension, value FROM (UNPIVOT seen ON intent, channel, market, language, source, customer_value INTO NAME dimension VALUE value)
	UNION
	SELECT 'intent', intent FROM fact.intent
	UNION
	SELECT unnest($wordDimensions), unnest($words)
)
SELECT asked.dimension, asked.value,
	coalesce(list(known.value ORDER BY jaro_winkler_similarity(lower(known.value), lower(asked.value)) DESC, known.value) FILTER (known.value IS NOT NULL), []) AS nearest
FROM asked LEFT JOIN known ON known.dimension = asked.dimension
WHERE asked.value <> '(none)'
GROUP BY asked.dimension, asked.value
HAVING NOT coalesce(bool_or(known.value = asked.value), false)
ORDER BY asked.dimension, asked.value
