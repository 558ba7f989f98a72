-- grain: one row a piece
-- clock: none
-- includes: the pieces of a file that was written anew, at their new places
-- excludes: pieces of other files
UPDATE log.fragment SET file = $target, start = moved.target
FROM (SELECT unnest($from)::BIGINT AS origin, unnest($to)::BIGINT AS target) AS moved
WHERE log.fragment.file = $file AND log.fragment.start = moved.origin
