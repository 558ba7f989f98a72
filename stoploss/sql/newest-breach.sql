-- grain: one row, the verdict that a recommendation rests on
-- clock: the instant that was judged
-- includes: the newest breach of $rule from its firing on; else what is believed today of the firing itself
-- excludes: verdicts before the firing
SELECT rule, as_of, evidence FROM ledger.judgement
WHERE rule = $rule AND as_of >= $firedAt AND evidence <> 'null' AND (finding = 'breach' OR day_finding = 'breach')
ORDER BY as_of DESC, id DESC LIMIT 1
