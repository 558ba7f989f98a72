-- grain: one row a fresh conversation of segment $segment in which a person wrote after the customer: re_ask or no_re_ask
-- clock: the first message of the person
-- includes: what the customer wrote before, the first 4,000 characters; the first three messages of people
-- excludes: conversations without words of both; deleted texts
INSERT INTO fact.signal
WITH read AS (
	SELECT scope.conversation_key, transcript.messages, list_filter(transcript.messages, lambda m: m.role = 'agent' AND m.text IS NOT NULL) AS people
	FROM read_parquet($path, file_row_number = true) AS transcript
	JOIN scope ON scope.segment = $segment AND scope.segment_row = transcript.file_row_number
	WHERE scope.fresh AND scope.customer_message_count > 0
), sides AS (
	SELECT conversation_key, people[1]."at" AS said_at,
		left(list_aggregate(list_transform(list_filter(messages, lambda m: m.role = 'customer' AND m.text IS NOT NULL AND m."at" <= people[1]."at"), lambda m: m.text), 'string_agg', ' | '), 4000) AS given,
		left(list_aggregate(list_transform(people[:3], lambda m: m.text), 'string_agg', ' | '), 4000) AS asked
	FROM read WHERE len(people) > 0
), plain AS (
	SELECT conversation_key, said_at, {{plain:given}} AS given,
		{{plain:asked}} AS asked
	FROM sides WHERE given IS NOT NULL
)
SELECT conversation_key, CASE WHEN {{asked_again}} THEN 're_ask' ELSE 'no_re_ask' END, said_at FROM plain
