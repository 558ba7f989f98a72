-- grain: one row a fresh conversation of segment $segment and signal
-- clock: none
-- includes: customer messages, the first 4,000 characters of each, in lower case, without accents, with single spaces
-- excludes: signals that are not in $signals; deleted texts
INSERT INTO fact.signal
WITH said AS (
	SELECT scope.conversation_key, unnest(list_filter(transcript.messages, lambda m: m.role = 'customer')) AS m
	FROM read_parquet($path, file_row_number = true) AS transcript
	JOIN scope ON scope.segment = $segment AND scope.segment_row = transcript.file_row_number
	WHERE scope.fresh AND scope.customer_message_count > 0
), plain AS (
	SELECT conversation_key, m."at" AS said_at, {{plain:left(m.text, 4000)}} AS words
	FROM said WHERE m.text IS NOT NULL
), found AS (
	SELECT conversation_key, said_at, 'person_request' AS signal FROM plain
	WHERE list_contains($signals, 'person_request') AND regexp_matches(words, '{{person_request}}')
	UNION ALL
	SELECT conversation_key, said_at, 'dispute_language' FROM plain
	WHERE list_contains($signals, 'dispute_language') AND regexp_matches(words, '{{dispute_language}}')
	UNION ALL
	-- The same again in other words: of two messages that follow each other, three in five of the first twenty words are shared, and four at least are there.
	SELECT conversation_key, said_at, 'rephrasing'
	FROM (
		SELECT conversation_key, said_at, list_distinct(string_split(translate(left(words, 200), '.,!?;:()"', ''), ' ')[:20]) AS these,
			lag(these) OVER (PARTITION BY conversation_key ORDER BY said_at, words) AS those
		FROM plain WHERE list_contains($signals, 'rephrasing') AND length(words) >= 12
	)
	WHERE len(these) >= 4 AND len(those) >= 4 AND len(list_intersect(these, those)) >= 0.6 * least(len(these), len(those))
)
SELECT conversation_key, signal, min(said_at) FROM found GROUP BY conversation_key, signal
