-- grain: one row a ticket, put together from all its pieces; and one a piece that belongs to none
-- clock: ISO 8601; tables write UTC without saying so
-- includes: tickets, comments, audits, conversation logs, users, status history, both kinds of satisfaction, merges, follow-ups
-- excludes: triggers and other changes than those of the status
WITH entry AS (
	SELECT file_no, line, raw, CASE WHEN json_type(entry, '$.ticket') = 'OBJECT' THEN entry->'$.ticket' ELSE entry END AS e FROM ({{entries}})
), opened AS (
	-- Each `->>` would read the text anew: what decides is looked up once.
	SELECT file_no, line, raw, e, CASE WHEN json_type(e) = 'OBJECT' THEN from_json(e, '{"type":"VARCHAR","requester_id":"VARCHAR","score":"VARCHAR","status":"VARCHAR","field_name":"VARCHAR","author_id":"VARCHAR","user_id":"VARCHAR","body":"VARCHAR","public":"VARCHAR","reopens":"VARCHAR","ticket_id":"VARCHAR","role":"VARCHAR","id":"VARCHAR","created_at":"VARCHAR","updated_at":"VARCHAR","updated":"VARCHAR","value":"VARCHAR","solved_at":"VARCHAR"}') END AS v,
		json_type(e, ['$.answers', '$.events', '$.author', '$.content']) AS kinds
	FROM entry
), piece AS (
	SELECT file_no, line, raw, e, v, CASE
			WHEN v IS NULL THEN 'broken'
			WHEN regexp_matches(v."type", '^zen:event-type:(messaging_)?ticket\.') THEN 'event'
			WHEN v.requester_id IS NOT NULL AND v.score IS NOT NULL THEN 'satisfaction'
			WHEN v.requester_id IS NOT NULL AND v.status IS NOT NULL THEN 'ticket'
			WHEN v.field_name IS NOT NULL THEN 'change'
			WHEN kinds[1] = 'ARRAY' THEN 'survey'
			WHEN kinds[2] = 'ARRAY' THEN 'audit'
			WHEN kinds[3] = 'OBJECT' AND kinds[4] = 'OBJECT' THEN 'log'
			WHEN coalesce(v.author_id, v.user_id) IS NOT NULL AND (v.body IS NOT NULL OR v.public IS NOT NULL) THEN 'comment'
			WHEN v.reopens IS NOT NULL AND v.ticket_id IS NOT NULL THEN 'metric'
			WHEN v.role IS NOT NULL THEN 'user'
			ELSE 'foreign' END AS kind
	FROM opened
), keyed AS (
	SELECT *, CASE kind WHEN 'ticket' THEN v.id WHEN 'user' THEN NULL WHEN 'event' THEN NULL
			WHEN 'survey' THEN regexp_extract(list_filter(json_extract_string(e, '$.subjects[*].id') || json_extract_string(e, '$.subjects[*].zrn'), lambda t: contains(t, 'ticket') OR regexp_full_match(t, '[0-9]+'))[1], '[0-9]+$')
			ELSE v.ticket_id END AS id
	FROM piece
), person AS (
	SELECT v.id AS "user", max(CASE v.role WHEN 'end-user' THEN 'customer' WHEN 'agent' THEN 'agent' WHEN 'admin' THEN 'agent' END) AS role FROM keyed WHERE kind = 'user' GROUP BY ALL
), read_ticket AS (
	SELECT id, e::VARCHAR AS words, e, from_json(e, '{"requester_id":"VARCHAR","submitter_id":"VARCHAR","assignee_id":"VARCHAR","status":"VARCHAR","created_at":"VARCHAR","updated_at":"VARCHAR","via_channel":"VARCHAR","via":{"channel":"VARCHAR","source":{"rel":"VARCHAR","from":{"ticket_id":"VARCHAR"}}},"via_followup_source_id":"VARCHAR","satisfaction_rating":{"score":"VARCHAR"}}') AS t
	FROM keyed WHERE kind = 'ticket'
), ticket AS (
	SELECT id, arg_max(struct_pack(t := t, e := e, updated := {{utc:t.updated_at}}), {'at': coalesce({{utc:t.updated_at}}, ''), 'words': words}) AS n FROM read_ticket WHERE id IS NOT NULL GROUP BY id
), parent AS (
	SELECT id, coalesce(n.t.via_followup_source_id, CASE WHEN n.t.via.source.rel = 'follow_up' THEN n.t.via.source."from".ticket_id END) AS followed FROM ticket
), thread AS (
	SELECT p.id, coalesce(c.followed, b.followed, p.followed, p.id) AS thread FROM parent p LEFT JOIN parent b ON b.id = p.followed LEFT JOIN parent c ON c.id = b.followed
), merged AS (
	SELECT child AS id, min(id) AS merged_into FROM (
		SELECT id, unnest(regexp_extract_all(n.e->>'$.merged_ticket_ids', '[0-9]+')) AS child FROM ticket
	) GROUP BY child
), event AS (
	SELECT id, audited_at, x, from_json(x, '{"id":"VARCHAR","author_id":"VARCHAR","user_id":"VARCHAR","body":"VARCHAR","public":"VARCHAR","created_at":"VARCHAR","created":"VARCHAR","via":{"channel":"VARCHAR"},"author":{"type":"VARCHAR","zen:support:user_id":"VARCHAR"},"content":{"type":"VARCHAR","text":"VARCHAR","body":"VARCHAR"},"type":"VARCHAR","field_name":"VARCHAR","value":"VARCHAR"}') AS c
	FROM (SELECT id, v.created_at AS audited_at, unnest(json_extract(e, '$.events[*]')) AS x FROM keyed WHERE kind = 'audit') WHERE json_type(x) = 'OBJECT'
), comment_json AS (
	SELECT id, md5(e::VARCHAR) AS words, v.created_at AS "at", from_json(e, '{"id":"VARCHAR","author_id":"VARCHAR","user_id":"VARCHAR","body":"VARCHAR","public":"VARCHAR","created_at":"VARCHAR","created":"VARCHAR","via":{"channel":"VARCHAR"},"author":{"type":"VARCHAR","zen:support:user_id":"VARCHAR"},"content":{"type":"VARCHAR","text":"VARCHAR","body":"VARCHAR"},"type":"VARCHAR","field_name":"VARCHAR","value":"VARCHAR"}') AS c FROM keyed WHERE kind IN ('comment', 'log')
	UNION ALL
	SELECT id, md5(x::VARCHAR), audited_at, c FROM event WHERE c."type" = 'Comment'
	UNION ALL
	SELECT id, md5(x::VARCHAR), NULL, from_json(x, '{"id":"VARCHAR","author_id":"VARCHAR","user_id":"VARCHAR","body":"VARCHAR","public":"VARCHAR","created_at":"VARCHAR","created":"VARCHAR","via":{"channel":"VARCHAR"},"author":{"type":"VARCHAR","zen:support:user_id":"VARCHAR"},"content":{"type":"VARCHAR","text":"VARCHAR","body":"VARCHAR"},"type":"VARCHAR","field_name":"VARCHAR","value":"VARCHAR"}') FROM (SELECT id, unnest(json_extract(e, '$.comments[*]')) AS x FROM read_ticket WHERE json_type(e, '$.comments') = 'ARRAY') WHERE json_type(x) = 'OBJECT'
), comment AS (
	SELECT id, comment_id, last.c AS c, last."at" AS "at" FROM (
		-- As one structure: arg_max passes over a null. Of an aggregate that sorts each group the time would go there.
		SELECT id, coalesce(c.id, words) AS comment_id, arg_max({'c': c, 'at': "at"}, words) AS last FROM comment_json WHERE id IS NOT NULL GROUP BY ALL
	)
), authored AS (
	SELECT comment.id, comment_id, {{utc:coalesce(comment.c.created_at, comment.c.created, comment."at")}} AS "at", coalesce(comment.c.body, comment.c.content.body, comment.c.content.text) AS text,
		CASE comment.c.public WHEN 'false' THEN false WHEN 'FALSE' THEN false ELSE true END AS public,
		coalesce(comment.c.author_id, comment.c.user_id) AS author,
		CASE
			WHEN comment.c.author."type" IN ('user', 'end-user', 'end_user') THEN 'customer'
			WHEN comment.c.author."type" IN ('agent', 'bot', 'system') THEN comment.c.author."type"
			WHEN contains(comment.c.via.channel, 'bot') THEN 'bot'
			WHEN coalesce(comment.c.author_id, comment.c.user_id) = '-1' THEN 'system'
			WHEN person.role IS NOT NULL THEN person.role
			WHEN coalesce(comment.c.author_id, comment.c.user_id) = ticket.n.t.requester_id THEN 'customer'
			WHEN coalesce(comment.c.author_id, comment.c.user_id) = ticket.n.t.assignee_id THEN 'agent' END AS role
	FROM comment LEFT JOIN person ON person."user" = coalesce(comment.c.author_id, comment.c.user_id) LEFT JOIN ticket USING (id)
), spoken AS (
	SELECT id, list({'at': "at", 'role': role, 'text': text, 'public': public} ORDER BY "at", try_cast(comment_id AS BIGINT), text) AS messages,
		bool_or(role IS NULL) AS unknown_author, min("at") FILTER (role = 'customer') AS asked_at
	FROM authored GROUP BY id
), change AS (
	SELECT id, {{utc:v.updated}} AS "at", v.value AS status FROM keyed WHERE kind = 'change' AND v.field_name = 'status'
	UNION ALL
	SELECT id, {{utc:audited_at}}, c.value FROM event WHERE c.field_name = 'status' AND c."type" IN ('Change', 'Create')
), history AS (
	SELECT id, max("at") FILTER (status = 'solved') AS solved_at, min("at") FILTER (status = 'closed') AS closed_at FROM change WHERE id IS NOT NULL GROUP BY id
), metric AS (
	SELECT id, max({{utc:v.solved_at}}) AS solved_at FROM keyed WHERE kind = 'metric' AND id IS NOT NULL GROUP BY id
), satisfaction AS (
	SELECT id, min({{utc:v.created_at}}) FILTER (v.score = 'offered') AS asked_at,
		list({'score': v.score, 'at': {{utc:coalesce(v.updated_at, v.created_at)}}} ORDER BY {{utc:coalesce(v.updated_at, v.created_at)}}, e::VARCHAR) FILTER (regexp_matches(v.score, '^(good|bad)'))[-1] AS given
	FROM keyed WHERE kind = 'satisfaction' AND id IS NOT NULL GROUP BY id
), survey AS (
	SELECT id, list({'score': category, 'at': {{utc:"at"}}} ORDER BY {{utc:"at"}}, category)[-1] AS given FROM (
		SELECT id, lower(a->>'$.rating_category') AS category, coalesce(a->>'$.updated_at', (a->>'$.created_at')) AS "at"
		FROM (SELECT id, unnest(json_extract(e, '$.answers[*]')) AS a FROM keyed WHERE kind = 'survey') WHERE (a->>'$.type') = 'rating_scale'
	) WHERE category IN ('good', 'bad') AND id IS NOT NULL GROUP BY id
), place AS (
	-- One by one, so that what nobody asks for is not kept.
	SELECT id, arg_min(file_no, at_place) AS file_no, arg_min(line, at_place) AS line, arg_min(raw, at_place) AS raw
	FROM (SELECT *, (CASE WHEN kind = 'ticket' THEN 0 ELSE 1e18 END) + file_no * 1e12 + coalesce(line, 0) AS at_place FROM keyed WHERE id IS NOT NULL) GROUP BY id
), whole AS (
	SELECT place.file_no AS file_no, place.line AS line, place.raw AS raw, place.id AS id, n.t AS t, n.updated AS updated, thread.thread AS thread, merged.merged_into AS merged_into,
		messages, unknown_author, spoken.asked_at AS first_asked_at, coalesce(history.solved_at, history.closed_at, metric.solved_at) AS solved_at,
		coalesce(satisfaction.given, survey.given) AS given, satisfaction.asked_at AS rating_asked_at,
		coalesce(satisfaction.given.score, survey.given.score, n.t.satisfaction_rating.score) AS score,
		coalesce(n.t.via_channel, n.t.via.channel) AS channel
	FROM place LEFT JOIN ticket USING (id) LEFT JOIN thread USING (id) LEFT JOIN merged USING (id) LEFT JOIN spoken USING (id) LEFT JOIN history USING (id)
		LEFT JOIN metric USING (id) LEFT JOIN satisfaction USING (id) LEFT JOIN survey USING (id)
)
SELECT file_no, line, raw, CASE
	WHEN t IS NULL THEN '{{refused}}ticket_id: is of a ticket that was not delivered; deliver the tickets beside their comments{{about}}' || id
	WHEN t.status = 'deleted' THEN '{{refused}}status: is deleted{{about}}' || id
	WHEN messages IS NULL THEN '{{refused}}comments: are missing; deliver the comments or audits beside the tickets{{about}}' || id
	WHEN unknown_author THEN '{{refused}}author_id: is of a user whose role is not known; deliver the users beside the tickets{{about}}' || id
	ELSE json_object(
	'id', id,
	'thread_id', thread,
	'merged_into', merged_into,
	'customer_id', t.requester_id,
	'initiated_by', CASE WHEN list_filter(messages, lambda x: x.public)[1].role = 'agent' AND channel NOT IN ('voice', 'phone') THEN 'business' END,
	'channel', channel,
	'updated_at', updated,
	'started_at', coalesce(first_asked_at, {{utc:t.created_at}}),
	'resolved_at', CASE WHEN t.status IN ('solved', 'closed') THEN solved_at END,
	'status', CASE t.status WHEN 'new' THEN 'open' WHEN 'hold' THEN 'pending' WHEN 'on-hold' THEN 'pending' WHEN 'solved' THEN 'resolved' ELSE t.status END,
	'messages', messages,
	'rating', CASE WHEN regexp_matches(score, '^(good|bad)') THEN {'score': CASE WHEN starts_with(score, 'good') THEN 2 ELSE 1 END, 'scale': 2, 'asked_at': rating_asked_at, 'answered_at': given."at"}
		WHEN score = 'offered' OR rating_asked_at IS NOT NULL THEN {'score': NULL, 'scale': 2, 'asked_at': rating_asked_at, 'answered_at': NULL} END
	)::VARCHAR END AS json
FROM whole
UNION ALL
SELECT file_no, line, raw, CASE kind
	WHEN 'broken' THEN NULL
	WHEN 'event' THEN concat('{{refused}}detail: of an event is no whole ticket; export the ticket with its comments{{about}}', e->>'$.detail.id')
	WHEN 'foreign' THEN concat('{{refused}}record: is no ticket, comment, audit, user or satisfaction of Zendesk{{about}}', coalesce(v.ticket_id, v.id))
	WHEN 'ticket' THEN '{{refused}}id: is missing'
	ELSE '{{refused}}ticket_id: is missing; Zendesk gives comments and conversation logs without it, add it or deliver audits' END AS json
FROM keyed WHERE id IS NULL AND kind <> 'user'
