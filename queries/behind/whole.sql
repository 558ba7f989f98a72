-- grain: one row a contact (or refund) of the whole list, in its order; stands after ranked.sql
-- clock: as windowed.sql
-- includes: every column that people may take along; with $harmless a text that a spreadsheet would run has an apostrophe before it
-- excludes: rows of another side than $side
SELECT
	CASE WHEN $harmless AND regexp_matches(source, '^[=+@\-\t\r]') THEN '''' || source ELSE source END AS source,
	CASE WHEN $harmless AND regexp_matches(id, '^[=+@\-\t\r]') THEN '''' || id ELSE id END AS id,
	CASE WHEN $harmless AND regexp_matches(customer_id, '^[=+@\-\t\r]') THEN '''' || customer_id ELSE customer_id END AS customer_id,
	CASE WHEN $harmless AND regexp_matches(intent, '^[=+@\-\t\r]') THEN '''' || intent ELSE intent END AS intent,
	CASE WHEN $harmless AND regexp_matches(channel, '^[=+@\-\t\r]') THEN '''' || channel ELSE channel END AS channel,
	CASE WHEN $harmless AND regexp_matches(market, '^[=+@\-\t\r]') THEN '''' || market ELSE market END AS market,
	CASE WHEN $harmless AND regexp_matches(language, '^[=+@\-\t\r]') THEN '''' || language ELSE language END AS language,
	CASE WHEN $harmless AND regexp_matches(customer_value, '^[=+@\-\t\r]') THEN '''' || customer_value ELSE customer_value END AS customer_value,
	part, path, tier, started_at, closed_at, resolved_at, value, array_to_string(signals, ' ') AS signals
FROM ranked WHERE side = $side
ORDER BY first_key, second_key, conversation_key, part
