-- A person can have replied before the escalation too; the wait ends with the first reply after it began.
ALTER TABLE log.conversation ADD COLUMN answered_escalation_at TIMESTAMPTZ;
