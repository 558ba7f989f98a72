-- grain: one row a small record about a conversation of $source: its current version
-- clock: none
-- includes: ratings, audits, complaints and costs that came on their own, through whichever source; with $whole, also about conversations that never came
-- excludes: replaced versions; without $whole, those about conversations that are not in `live`; what a conversation's own record says
SELECT * FROM log.side_record
WHERE superseded_by IS NULL AND conversation_source = $source AND ($whole OR conversation_id IN (SELECT id FROM live))
