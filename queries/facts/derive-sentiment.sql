-- grain: one row a fresh conversation of segment $segment whose last customer message is unhappy
-- clock: the time of that message
-- includes: its first 4,000 characters; the valences of $words add up, one of them after a negation within three words counts -0.74 of itself (Hutto and Gilbert, VADER, 2014)
-- excludes: conversations whose log gives a sentiment of its own; deleted texts; sums above -2
INSERT INTO fact.signal
WITH closing AS (
	SELECT scope.conversation_key, list_filter(transcript.messages, lambda m: m.role = 'customer')[-1] AS m
	FROM read_parquet($path, file_row_number = true) AS transcript
	JOIN scope ON scope.segment = $segment AND scope.segment_row = transcript.file_row_number
	WHERE scope.fresh AND scope.customer_message_count > 0
), token AS (
	SELECT conversation_key, said_at, unnest(tokens) AS word, generate_subscripts(tokens, 1) AS place
	FROM (
		SELECT conversation_key, m."at" AS said_at, regexp_extract_all(replace(lower(left(m.text, 4000)), '’', ''''), '[a-z]+(?:''[a-z]+)?') AS tokens
		FROM closing WHERE m.text IS NOT NULL AND m.sentiment IS NULL
	)
), valued AS (
	SELECT token.conversation_key, token.said_at, token.place, lexicon.valence
	FROM token JOIN (SELECT unnest($words) AS word, unnest($valences)::INTEGER AS valence) AS lexicon ON lexicon.word = token.word
), negation AS (
	SELECT conversation_key, place FROM token WHERE word IN (SELECT unnest($negations))
), weighed AS (
	SELECT conversation_key, said_at, valence * CASE WHEN EXISTS (
		SELECT 1 FROM negation WHERE negation.conversation_key = valued.conversation_key AND negation.place BETWEEN valued.place - 3 AND valued.place - 1
	) THEN -0.74 ELSE 1 END AS valence
	FROM valued
)
SELECT conversation_key, 'negative_sentiment', said_at FROM weighed GROUP BY conversation_key, said_at HAVING sum(valence) <= -2
