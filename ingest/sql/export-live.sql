-- grain: one row a conversation of $source: its current version
-- clock: started_at
-- includes: those that began from $from until before $to; all where neither is given
-- excludes: replaced versions; where a time is given, conversations without a start
SELECT segment, segment_row, id, text_deleted_at FROM log.conversation
WHERE superseded_by IS NULL AND source = $source
	AND ($from::TIMESTAMPTZ IS NULL OR started_at >= $from::TIMESTAMPTZ)
	AND ($to::TIMESTAMPTZ IS NULL OR started_at < $to::TIMESTAMPTZ)
