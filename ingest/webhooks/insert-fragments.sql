-- grain: one row an event
-- clock: received_at
-- includes: the new pieces of this delivery and where they stand
-- excludes: nothing
INSERT INTO log.fragment BY NAME
SELECT $source AS source, unnest($conversations) AS conversation_id, nullif(unnest($accounts), '') AS account_id, nullif(unnest($customers), '') AS customer_id,
	unnest($webhooks) AS webhook, unnest($times)::TIMESTAMPTZ AS received_at, unnest($hashes) AS content_hash,
	unnest($files) AS file, unnest($starts)::BIGINT AS start, unnest($lengths)::BIGINT AS bytes
