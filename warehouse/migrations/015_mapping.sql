-- How people's own tables become records. Decided by people and not recomputable: a mapping is never changed, a
-- newer version stands beside it.
CREATE SCHEMA mapping;

CREATE TABLE mapping.version (
	source VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	text VARCHAR NOT NULL, -- the YAML as it was given
	saved_at TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (source, version)
);
