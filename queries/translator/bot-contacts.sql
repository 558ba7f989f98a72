-- grain: one row a contact that the bot took part in; stands between windowed.sql with outcomes.sql and the statements beside it
-- clock: quiet_from, the resolve or else the end; whatever happened after as_of is not known
-- includes: the next customer message in the same conversation or thread; the next contact of the same matter on any channel; the next of any matter
-- excludes: contacts that the bot had no part in
, threaded AS (
	SELECT c.source, c.thread_id, e.started_at
	FROM log.conversation AS c JOIN fact.episode AS e ON e.conversation_key = c.conversation_key
	WHERE c.superseded_by IS NULL AND c.thread_id IS NOT NULL AND e.excluded IS NULL AND e.started_at IS NOT NULL
), talked AS (
	SELECT s.conversation_key, s.named_source, s.real_path, s.as_of, s.id, s.customer_id, s.has_resolve, s.started_at, s.closed_at, s.resolved_at, s.ended,
		s.reopened_at,
		greatest(coalesce(s.resolved_at, s.closed_at), s.started_at) AS quiet_from,
		CASE WHEN s.next_contact_at <= s.as_of THEN s.next_contact_at END AS return_at,
		CASE WHEN s.next_any_contact_at <= s.as_of THEN s.next_any_contact_at END AS any_return_at,
		coalesce(c.escalation_reason = 'customer_request' AND coalesce(c.escalation_needed_at <= s.as_of, true), false) AS asked_for_person,
		coalesce(NOT s.outcome_solved AND s.outcome_by = 'customer' AND coalesce(s.outcome_at <= s.as_of, true), false) AS said_no,
		coalesce(s.rating_share = 0 AND s.rating_at <= s.as_of, false) AS lowest_mark,
		c.handed_off AS handed_over, c.first_agent_at AS agent_at, c.thread_id
	FROM sliced AS s JOIN log.conversation AS c ON c.conversation_key = s.conversation_key AND c.superseded_by IS NULL AND c.source = s.named_source AND c.id = s.id
	WHERE s.real_path IN ('ai_only', 'escalated')
), bot AS (
	SELECT talked.*,
		least(
			CASE WHEN talked.reopened_at <= talked.as_of THEN talked.reopened_at END,
			CASE WHEN threaded.started_at <= talked.as_of THEN threaded.started_at END
		) AS same_conversation_at
	FROM talked ASOF LEFT JOIN threaded
		ON threaded.source = talked.named_source AND threaded.thread_id = talked.thread_id AND threaded.started_at > talked.quiet_from
)
