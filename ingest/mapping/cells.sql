-- grain: one row a place (column or JSON path) of the rows looked at
-- clock: none
-- includes: scalar values of the first rows; places within lists are one place
-- excludes: nulls, empty texts
WITH cell AS (
	SELECT r.number, regexp_replace(k.fullkey, '\[\d+\]', '[*]', 'g') AS place, k.atom ->> '$' AS content
	FROM sample_row r, json_tree(r.row) k
	WHERE k.type NOT IN ('OBJECT', 'ARRAY', 'NULL') AND (k.atom ->> '$') <> ''
)
SELECT place, min(number) AS first_row, count(DISTINCT number)::INTEGER AS rows, count(*)::INTEGER AS n,
	count(DISTINCT content)::INTEGER AS "distinct",
	list_transform(list_reverse_sort(list_transform(map_entries(histogram(left(content, 80))), lambda e: {'n': e.value, 'word': e.key}))[:12], lambda e: e.word) AS examples,
	map_keys(histogram(left(content, 40)))[:300] AS spread,
	avg(length(content)) AS length
FROM cell
GROUP BY place
ORDER BY first_row, min(content)
