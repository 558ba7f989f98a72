-- grain: one row a current conversation in scope, narrow: who wrote, about what, when, and what came after
-- clock: closed_at = coalesce(ended_at, resolved_at, last_message_at, started_at)
-- includes: customers are matched by id over sources and channels; a thread is linked under its first family, no intent is a family of its own
-- excludes: nothing (test traffic, spam, merged, business and survey messages are marked, and are never anyone's next contact)
CREATE OR REPLACE TEMP TABLE link AS
WITH side_cost AS (
	SELECT conversation_source AS source, conversation_id AS id,
		any_value(ai_cost) AS ai_cost, any_value(cost_currency) AS cost_currency, any_value(human_minutes) AS human_minutes
	FROM log.side_record WHERE record = 'cost' AND superseded_by IS NULL GROUP BY ALL
), base AS (
	SELECT c.conversation_key, c.source, c.id, c.customer_id, c.thread_id, c.started_at, c.reopened_at, c.ai_drafted_count > 0 AS assisted,
		coalesce(c.intent, derived.intent) AS intent,
		c.intent IS NULL AND derived.intent IS NOT NULL AS intent_derived,
		coalesce(c.ended_at, c.resolved_at, c.last_message_at, c.started_at) AS closed_at,
		CASE WHEN c.resolved_at IS NOT NULL THEN greatest(c.resolved_at, c.started_at) END AS resolve_edge,
		CASE
			WHEN c.test_traffic THEN 'test_traffic'
			WHEN c.spam THEN 'spam'
			WHEN c.merged_into IS NOT NULL THEN 'merged'
			WHEN c.initiated_by IN ('business', 'survey') THEN c.initiated_by
		END AS excluded,
		CASE
			WHEN c.bot_message_count > 0 AND (c.handed_off OR c.agent_message_count > 0 OR c.engaged_at IS NOT NULL) THEN 'escalated'
			WHEN c.bot_message_count > 0 THEN 'ai_only'
			WHEN c.agent_message_count > 0 OR c.engaged_at IS NOT NULL THEN 'human_only'
			ELSE 'abandoned'
		END AS path,
		coalesce(side_cost.ai_cost, c.ai_cost) AS ai_cost,
		coalesce(side_cost.human_minutes, c.human_minutes) AS human_minutes,
		-- The currency is that of the record which says what the AI cost.
		CASE WHEN side_cost.ai_cost IS NULL AND c.ai_cost IS NOT NULL THEN coalesce(c.cost_currency, side_cost.cost_currency)
			ELSE coalesce(side_cost.cost_currency, c.cost_currency) END AS cost_currency
	FROM log.conversation AS c
	LEFT JOIN fact.derived_intent AS derived ON derived.conversation_key = c.conversation_key
	LEFT JOIN side_cost ON side_cost.source = c.source AND side_cost.id = c.id
	-- IN and not JOIN: the planner takes a table written in this transaction for empty, and an ASOF join of no rows is
	-- made by nested loops.
	WHERE c.superseded_by IS NULL AND c.conversation_key IN (SELECT conversation_key FROM scope)
), known AS (
	SELECT base.*,
		coalesce(policy.family, base.intent) AS family,
		coalesce(policy.tier, 'unassigned') AS tier,
		coalesce(base.resolve_edge, greatest(base.closed_at, base.started_at)) AS end_edge,
		first_value(coalesce(policy.family, base.intent, '(none)')) OVER (
			PARTITION BY customer_id, source, coalesce(thread_id, ''), CASE WHEN thread_id IS NULL THEN conversation_key END
			ORDER BY excluded IS NOT NULL, started_at, id) AS family_key
	FROM base LEFT JOIN fact.intent AS policy ON policy.intent = base.intent
), contact AS (
	SELECT conversation_key, source, id, customer_id, family_key, started_at, closed_at, path, ai_cost, human_minutes, cost_currency, assisted
	FROM known WHERE excluded IS NULL AND customer_id IS NOT NULL AND started_at IS NOT NULL
), followed AS (
	SELECT known.*, same.started_at AS next_same_at
	FROM known ASOF LEFT JOIN contact AS same
		ON same.customer_id = known.customer_id AND same.family_key = known.family_key AND same.started_at > known.end_edge
), followed_any AS (
	SELECT followed.*, other.started_at AS next_other_at
	FROM followed ASOF LEFT JOIN contact AS other
		ON other.customer_id = followed.customer_id AND other.started_at > followed.end_edge
), opened AS (
	SELECT *, coalesce(started_at > max(closed_at) OVER before + INTERVAL 7 DAYS, true) AS opens
	FROM contact WINDOW before AS (PARTITION BY customer_id, family_key ORDER BY started_at, source, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), numbered AS (
	SELECT *, sum(opens::INTEGER) OVER (PARTITION BY customer_id, family_key ORDER BY started_at, source, id) AS issue_no FROM opened
), issue AS (
	SELECT conversation_key,
		customer_id || '/' || family_key || '/' || first_value(source || '/' || id) OVER contacts AS issue_id,
		row_number() OVER contacts AS contact_no,
		lead(started_at) OVER contacts AS next_in_issue_at,
		lead(closed_at) OVER contacts AS rework_closed_at,
		lead(path) OVER contacts AS rework_path,
		lead(ai_cost) OVER contacts AS rework_ai_cost,
		lead(human_minutes) OVER contacts AS rework_human_minutes,
		lead(cost_currency) OVER contacts AS rework_cost_currency,
		lead(assisted) OVER contacts AS rework_assisted
	FROM numbered WINDOW contacts AS (PARTITION BY customer_id, family_key, issue_no ORDER BY started_at, source, id)
)
SELECT e.conversation_key, e.excluded, e.path, e.assisted, e.tier, e.intent, e.family, e.intent_derived, e.closed_at,
	e.ai_cost, e.human_minutes, e.cost_currency,
	CASE WHEN e.reopened_at > e.end_edge THEN e.reopened_at END AS reopened_at,
	least(e.next_same_at, CASE WHEN e.reopened_at > e.end_edge THEN e.reopened_at END) AS next_contact_at,
	least(e.next_other_at, CASE WHEN e.reopened_at > e.end_edge THEN e.reopened_at END) AS next_any_contact_at,
	least(issue.next_in_issue_at, CASE WHEN e.reopened_at > e.end_edge AND e.reopened_at <= e.closed_at + INTERVAL 7 DAYS THEN e.reopened_at END) AS next_in_issue_at,
	issue.issue_id, issue.contact_no,
	issue.rework_ai_cost, issue.rework_human_minutes, issue.rework_path, issue.rework_closed_at, issue.rework_cost_currency, issue.rework_assisted
FROM followed_any AS e
LEFT JOIN issue ON issue.conversation_key = e.conversation_key
