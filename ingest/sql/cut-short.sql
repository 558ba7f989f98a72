-- grain: one row a file
-- clock: none
-- includes: JSON as a whole, and lines of it whose first one with anything in it is an object or a list
-- excludes: what comes after that first line, which is judged line by line
SELECT json_valid(content) OR json_valid(regexp_extract(content, '[^\r\n]*[^ \t\r\n][^\r\n]*')) AS readable
FROM read_text($files)
